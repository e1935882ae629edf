package registry

import (
	"slices"
	"strings"
)

// The Catalogue says what scopes, roles and operations of known applications
// can do. What it does not know is unknown, never harmless.
//
// Every method takes an application by its key or by any other name of it.
type Catalogue struct {
	Apps map[string]*App

	aliases map[string]*App                   // by any other name; nil where the catalogue is made by hand
	named   func() map[*App]map[string]Effect // what operations are called; nil where the catalogue is made by hand
}

// An App is one application that connectors reach, or one platform.
type App struct {
	Name        string
	Source      string            // where the facts are published
	Aliases     []string          // other names of it
	ScopePrefix string            // what a scope may start with and mean the same without
	Scopes      map[string]Tier   // exact scopes
	Roles       map[string]Tier   // roles of the application
	Operations  map[string]Effect // "resource:operation"
	Wildcards   []string          // scopes that grant everything
	StrongAuth  []string          // auth methods better than basic or query-string ones
	Hosts       []string          // of its HTTP interface; "*." in front stands for any subdomain
	AccessPaths []string          // under which a write rules access; "*" stands for one segment

	Needs    map[string][]string // by operation, the scopes any one of which is enough: see [Catalogue.Needed]
	SignIn   []string            // scopes for signing in, which no operation needs
	Platform *Platform           // nil where it is not known as one
}

// An Effect is what an operation does.
type Effect struct {
	Power  Tier   // reads, changes, or rules access
	Access string // on access: grant, revoke, modify, none; empty where that is not known
}

// ChangesAccess tells whether the operation gives, takes or changes somebody's
// access. A privileged one of which that is not known does.
func (e Effect) ChangesAccess() bool {
	return e.Access != "none" && (e.Access != "" || e.Power == Privileged)
}

// App is the application with that key or other name, the type of a node of
// n8n's that acts in it among them, or nil.
func (c *Catalogue) App(name string) *App {
	if a, ok := c.Apps[name]; ok {
		return a
	}
	if a := c.aliases[name]; a != nil {
		return a
	}
	if app := nodeApp(name); app != "" {
		return c.App(app)
	}
	if c.aliases != nil {
		return nil
	}
	for _, a := range c.Apps {
		if slices.Contains(a.Aliases, name) {
			return a
		}
	}
	return nil
}

// Same tells whether two names are of one application.
func (c *Catalogue) Same(a, b string) bool {
	if strings.EqualFold(a, b) {
		return true
	}
	one := c.App(a)
	return one != nil && one == c.App(b)
}

// Knows tells whether the catalogue has the application.
func (c *Catalogue) Knows(app string) bool { return c.App(app) != nil }

// ScopePower is what a scope of an application allows, and whether that is
// known. A wildcard is known to be privileged where it covers a scope that is,
// and where it grants everything; else it is not known.
func (c *Catalogue) ScopePower(app, scope string) (Tier, bool) {
	if isEverything(scope) {
		return Privileged, true
	}
	a := c.App(app)
	if a == nil {
		return "", false
	}
	short := a.short(scope)
	if t, ok := lookup(a.Scopes, scope, short); ok {
		return t, true
	}
	if a.hasWildcard(scope) || strings.Contains(short, "*") && a.covers(short) {
		return Privileged, true
	}
	return "", false
}

// RolePower is what a role of an application allows, and whether that is known.
func (c *Catalogue) RolePower(app, role string) (Tier, bool) {
	a := c.App(app)
	if a == nil {
		return "", false
	}
	return lookup(a.Roles, role)
}

// OperationEffect is what an operation of an application does, and whether
// that is known: by the application's own facts or, where they are silent, by
// what n8n's nodes call it. "METHOD host/path" that the application's facts do
// not name is judged by its method and, where some application of the catalogue
// has the host, by its path.
func (c *Catalogue) OperationEffect(app, operation string) (Effect, bool) {
	a := c.App(app)
	if a != nil {
		if e, ok := lookup(a.Operations, operation); ok {
			return e, true
		}
	}
	if method, target, ok := cutRequest(operation); ok {
		return c.requestEffect(a, method, target)
	}
	e, _ := lookup(c.byName(app), operation)
	return e, e.Power != ""
}

// IsWildcard tells whether a scope grants whatever there is, now or later:
// by its form, which holds for every application, or because the application
// says so.
func (c *Catalogue) IsWildcard(app, scope string) bool {
	if strings.Contains(scope, "*") || isEverything(scope) || isDefault(scope) {
		return true
	}
	a := c.App(app)
	return a != nil && a.hasWildcard(scope)
}

// StrongAuth are the ways to sign in to an application that are better than a
// password or a key in the address; nil where none is known.
func (c *Catalogue) StrongAuth(app string) []string {
	if a := c.App(app); a != nil {
		return a.StrongAuth
	}
	return nil
}

func (a *App) short(scope string) string {
	if a.ScopePrefix == "" {
		return scope
	}
	return strings.TrimPrefix(scope, a.ScopePrefix)
}

func (a *App) hasWildcard(scope string) bool {
	short := a.short(scope)
	return slices.ContainsFunc(a.Wildcards, func(w string) bool {
		return strings.EqualFold(w, scope) || strings.EqualFold(w, short)
	})
}

// covers tells whether a pattern with stars matches a privileged scope.
func (a *App) covers(pattern string) bool {
	for scope, tier := range a.Scopes {
		if tier == Privileged && matchStars(strings.ToLower(pattern), strings.ToLower(scope)) {
			return true
		}
	}
	return false
}

// lookup finds a name as it is written or, since some applications do not mind
// case, in any case.
func lookup[T any](in map[string]T, names ...string) (found T, ok bool) {
	for _, n := range names {
		if t, ok := in[n]; ok {
			return t, true
		}
	}
	for known, t := range in {
		for _, n := range names {
			if len(known) == len(n) && strings.EqualFold(known, n) {
				return t, true
			}
		}
	}
	return found, false
}

// isEverything knows the scopes that say by their form that they grant
// everything.
func isEverything(scope string) bool {
	switch withoutJoints.Replace(strings.ToLower(scope)) {
	case "*", "*:*", "*/*", "**", "all", "full", "fullaccess", "fullcontrol", "allaccess", "allscopes", "admin:*", "root", "superuser":
		return true
	}
	return false
}

var withoutJoints = strings.NewReplacer("_", "", "-", "", " ", "", ".", "")

func isDefault(scope string) bool {
	return scope == ".default" || strings.HasSuffix(scope, "/.default")
}

// matchStars matches text against a pattern in which each "*" stands for any
// text, in time linear in the product of their lengths.
func matchStars(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	first, last := parts[0], parts[len(parts)-1]
	if !strings.HasPrefix(text, first) {
		return false
	}
	text = text[len(first):]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(text, p)
		if i < 0 {
			return false
		}
		text = text[i+len(p):]
	}
	return strings.HasSuffix(text, last)
}
