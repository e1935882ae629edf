package rules

import (
	"fmt"
	"strings"

	"github.com/rollcall-dev/rollcall/lint"
)

var _ = register(lint.Rule{
	ID:       "temporary/no-rollback",
	Severity: lint.Error,
	Controls: []string{"NIST CSF 2.0 PR.AA-05", "NIST CSF 2.0 PR.PS-01"},
	Check:    noRollback,
	Doc: `temporary access says how it is undone

# What
A window of temporary access has no rollback plan.

# Why
What was changed in a hurry has to be changed back by somebody who was not
there. NIST CSF 2.0 PR.PS-01 asks for managed configuration, PR.AA-05 (formerly
PR.AC-4) for access that is managed.

# Before
	kind: "breakGlass"

# After
	kind:     "breakGlass"
	rollback: "suspend n8n-prod/restore-groups, then remove its role in Okta"

# How to mend
Write in rollback, in words, what has to be undone and how.
`,
})

func noRollback(p *lint.Pass) {
	for _, a := range p.Head.Access {
		if strings.TrimSpace(a.Rollback) != "" {
			continue
		}
		p.Report(lint.Finding{
			Entry:    lint.EntryAccess,
			Identity: a.ID,
			Field:    "rollback",
			Pos:      a.Pos("rollback"),
			Message:  fmt.Sprintf("access %q has no rollback; write in rollback how it is undone", a.ID),
		})
	}
}
