package registry

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// An Application is what a policy repository says of one: of its own, or of
// one that the program knows. What it says is added to what the program knows,
// or takes its place.
type Application struct {
	ID     string
	App    App
	Lowers []Lowering // what counts for less through it

	source
}

// A Lowering is a scope, role or operation that counts for less by a policy
// repository than by the program alone. It is allowed, for whoever runs an
// application may know better, and never silent.
type Lowering struct {
	Kind, Name string // "scope", "role" or "operation", and which
	From, To   string // "privileged", or "privileged, grant" of an operation
}

func (l Lowering) String() string {
	return fmt.Sprintf("%s %q from %s to %s", l.Kind, l.Name, l.From, l.To)
}

// extendCatalogue adds what the registry says of applications to the catalogue.
func (a *assembly) extendCatalogue() {
	if len(a.Applications) == 0 || a.Catalogue == nil {
		return
	}
	builtin := a.Catalogue
	a.Catalogue = builtin.copy()
	for _, own := range a.Applications { // those that are new first: a name that one has is no other's
		if a.Catalogue.App(own.ID) == nil {
			a.Catalogue.Apps[own.ID] = &App{}
		}
	}
	for _, own := range a.Applications {
		a.problems = append(a.problems, a.Catalogue.add(own, builtin.App(own.ID) != nil)...)
	}
	for _, own := range a.Applications {
		own.Lowers = own.lowers(builtin, a.Catalogue)
	}
}

// copy is the catalogue with applications of its own.
func (c *Catalogue) copy() *Catalogue {
	to := &Catalogue{Apps: make(map[string]*App, len(c.Apps)), aliases: map[string]*App{}}
	at := make(map[*App]*App, len(c.Apps))
	for key, a := range c.Apps {
		same := *a
		to.Apps[key], at[a] = &same, &same
	}
	for alias, a := range c.aliases {
		to.aliases[alias] = at[a]
	}
	to.nameOperations()
	return to
}

// add adds what a registry says of an application that is there. Slices and
// maps of the program's own are not changed, for they are everybody's.
func (c *Catalogue) add(own *Application, known bool) (problems []Problem) {
	a := c.App(own.ID)
	complain := func(field, format string, args ...any) {
		problems = append(problems, Problem{Rule: ruleSchema, Pos: own.Pos(field), Field: field, Message: fmt.Sprintf(format, args...)})
	}
	for _, alias := range own.App.Aliases {
		switch other := c.App(alias); other {
		case nil:
			c.aliases[alias] = a
			a.Aliases = append(slices.Clip(a.Aliases), alias)
		case a:
		default:
			complain("aliases", "application %q has the other name %q, which is %s's; remove it", own.ID, alias, c.keyOf(other))
		}
	}
	switch {
	case known && own.App.ScopePrefix != "" && own.App.ScopePrefix != a.ScopePrefix:
		complain("scopePrefix", "application %q has scopePrefix %q, and Rollcall knows another one of it; remove it", own.ID, own.App.ScopePrefix)
	case own.App.ScopePrefix != "":
		a.ScopePrefix = own.App.ScopePrefix
	}
	a.extend(&own.App, own.ID)
	return problems
}

func (a *App) extend(by *App, key string) {
	if a.Name == "" || by.Name != "" {
		a.Name = by.Name
	}
	if a.Name == "" {
		a.Name = key
	}
	if a.Source == "" {
		a.Source = by.Source
	}
	a.Scopes = over(a.Scopes, by.Scopes)
	a.Roles = over(a.Roles, by.Roles)
	a.Operations = over(a.Operations, by.Operations)
	a.Needs = over(a.Needs, by.Needs)
	a.SignIn = joined(a.SignIn, by.SignIn)
	a.Wildcards = joined(a.Wildcards, by.Wildcards)
	a.StrongAuth = joined(a.StrongAuth, by.StrongAuth)
	a.Hosts = joined(a.Hosts, by.Hosts)
	a.AccessPaths = joined(a.AccessPaths, by.AccessPaths)
}

// over is a map with the entries of another one in the place of its own. Names
// are compared in any case, as they are looked up.
func over[V any](base, by map[string]V) map[string]V {
	if len(by) == 0 {
		return base
	}
	to := make(map[string]V, len(base)+len(by))
	for name, v := range base {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(by)), func(n string) bool { return strings.EqualFold(n, name) }) {
			to[name] = v
		}
	}
	maps.Copy(to, by)
	return to
}

func joined(base, more []string) []string {
	for _, m := range more {
		if !slices.Contains(base, m) {
			base = append(slices.Clip(base), m)
		}
	}
	return base
}

func (c *Catalogue) keyOf(a *App) string {
	for key, other := range c.Apps {
		if other == a {
			return key
		}
	}
	return a.Name
}

// lowers is what counts for less in a catalogue than before an entry was added.
func (own *Application) lowers(before, after *Catalogue) (all []Lowering) {
	tiers := func(kind string, given map[string]Tier, power func(c *Catalogue, name string) (Tier, bool)) {
		for _, name := range slices.Sorted(maps.Keys(given)) {
			was, known := power(before, name)
			is, _ := power(after, name)
			if known && is.Rank() < was.Rank() {
				all = append(all, Lowering{kind, name, string(was), string(is)})
			}
		}
	}
	tiers("scope", own.App.Scopes, func(c *Catalogue, name string) (Tier, bool) { return c.ScopePower(own.ID, name) })
	tiers("role", own.App.Roles, func(c *Catalogue, name string) (Tier, bool) { return c.RolePower(own.ID, name) })
	for _, name := range slices.Sorted(maps.Keys(own.App.Operations)) {
		was, known := before.OperationEffect(own.ID, name)
		is, _ := after.OperationEffect(own.ID, name)
		if known && (is.Power.Rank() < was.Power.Rank() || was.ChangesAccess() && !is.ChangesAccess()) {
			all = append(all, Lowering{"operation", name, was.String(), is.String()})
		}
	}
	return all
}

// String is the effect as people read it: "privileged, grant".
func (e Effect) String() string {
	switch {
	case e.Power == "":
		return "unknown"
	case e.Access == "":
		return string(e.Power) + ", access unknown"
	case e.Access == "none":
		return string(e.Power)
	}
	return string(e.Power) + ", " + e.Access
}

func decodeApplication(id string, n *node) *Application {
	return &Application{ID: id, App: App{
		Name: n.str("name"), Source: n.str("source"), Aliases: n.list("aliases"), ScopePrefix: n.str("scopePrefix"),
		Scopes: decodeTiers(n.get("scopes")), Roles: decodeTiers(n.get("roles")),
		Operations: decodeMap[string](n, "operations", func(n *node) Effect {
			return Effect{Power: Tier(n.str("power")), Access: n.str("access")}
		}),
		Needs: decodeLists(n, "needs"), SignIn: n.list("signIn"),
		Wildcards: n.list("wildcards"), StrongAuth: n.list("strongAuth"), Hosts: n.list("hosts"), AccessPaths: n.list("accessPaths"),
	}}
}

// decodeTiers decodes a struct of tiers by name.
func decodeTiers(n *node) map[string]Tier {
	var m map[string]Tier
	for name, tier := range decodeTexts(n) {
		if m == nil {
			m = map[string]Tier{}
		}
		m[name] = Tier(tier)
	}
	return m
}

// decodeLists decodes a struct of lists of texts by name.
func decodeLists(n *node, name string) map[string][]string {
	v := n.get(name)
	if v == nil || v.kind != structNode || len(v.fields) == 0 {
		return nil
	}
	m := make(map[string][]string, len(v.fields))
	for _, f := range v.fields {
		if list := v.list(f.name); len(list) > 0 {
			m[f.name] = list
		}
	}
	return m
}
