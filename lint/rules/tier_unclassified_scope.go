package rules

import (
	"fmt"
	"maps"
	"slices"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "tier/unclassified-scope",
	Severity: lint.Warning,
	Controls: []string{"NHI5:2025", "NIST CSF 2.0 PR.AA-05"},
	Waivable: true,
	Each:     unclassifiedScope,
	Local:    true,
	Doc: `the catalogue knows every scope, role and step

# What
The catalogue does not know a scope, a role or a step of an identity, so that
nobody can say whether the declared tier is high enough. A step that writes and
of which it is not known what that does to access is such a one, as a POST to a
host of your own. One that says itself that it changes access is believed.

# Why
What is unknown is not harmless. OWASP NHI5:2025 Overprivileged NHI begins with
scopes that nobody looked up, and a workflow with operations; NIST CSF 2.0 PR.AA-05 (formerly PR.AC-4) asks for
permissions that are defined and reviewed.

# Before
	app:    "salesforce"
	scopes: ["apii"]

# After
	app:    "salesforce"
	scopes: ["api"]

# How to mend
Mend the name if it is misspelt; else look up what it grants or does, and add it
to the application's file in registry/catalogue/: a request is named there as the
step names it, with its method and address.
`,
})

func unclassifiedScope(p *lint.Pass, id *registry.Identity) {
	if gone(id) {
		return
	}
	c, app := p.Catalogue(), appOf(p.Head, id)
	if app == "" {
		return // its tenant is gone, which is told where that is named
	}
	unchecked := func(noun, field, value string, names map[string]registry.Tier) {
		p.Report(lint.Finding{
			Identity: id.ID,
			Field:    field,
			Value:    value,
			Message: fmt.Sprintf("%s has %s %q, which the catalogue does not know for %q, so that the declared tier is not checked against it; %s",
				named(id), noun, value, app, suggestion(value, maps.Keys(names), "look up what it grants and add it to "+describedIn(app))),
		})
	}
	known := &registry.App{}
	if a := c.App(app); a != nil {
		known = a
	}
	for i, scope := range id.Scopes {
		if _, ok := c.ScopePower(app, scope); !ok && !c.IsWildcard(app, scope) {
			unchecked("scope", fmt.Sprintf("scopes[%d]", i), scope, known.Scopes)
		}
	}
	if _, ok := c.RolePower(app, id.Role); id.Role != "" && !ok {
		unchecked("role", "role", id.Role, known.Roles)
	}
	for i, step := range id.Steps {
		unclassifiedStep(p, id, i, step)
	}
}

// unclassifiedStep tells of a step that may do more than its tier says.
func unclassifiedStep(p *lint.Pass, id *registry.Identity, i int, step registry.Step) {
	c := p.Catalogue()
	effect, known := c.OperationEffect(step.App, step.Operation)
	why := "which the catalogue does not know, so that the declared tier is not checked against it"
	switch {
	case stepChangesAccess(c, step):
		return // it counts as privileged
	case known && (effect.Access != "" || effect.Power == registry.Privileged):
		return
	case known:
		why = "of which the catalogue does not know whether it changes access, so that the declared tier is not checked against that"
	}
	out := "look up what it does and add it to " + describedIn(step.App)
	if !known {
		var names []string
		for _, op := range c.Operations(step.App) {
			if op.Effect.Power != "" { // else it is no better known than this one
				names = append(names, op.Name)
			}
		}
		out = suggestion(step.Operation, slices.Values(names), out)
	}
	p.Report(lint.Finding{
		Identity: id.ID,
		Field:    fmt.Sprintf("steps[%d].operation", i),
		Value:    step.Operation,
		Message:  fmt.Sprintf("%s has step %q of %q, %s; %s", named(id), step.Operation, step.App, why, out),
	})
}
