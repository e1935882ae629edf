package rules

import (
	"fmt"
	"time"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "lifecycle/expiry-stretched",
	Severity: lint.Error,
	Controls: []string{"NHI7:2025", "NIST CSF 2.0 PR.AA-01"},
	Waivable: true,
	Needs:    lint.NeedsBase,
	Check:    expiryStretched,
	Doc: `an expiry moves only with a new look at the identity, and not far

# What
A change takes away the expiry of an identity, moves it without a newer
recertification, or moves it by more than the longest life that policy allows its
tier. What has expired already counts from today.

# Why
An expiry is there so that somebody looks. Moved without a look, again and again,
it is none: OWASP NHI7:2025 Long-Lived Secrets. NIST CSF 2.0 PR.AA-01 asks that
credentials are managed.

# Before
	expires:     "2027-05-31" // was "2027-01-31"
	recertified: {on: "2026-08-01", by: "person/sam"}

# After
	expires:     "2027-03-31" // was "2027-01-31"
	recertified: {on: "2026-11-24", by: "person/sam"}

# How to mend
Find out whether the identity is still needed, write who found so and when into
recertified, and move the expiry by one period at most. Or leave it.

# How to configure
tiers: privileged: maxLifetime: "90d" in registry/policy.cue, a tier at a time. In
a tier without it an expiry moves as far as it likes, if somebody looked.
`,
})

func expiryStretched(p *lint.Pass) {
	for _, pair := range p.Compared().Kept {
		was, is := pair.Base.Expires, pair.Head.Expires
		if was.Start().IsZero() || gone(pair.Head) || is != "" && (is.Start().IsZero() || is <= was) {
			continue
		}
		if wrong := stretched(p, pair); wrong != "" {
			p.Report(lint.Finding{Identity: pair.Head.ID, Field: "expires", Value: string(is), Message: named(pair.Head) + " " + wrong})
		}
	}
}

// stretched says what is wrong with an expiry that moves; empty if nothing is.
func stretched(p *lint.Pass, pair lint.Pair) string {
	was, is := pair.Base.Expires, pair.Head.Expires
	if is == "" {
		return fmt.Sprintf("loses its expiry, which was %q; set expires: %q again, or a later one with recertified: {on: %q, by: \"person/…\"}", was, was, p.Today())
	}
	if recertifiedOn(pair.Head) <= recertifiedOn(pair.Base) {
		return fmt.Sprintf("moves its expiry from %q to %q without a new recertification; check that it is still needed and set recertified: {on: %q, by: \"person/…\"}, or set expires back to %q",
			was, is, p.Today(), was)
	}
	limit := p.Limits(pair.Head.Tier).MaxLifetime
	if limit == nil {
		return ""
	}
	last := registry.Date(max(was, p.Today()).Start().Add(time.Duration(*limit)).Format(time.DateOnly))
	if is <= last {
		return ""
	}
	return fmt.Sprintf("moves its expiry from %q to %q, by more than the %s that tier %q allows at once; set expires: %q or earlier",
		was, is, *limit, pair.Head.Tier, last)
}

func recertifiedOn(id *registry.Identity) registry.Date {
	if id.Recertified == nil {
		return ""
	}
	return id.Recertified.On
}
