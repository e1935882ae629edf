package registry

import "strings"

// Covers tells whether a scope of an application grants what another does: it
// is the same one, it grants everything, or its stars stand for the other.
func (c *Catalogue) Covers(app, scope, other string) bool {
	a := c.App(app)
	if scope == other || isEverything(scope) {
		return true
	}
	if a == nil {
		a = &App{}
	}
	switch {
	case a.sameScope(scope, other), a.hasWildcard(scope):
		return true
	case isEverything(other), isDefault(other), a.hasWildcard(other):
		return false
	}
	pattern, text := strings.ToLower(a.short(scope)), strings.ToLower(a.short(other))
	return strings.Contains(pattern, "*") && matchStars(pattern, text)
}
