package rules

import (
	"fmt"
	"time"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "lifecycle/recertification-overdue",
	Severity: lint.Error,
	Controls: []string{"NHI1:2025", "NIST CSF 2.0 PR.AA-05"},
	Waivable: true,
	Each:     recertificationOverdue,
	Local:    true,
	Doc: `somebody has looked at it within the interval of its tier

# What
The last recertification of an active identity is older than the interval of its
tier, or there was none, or it is dated in the future.

# Why
Access that nobody looks at again only grows. NIST CSF 2.0 PR.AA-05 (formerly
PR.AC-4) asks that permissions are reviewed; OWASP NHI1:2025 Improper Offboarding
is what is found when nobody did.

# Before
	recertified: {on: "2026-01-10", by: "person/dana"}

# After
	recertified: {on: "2026-11-24", by: "person/dana"}

# How to mend
Look at what it can do and whether it is still needed, then write the day and
your name; or retire it.

# How to configure
tiers: privileged: recertify: "90d" in registry/policy.cue, a tier at a time. A
tier without it need not be recertified.
`,
})

func recertificationOverdue(p *lint.Pass, id *registry.Identity) {
	interval := p.Limits(id.Tier).Recertify
	if id.State != registry.Active || interval == nil {
		return
	}
	f := lint.Finding{Identity: id.ID, Field: "recertified"}
	if id.Recertified == nil {
		f.Message = fmt.Sprintf(`%s was never recertified, and tier %q asks for it every %s; look at it and add recertified: {on: %q, by: "person/…"}`,
			named(id), id.Tier, *interval, p.Today())
		p.Report(f)
		return
	}
	on := id.Recertified.On
	f.Field, f.Value = "recertified.on", string(on)
	switch {
	case on > p.Today():
		f.Message = fmt.Sprintf("%s was recertified on %q, which is still to come; write the day on which somebody looked", named(id), on)
	case p.Now.Before(on.End().Add(time.Duration(*interval))):
		return
	default:
		f.Message = fmt.Sprintf("%s was last recertified on %q, and tier %q asks for it every %s; look at it again, or retire it",
			named(id), on, id.Tier, *interval)
	}
	p.Report(f)
}
