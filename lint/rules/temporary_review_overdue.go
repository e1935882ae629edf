package rules

import (
	"fmt"
	"time"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "temporary/review-overdue",
	Severity: lint.Error,
	Controls: []string{"NIST CSF 2.0 PR.AA-05", "NIST AI RMF 1.0 GOVERN 3.2"},
	Check:    reviewOverdue,
	Doc: `a break-glass window is reviewed by somebody who did not use it

# What
A break-glass window has closed and was not reviewed within the time of its
tier, or was reviewed by the one who asked for it, or before it had closed.

# Why
An emergency skips the approval; the review is what is owed for it. NIST CSF 2.0
PR.AA-05 (formerly PR.AC-4) asks for review and separation of duties, NIST AI RMF
GOVERN 3.2 for oversight by somebody else.

# Before
	kind:        "breakGlass"
	requestedBy: "person/dana"
	until:       "2026-11-10T02:00:00Z"

# After
	kind:        "breakGlass"
	requestedBy: "person/dana"
	until:       "2026-11-10T02:00:00Z"
	reviewed: {on: "2026-11-11", by: "person/sam", outcome: "two memberships restored, nothing else"}

# How to mend
Look at what was done in the window (the evidence log has it), and write down
when, who and what came of it.

# How to configure
tiers: privileged: reviewWithin: "3d" in registry/policy.cue. The strictest limit
of the identities that a window opened counts; without one no review is overdue.
`,
})

func reviewOverdue(p *lint.Pass) {
	for _, a := range p.Head.Access {
		closed := a.Until.Time()
		if a.Kind != "breakGlass" || closed.IsZero() || p.Now.Before(closed) {
			continue
		}
		f := lint.Finding{Entry: lint.EntryAccess, Identity: a.ID, Field: "reviewed"}
		limit, tier := strictest(p, a.Identities, func(t registry.TierPolicy) *registry.Duration { return t.ReviewWithin })
		switch r := a.Reviewed; {
		case r != nil && (r.By == a.RequestedBy || soleActive(p.Organisation(), r.By, p.Today()) == a.RequestedBy):
			f.Field, f.Value = "reviewed.by", r.By
			f.Message = fmt.Sprintf("access %q was reviewed by %q, who asked for it; have somebody else review it", a.ID, r.By)
		case r != nil && !r.On.End().After(closed):
			f.Field, f.Value = "reviewed.on", string(r.On)
			f.Message = fmt.Sprintf("access %q was reviewed on %q, before it closed at %q; review the window after its end, and set reviewed.on", a.ID, r.On, a.Until)
		case r == nil && limit != nil && !p.Now.Before(closed.Add(time.Duration(*limit))):
			f.Message = fmt.Sprintf(`access %q closed at %q and was not reviewed within the %s that tier %q allows; add reviewed: {on: %q, by: "person/…", outcome: "…"}`,
				a.ID, a.Until, *limit, tier, p.Today())
		default:
			continue
		}
		f.Pos = a.Pos(f.Field)
		p.Report(f)
	}
}
