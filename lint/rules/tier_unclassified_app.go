package rules

import (
	"fmt"
	"maps"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "tier/unclassified-app",
	Severity: lint.Notice,
	Controls: []string{"NHI5:2025", "NIST CSF 2.0 PR.AA-05"},
	Waivable: true,
	Each:     unclassifiedApp,
	Local:    true,
	Doc: `the catalogue knows every application

# What
A connector signs in to an application that the catalogue does not know.

# Why
For such a connector no rule can compare the tier with what it can do; its
declared tier is believed. OWASP NHI5:2025 Overprivileged NHI, NIST CSF 2.0
PR.AA-05 (formerly PR.AC-4).

# Before
	app: "sales-force"

# After
	app: "salesforce"

# How to mend
Use the catalogue's name for the application, or describe it in a file of
registry/catalogue/, with the page where its scopes are published.
`,
})

func unclassifiedApp(p *lint.Pass, id *registry.Identity) {
	if gone(id) || id.Kind != registry.Connector || id.App == "" || p.Catalogue().Knows(id.App) {
		return
	}
	out := suggestion(id.App, maps.Keys(p.Catalogue().Apps), "describe it in "+describedIn(id.App))
	p.Report(lint.Finding{
		Identity: id.ID,
		Field:    "app",
		Value:    id.App,
		Message:  fmt.Sprintf("%s has app %q, which the catalogue does not know, so that its declared tier is not checked; %s", named(id), id.App, out),
	})
}

// describedIn is the file in which a registry describes an application itself.
func describedIn(app string) string { return fmt.Sprintf("registry/catalogue/%s.cue", app) }
