package rules

import (
	"fmt"
	"slices"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "auth/weak",
	Severity: lint.Error,
	Controls: []string{"NHI4:2025", "NIST CSF 2.0 PR.AA-03"},
	Waivable: true,
	Each:     weakAuth,
	Local:    true,
	Doc: `a connector signs in as strongly as the application allows

# What
A connector signs in with a name and a password (basic), or not at all (none),
to an application for which the catalogue knows a stronger way.

# Why
A password is good everywhere, for everything and until somebody changes it.
OWASP NHI4:2025 Insecure Authentication; NIST CSF 2.0 PR.AA-03 asks that
services are authenticated.

# Before
	app:  "salesforce"
	auth: "basic"

# After
	app:  "salesforce"
	auth: "oauth2"

# How to mend
Register a client with the application, sign in through it, and end the
password.
`,
})

func weakAuth(p *lint.Pass, id *registry.Identity) {
	if gone(id) || id.Kind != registry.Connector || id.Auth != "basic" && id.Auth != "none" {
		return
	}
	strong := p.Catalogue().StrongAuth(id.App)
	if len(strong) == 0 || slices.Contains(strong, id.Auth) {
		return
	}
	p.Report(lint.Finding{
		Identity: id.ID,
		Field:    "auth",
		Value:    id.Auth,
		Message:  fmt.Sprintf("%s has auth %q, and %q offers stronger ways; set auth: %s", named(id), id.Auth, id.App, either(strong)),
	})
}
