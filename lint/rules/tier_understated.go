package rules

import (
	"fmt"
	"slices"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "tier/understated",
	Severity: lint.Error,
	Controls: []string{"NHI5:2025", "NIST CSF 2.0 PR.AA-05"},
	Waivable: true,
	Each:     tierUnderstated,
	Local:    true,
	Doc: `the tier is not lower than what the identity can do

# What
The declared tier of an identity is lower than the tier that one of its scopes,
its role or one of its steps implies. What they imply stands in the catalogue; a
step that grants, revokes or modifies access implies "privileged".

# Why
Every limit hangs on the tier: how long a credential may live, how many people
must approve, how soon somebody looks again. An identity that calls itself less
than it is escapes them all. OWASP NHI5:2025 Overprivileged NHI is what it hides,
and NIST CSF 2.0 PR.AA-05 (formerly PR.AC-4) asks for permissions that are
defined in a policy and held to least privilege.

# Before
	tier:   "read-only"
	scopes: ["okta.users.manage"]

# After
	tier:   "privileged"
	scopes: ["okta.users.manage"]

# How to mend
Raise the tier to the one in the message, or take away the scope, the role or
the step that asks for it. The second is the better mend where the identity does
not need it.

# How to configure
The catalogue of the policy repository's own entries says what the scopes, roles
and operations of an application can do.
`,
})

func tierUnderstated(p *lint.Pass, id *registry.Identity) {
	if gone(id) || id.Tier.Rank() == 0 {
		return
	}
	all := powers(p.Catalogue(), p.Head, id)
	if len(all) == 0 {
		return
	}
	highest := slices.MaxFunc(all, func(a, b power) int { return a.tier.Rank() - b.tier.Rank() }).tier
	for _, pw := range all { // each, so that one that a change adds is new
		p.Report(lint.Finding{
			Identity: id.ID,
			Field:    "tier",
			Value:    pw.value,
			Message: fmt.Sprintf(`%s has tier %q, but its %s makes it %s; set tier: %q, or remove that %s`,
				named(id), id.Tier, pw.because(), pw.tier, pw.tier, pw.noun),
			Edit: replace(id, "tier", string(highest)),
		})
	}
}
