package rules

import (
	"fmt"
	"time"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "lifecycle/expiring-soon",
	Severity: lint.Warning,
	Controls: []string{"NHI7:2025", "NIST CSF 2.0 PR.AA-01"},
	Waivable: true,
	Each:     expiringSoon,
	Local:    true,
	Doc: `an expiry is dealt with before its day

# What
The expiry of an identity is within the notice time of its tier.

# Why
Short lives are only bearable if renewing is no emergency: OWASP NHI7:2025
Long-Lived Secrets is avoided by those who are reminded in time. NIST CSF 2.0
PR.AA-01 asks that credentials are managed.

# Before
	expires: "2026-12-01" // in a week

# After
	expires:     "2027-02-22"
	recertified: {on: "2026-11-24", by: "person/dana"}

# How to mend
Ask whether it is still needed. If it is, set a new expiry and recertified; if
not, let it end and retire it.

# How to configure
tiers: privileged: notice: "14d" in registry/policy.cue, a tier at a time. A tier
without it gives no notice.
`,
})

func expiringSoon(p *lint.Pass, id *registry.Identity) {
	notice, end := p.Limits(id.Tier).Notice, id.Expires.End()
	if gone(id) || notice == nil || end.IsZero() || !p.Now.Before(end) {
		return
	}
	left := id.Expires.Start().Sub(p.Today().Start())
	if left > time.Duration(*notice) {
		return
	}
	p.Report(lint.Finding{
		Identity: id.ID,
		Field:    "expires",
		Value:    string(id.Expires),
		Message:  fmt.Sprintf("%s expires %s, on %q; %s", named(id), inDays(left), id.Expires, renewOrRetire(p)),
	})
}

// inDays says how far away a day is.
func inDays(left time.Duration) string {
	switch days := int(left / (24 * time.Hour)); days {
	case 0:
		return "today"
	case 1:
		return "tomorrow"
	default:
		return fmt.Sprintf("in %d days", days)
	}
}
