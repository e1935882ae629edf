package n8n

import (
	"slices"

	"github.com/rollcall-dev/rollcall/tenant"
)

// differs tells whether two sights of an object differ in what a version of a
// workflow governs.
func differs(a, b tenant.Object) bool {
	return a.Auth != b.Auth || a.Path != b.Path ||
		!slices.EqualFunc(a.Uses, b.Uses, func(x, y tenant.Ref) bool { return x.Kind == y.Kind && x.ID == y.ID }) ||
		!slices.Equal(a.Triggers, b.Triggers) || !slices.Equal(a.Steps, b.Steps)
}
