package registry

import (
	"slices"
	"strings"
)

// Needed are those of the granted scopes that an operation of an application
// makes use of. known is false where the catalogue does not say what the
// operation needs, and where nothing that is granted would be enough for it:
// then it is let through by something else.
func (c *Catalogue) Needed(app, operation string, granted []string) (needed []string, known bool) {
	a := c.App(app)
	if a == nil {
		return nil, false
	}
	for _, enough := range a.Needs[operation] {
		if needed = a.among(granted, strings.Fields(enough)); needed != nil {
			return needed, true
		}
	}
	return nil, false
}

// ForSigningIn tells whether a scope serves to sign in to an application or to
// stay signed in, and is needed whatever is done there.
func (c *Catalogue) ForSigningIn(app, scope string) bool {
	a := c.App(app)
	return a != nil && slices.ContainsFunc(a.SignIn, func(s string) bool { return a.sameScope(s, scope) })
}

// among are the granted scopes that are the wanted ones, or nil where one of
// those is not granted.
func (a *App) among(granted, wanted []string) []string {
	var found []string
	for _, w := range wanted {
		i := slices.IndexFunc(granted, func(g string) bool { return a.sameScope(w, g) })
		if i < 0 {
			return nil
		}
		found = append(found, granted[i])
	}
	return found
}

// sameScope tells whether two scopes are written in two ways and mean the same.
func (a *App) sameScope(s, t string) bool { return strings.EqualFold(a.short(s), a.short(t)) }
