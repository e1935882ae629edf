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
// value, or nil where there is no such string or no way to put it there.
func replace(entry placed, field, value string) *registry.Edit {
	if value == "" {
		return nil
	}
	return entry.Replace(field, strconv.Quote(value))
}
