package rules

import (
	"fmt"
	"time"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "lifecycle/stale-proposal",
	Severity: lint.Warning,
	Controls: []string{"NHI1:2025", "NIST CSF 2.0 ID.AM-08"},
	Waivable: true,
	Each:     staleProposal,
	Local:    true,
	Doc: `a proposal is decided on within 30 days

# What
An identity has been proposed for longer than 30 days, or its entry does not say
since when, or says a day that is still to come.

# Why
What is proposed is neither allowed nor refused, and whoever waits for it builds a
way around. Old proposals also hide what was only forgotten: NIST CSF 2.0 ID.AM-08
asks that things are managed throughout their lives, and OWASP NHI1:2025 Improper
Offboarding begins with entries that nobody closes.

# Before
	state: "proposed"

# After
	state:    "proposed"
	proposed: {on: "2026-11-24", by: "person/dana"}

# How to mend
Approve it by setting state: "active", or retire it. Where the day is missing, add
the one on which it was proposed; what the mend adds is the day of the mend and the
owner.
`,
})

// proposalLife is how long a proposal may wait.
const proposalLife = 30 * 24 * time.Hour

func staleProposal(p *lint.Pass, id *registry.Identity) {
	if id.State != registry.Proposed {
		return
	}
	if id.Proposed == nil {
		f := lint.Finding{Identity: id.ID, Field: "proposed"}
		by := "person/…"
		if p.Organisation().Knows(id.Owner) {
			by = id.Owner
			f.Edit = id.Insert("proposed", fmt.Sprintf("{on: %q, by: %q}", p.Today(), by))
		}
		f.Message = fmt.Sprintf("%s is proposed, and nobody can tell since when; add proposed: {on: %q, by: %q}", named(id), p.Today(), by)
		p.Report(f)
		return
	}
	on := id.Proposed.On
	f := lint.Finding{Identity: id.ID, Field: "proposed.on", Value: string(on)}
	switch waits := p.Today().Start().Sub(on.Start()); {
	case on.Start().IsZero():
		return
	case waits < 0:
		f.Message = fmt.Sprintf("%s was proposed on %q, which is still to come; write the day on which it was proposed", named(id), on)
	case waits > proposalLife:
		f.Message = fmt.Sprintf("%s was proposed on %q, %d days ago; approve it, or retire it", named(id), on, waits/(24*time.Hour))
	default:
		return
	}
	p.Report(f)
}
