package rules

import (
	"slices"
	"strings"

	"github.com/rollcall-dev/rollcall/registry"
)

// personOf is the person behind a reference.
func personOf(o *registry.Organisation, ref string) (registry.Person, bool) {
	name, is := strings.CutPrefix(ref, "person/")
	p, ok := o.People[name]
	return p, is && ok
}

// teamOf is the team behind a reference.
func teamOf(o *registry.Organisation, ref string) (registry.Team, bool) {
	name, is := strings.CutPrefix(ref, "team/")
	t, ok := o.Teams[name]
	return t, is && ok
}

// within tells whether a reference is the same as another, or is in the team
// that the other is.
func within(o *registry.Organisation, ref, other string) bool {
	t, _ := teamOf(o, other)
	return ref == other || t.Lead == ref || slices.Contains(t.Members, ref)
}

// isProduction tells whether an environment is one that real work depends on.
func isProduction(o *registry.Organisation, environment string) bool {
	return o.Environments[environment].Production
}
