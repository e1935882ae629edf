package rules

import (
	"fmt"
	"time"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "temporary/no-end",
	Severity: lint.Error,
	Controls: []string{"NHI7:2025", "NIST CSF 2.0 PR.AA-05"},
	Check:    noEnd,
	Doc: `temporary access ends, and soon

# What
A window of temporary access has no end, ends before it begins, or is longer
than the tier of what it opens allows.

# Why
What is meant for an evening and has no end is standing access that nobody
approved. NIST CSF 2.0 PR.AA-05 (formerly PR.AC-4) asks for access that is
enforced; OWASP NHI7:2025 Long-Lived Secrets is where it leads.

# Before
	kind: "breakGlass"
	from: "2026-11-24T20:00:00Z"

# After
	kind:  "breakGlass"
	from:  "2026-11-24T20:00:00Z"
	until: "2026-11-25T00:00:00Z"

# How to mend
Set until, within the limit that the message names. Who needs more time asks
again.

# How to configure
tiers: privileged: temporaryAccess: "8h" in registry/policy.cue. The strictest
limit of the identities that a window opens counts.
`,
})

func noEnd(p *lint.Pass) {
	for _, a := range p.Head.Access {
		f := lint.Finding{Entry: lint.EntryAccess, Identity: a.ID, Field: "until", Value: string(a.Until)}
		from, until := a.From.Time(), a.Until.Time()
		limit, tier := strictest(p, a.Identities, func(t registry.TierPolicy) *registry.Duration { return t.TemporaryAccess })
		switch {
		case until.IsZero():
			f.Message = fmt.Sprintf("access %q has no end; add until: %q%s", a.ID, "YYYY-MM-DDThh:mm:ssZ", atMost(limit, tier))
		case !until.After(from):
			f.Message = fmt.Sprintf("access %q ends at %q, not after it begins at %q; set a later until", a.ID, a.Until, a.From)
		case limit != nil && until.Sub(from) > time.Duration(*limit):
			last := from.Add(time.Duration(*limit))
			f.Message = fmt.Sprintf("access %q lasts until %q, longer than the %s that tier %q allows; set until: %q or before",
				a.ID, a.Until, *limit, tier, last.Format(time.RFC3339))
			f.Edit = replace(a, "until", last.Format(time.RFC3339))
		default:
			continue
		}
		f.Pos = a.Pos(f.Field)
		p.Report(f)
	}
}

func atMost(limit *registry.Duration, tier registry.Tier) string {
	if limit == nil {
		return ""
	}
	return fmt.Sprintf(", at most %s after from, which tier %q allows", *limit, tier)
}

// strictest is the smallest limit of the tiers of some identities, and the
// tier that sets it; nil where none does.
func strictest(p *lint.Pass, ids []string, of func(registry.TierPolicy) *registry.Duration) (least *registry.Duration, tier registry.Tier) {
	for _, ref := range ids {
		id := p.Head.Identity(ref)
		if id == nil {
			continue
		}
		if limit := of(p.Limits(id.Tier)); limit != nil && (least == nil || *limit < *least) {
			least, tier = limit, id.Tier
		}
	}
	return least, tier
}
