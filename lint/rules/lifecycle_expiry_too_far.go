package rules

import (
	"fmt"
	"time"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "lifecycle/expiry-too-far",
	Severity: lint.Error,
	Controls: []string{"NHI7:2025", "NIST CSF 2.0 PR.AA-01"},
	Waivable: true,
	Each:     expiryTooFar,
	Local:    true,
	Doc: `no expiry is further away than the tier allows

# What
The expiry of an identity is further away than the longest life that policy
allows its tier.

# Why
An expiry in ten years is none: OWASP NHI7:2025 Long-Lived Secrets. The more an
identity can do, the sooner somebody has to look at it again, so that the limit
hangs on the tier. NIST CSF 2.0 PR.AA-01 asks that credentials are managed.

# Before
	tier:    "privileged"
	expires: "2036-11-24"

# After
	tier:    "privileged"
	expires: "2027-02-22"

# How to mend
Set the day that the message names, or one before it, and renew in time:
lifecycle/expiring-soon reminds the owner.

# How to configure
tiers: privileged: maxLifetime: "90d" in registry/policy.cue, a tier at a time. A
tier without it has no limit.
`,
})

func expiryTooFar(p *lint.Pass, id *registry.Identity) {
	last, limited := lastExpiry(p, id.Tier)
	if gone(id) || !limited || id.Expires.Start().IsZero() || id.Expires <= last {
		return
	}
	p.Report(lint.Finding{
		Identity: id.ID,
		Field:    "expires",
		Value:    string(id.Expires),
		Message: fmt.Sprintf("%s expires on %q, later than the %s that tier %q allows; set expires: %q or earlier",
			named(id), id.Expires, *p.Limits(id.Tier).MaxLifetime, id.Tier, last),
		Edit: replace(id, "expires", string(last)),
	})
}

// lastExpiry is the last day that policy allows as an expiry of a tier, if it
// sets a limit.
func lastExpiry(p *lint.Pass, t registry.Tier) (registry.Date, bool) {
	limit := p.Limits(t).MaxLifetime
	if limit == nil {
		return "", false
	}
	return registry.Date(p.Now.UTC().Add(time.Duration(*limit)).Format(time.DateOnly)), true
}
