package rules

import (
	"fmt"
	"maps"

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
	Doc: `the catalogue knows every scope

# What
The catalogue does not know a scope of an identity, so that nobody can say
whether the declared tier is high enough.

# Why
What is unknown is not harmless. OWASP NHI5:2025 Overprivileged NHI begins with
scopes that nobody looked up; NIST CSF 2.0 PR.AA-05 (formerly PR.AC-4) asks for
permissions that are defined and reviewed.

# Before
	app:    "salesforce"
	scopes: ["apii"]

# After
	app:    "salesforce"
	scopes: ["api"]

# How to mend
Mend the name if it is misspelt; else look up what the scope grants, and add it
to the catalogue.
`,
})

func unclassifiedScope(p *lint.Pass, id *registry.Identity) {
	if gone(id) {
		return
	}
	c, app := p.Catalogue(), appOf(p.Head, id)
	for i, scope := range id.Scopes {
		if _, known := c.ScopePower(app, scope); known || c.IsWildcard(app, scope) {
			continue
		}
		p.Report(lint.Finding{
			Identity: id.ID,
			Field:    fmt.Sprintf("scopes[%d]", i),
			Value:    scope,
			Message: fmt.Sprintf("%s has scope %q, which the catalogue does not know for %q; %s",
				named(id), scope, app, nearestScope(c, app, scope)),
		})
	}
}

func nearestScope(c *registry.Catalogue, app, scope string) string {
	const otherwise = "look up what it grants and add it to the catalogue"
	known := c.App(app)
	if known == nil {
		return otherwise
	}
	_, out := suggestion(scope, maps.Keys(known.Scopes), otherwise)
	return out
}
