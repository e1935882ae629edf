package rules

import (
	"fmt"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "privilege/wildcard-scope",
	Severity: lint.Error,
	Controls: []string{"NHI5:2025", "NIST CSF 2.0 PR.AA-05"},
	Waivable: true,
	Each:     wildcardScope,
	Local:    true,
	Doc: `a scope names what it grants

# What
A scope grants everything: "*", "all", "admin:*", ".default" and the
like, or one that the catalogue lists as the application's grant of everything.

# Why
It grants what the application will be able to do next year too, and nobody can
say what is lost when the credential leaks. OWASP NHI5:2025 Overprivileged NHI;
NIST CSF 2.0 PR.AA-05 (formerly PR.AC-4) asks for least privilege.

# Before
	scopes: ["*"]

# After
	scopes: ["contacts.read", "deals.read"]

# How to mend
List the scopes that the workflows need. The application's own documentation has
them; the catalogue names where that stands.

# How to configure
What an application calls its grant of everything is in the catalogue's
wildcards.
`,
})

func wildcardScope(p *lint.Pass, id *registry.Identity) {
	if gone(id) {
		return
	}
	app := appOf(p.Head, id)
	for i, scope := range id.Scopes {
		if !p.Catalogue().IsWildcard(app, scope) {
			continue
		}
		p.Report(lint.Finding{
			Identity: id.ID,
			Field:    fmt.Sprintf("scopes[%d]", i),
			Value:    scope,
			Message:  fmt.Sprintf("%s has scope %q, which grants everything; list the scopes that it needs", named(id), scope),
		})
	}
}
