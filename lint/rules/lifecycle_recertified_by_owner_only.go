package rules

import (
	"fmt"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "lifecycle/recertified-by-owner-only",
	Severity: lint.Warning,
	Controls: []string{"NIST CSF 2.0 PR.AA-05", "NIST AI RMF 1.0 GOVERN 3.2"},
	Waivable: true,
	Each:     recertifiedByOwner,
	Local:    true,
	Doc: `somebody else than the owner recertifies what is privileged

# What
A privileged identity was recertified by its owner, or by a member of the team
that owns it, and by nobody else.

# Why
Who built it finds it needed. NIST CSF 2.0 PR.AA-05 (formerly PR.AC-4) asks for
separation of duties, NIST AI RMF GOVERN 3.2 for oversight as a role of its own.

# Before
	owner:       "person/dana"
	recertified: {on: "2026-11-01", by: "person/dana"}

# After
	owner:       "person/dana"
	recertified: {on: "2026-11-01", by: "person/sam"}

# How to mend
Have it looked at by somebody who does not answer for it: the backup, or the
security team.
`,
})

func recertifiedByOwner(p *lint.Pass, id *registry.Identity) {
	if gone(id) || id.Tier != registry.Privileged || id.Recertified == nil {
		return
	}
	by := id.Recertified.By
	if !within(p.Organisation(), by, id.Owner) {
		return
	}
	whose := "its owner"
	if by != id.Owner {
		whose = fmt.Sprintf("a member of %q, its owner", id.Owner)
	}
	p.Report(lint.Finding{
		Identity: id.ID,
		Field:    "recertified.by",
		Value:    by,
		Message:  fmt.Sprintf("privileged %s was recertified by %q, %s; have somebody else look at it", named(id), by, whose),
	})
}
