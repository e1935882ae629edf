package rules

import (
	"fmt"
	"slices"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "privilege/shared-credential",
	Severity: lint.Error,
	Controls: []string{"NHI9:2025", "NIST CSF 2.0 PR.AA-05"},
	Waivable: true,
	Check:    sharedCredential,
	Doc: `one credential serves one workflow

# What
More than one workflow uses the same connector or token. For a read-only
connector it is a warning.

# Why
Shared, it grants each workflow what any of them needs; a log entry does not tell
who it was; and nobody dares to take it away. OWASP NHI9:2025 NHI Reuse, NIST
CSF 2.0 PR.AA-05 (formerly PR.AC-4).

# Before
	// both n8n-prod/invoices and n8n-prod/refunds
	uses: ["n8n-prod/netsuite"]

# After
	// n8n-prod/invoices
	uses: ["n8n-prod/netsuite-invoices"]
	// n8n-prod/refunds
	uses: ["n8n-prod/netsuite-refunds"]

# How to mend
Give each workflow a connector of its own, with the scopes that it needs. Where
the application limits the number of accounts, ask for an exception with an end.
`,
})

func sharedCredential(p *lint.Pass) {
	users := map[string][]string{} // of what more than one uses
	first := make(map[string]string, len(p.Head.Identities))
	for _, id := range p.Head.Identities {
		if gone(id) || id.Kind != registry.Workflow {
			continue
		}
		for i, used := range id.Uses {
			if slices.Contains(id.Uses[:i], used) {
				continue
			}
			if before, twice := first[used]; !twice {
				first[used] = id.ID
			} else if users[used] == nil {
				users[used] = []string{before, id.ID}
			} else {
				users[used] = append(users[used], id.ID)
			}
		}
	}
	for _, id := range p.Head.Identities {
		by := users[id.ID]
		if gone(id) || len(by) < 2 || id.Kind != registry.Connector && id.Kind != registry.Token {
			continue
		}
		f := lint.Finding{
			Identity: id.ID,
			Value:    id.ID,
			Message:  fmt.Sprintf("%s is used by %s; give each a %s of its own", named(id), listed(by), id.Kind),
		}
		if id.Kind == registry.Connector && id.Tier == registry.ReadOnly {
			f.Severity = lint.Warning
		}
		p.Report(f)
	}
}
