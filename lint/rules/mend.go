package rules

import (
	"strconv"

	"github.com/rollcall-dev/rollcall/registry"
)

// placed is an entry that knows where its fields stand and how to change them.
type placed interface {
	Pos(field string) registry.Pos
	Replace(field, literal string) *registry.Edit
}

// replace is the edit that puts another string in the place of a field's
// value, or nil where there is no way to put it there. It is for what follows
// from the rule: who answers for an entry, and what a name was meant to be, is
// for people to say, and a guess at it is only told.
func replace(entry placed, field, value string) *registry.Edit {
	return entry.Replace(field, strconv.Quote(value))
}
