package rules

import (
	"fmt"
	"strings"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "separation/shared-account",
	Severity: lint.Error,
	Controls: []string{"NHI8:2025", "NIST CSF 2.0 PR.AA-05"},
	Waivable: true,
	Check:    sharedAccount,
	Doc: `no account serves two environments

# What
Connectors of two environments sign in to the same application as the same
account or client id.

# Why
The application cannot tell test from production: whatever the test environment
leaks or breaks is production's. OWASP NHI8:2025 Environment Isolation, NIST CSF
2.0 PR.AA-05 (formerly PR.AC-4).

# Before
	// n8n-prod/salesforce and n8n-test/salesforce
	account: "svc-crm@example.com"

# After
	// n8n-test/salesforce
	account: "svc-crm@sandbox.example.com"

# How to mend
Give the test environment an account of its own, best in a sandbox of the
application, and change the secret that both had.
`,
})

func sharedAccount(p *lint.Pass) {
	type login struct{ app, account string }
	everyLogin := func(take func(login, *registry.Identity)) {
		for _, id := range p.Head.Identities {
			if !gone(id) && id.Kind == registry.Connector && id.Account != "" {
				take(login{id.App, strings.ToLower(id.Account)}, id)
			}
		}
	}
	shared := crossings[login]{}
	for _, users := range shared.find(p.Head, everyLogin) {
		for _, id := range users {
			env := p.Head.EnvironmentOf(id)
			other := elsewhere(p.Head, env, users)
			if other == nil {
				continue
			}
			p.Report(lint.Finding{
				Identity: id.ID,
				Field:    "account",
				Value:    id.Account,
				Message: fmt.Sprintf("%s in %q signs in to %q as %q, as %q in %q does; give each environment an account of its own",
					named(id), env, id.App, id.Account, other.ID, p.Head.EnvironmentOf(other)),
			})
		}
	}
}
