package rules

import (
	"fmt"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "lifecycle/long-lived-token",
	Severity: lint.Error,
	Controls: []string{"NHI7:2025", "NIST CSF 2.0 PR.AA-01"},
	Waivable: true,
	Each:     longLivedToken,
	Local:    true,
	Doc: `no token lives longer than its tier allows

# What
The lifetime of a token is above the limit of its tier, and the platform issues
shorter ones. Where nobody knows whether it does, and where a token names no
lifetime, it is a warning: a token without one may live for ever.

# Why
A token that leaks is good until it ends, and most leaks are noticed late. OWASP
NHI7:2025 Long-Lived Secrets; NIST CSF 2.0 PR.AA-01 asks that credentials are
managed.

# Before
	tier:     "privileged"
	lifetime: "365d"

# After
	tier:     "privileged"
	lifetime: "90d"

# How to mend
Issue the token anew with a shorter life, revoke the old one, and write down the
new lifetime. Let whatever holds it fetch a fresh one in time.

# How to configure
tiers: privileged: tokenLifetime: "90d" in registry/policy.cue, a tier at a time. A
tier without it has no limit. The catalogue says which platforms issue tokens that
end, and how short; of those that issue none, nothing is reported.
`,
})

func longLivedToken(p *lint.Pass, id *registry.Identity) {
	limit := p.Limits(id.Tier).TokenLifetime
	if gone(id) || id.Kind != registry.Token || limit == nil || id.Lifetime > 0 && id.Lifetime <= *limit {
		return
	}
	platform := appOf(p.Head, id)
	can, known := p.Catalogue().Platform(platform).Shorter(id.Lifetime)
	if known && !can {
		return
	}
	f := lint.Finding{Identity: id.ID, Field: "lifetime"}
	switch {
	case id.Lifetime == 0:
		f.Severity = lint.Warning
		f.Message = fmt.Sprintf("%s has no lifetime, and tier %q allows %s; add the lifetime that it was issued with",
			named(id), id.Tier, *limit)
	case !known:
		f.Severity, f.Value = lint.Warning, id.Lifetime.String()
		f.Message = fmt.Sprintf("%s has lifetime %q, longer than the %s that tier %q allows, and the catalogue does not know whether %q issues shorter ones; look it up, and issue a shorter one if it does",
			named(id), id.Lifetime, *limit, id.Tier, platform)
	default:
		f.Value = id.Lifetime.String()
		f.Message = fmt.Sprintf("%s has lifetime %q, longer than the %s that tier %q allows, and %q issues shorter ones; issue a shorter one, and revoke this one",
			named(id), id.Lifetime, *limit, id.Tier, platform)
	}
	p.Report(f)
}
