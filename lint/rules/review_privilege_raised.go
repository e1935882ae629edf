package rules

import (
	"fmt"
	"slices"

	"github.com/rollcall-dev/rollcall/lint"
)

var _ = register(lint.Rule{
	ID:       "review/privilege-raised",
	Severity: lint.Notice,
	Controls: []string{"NHI5:2025", "NIST CSF 2.0 PR.AA-05"},
	Waivable: true,
	Needs:    lint.NeedsBase,
	Check:    privilegeRaised,
	Doc: `whoever answers for an identity knows that it gets more power

# What
A change raises the tier of an identity, gives it a scope that those it had do not
cover, or another role. Nothing is wrong with that; the notice names who must approve it.
The owner is the one before the change, so that nobody takes an identity over and
raises it in one go.

# Why
Power grows one reasonable step at a time: OWASP NHI5:2025 Overprivileged NHI.
NIST CSF 2.0 PR.AA-05 asks that permissions are reviewed.

# Before
	tier:   "read-only"
	scopes: ["api.read"]

# After
	tier:   "change-capable" // approved by its owner
	scopes: ["api.read", "api.write"]

# How to mend
Have those approve the change whom the notice names, or leave the power as it was.

# How to configure
tiers: privileged: approvers: 2 in registry/policy.cue, a tier at a time.
`,
})

func privilegeRaised(p *lint.Pass) {
	for _, pair := range p.Compared().Kept {
		base, head := pair.Base, pair.Head
		report := func(field, value, what string) {
			p.Report(lint.Finding{
				Identity: head.ID, Field: field, Value: value,
				Message: fmt.Sprintf("%s %s; %s", named(head), what, approvers(p, pair)),
			})
		}
		if base.Tier.Rank() > 0 && head.Tier.Rank() > base.Tier.Rank() {
			report("tier", string(head.Tier), fmt.Sprintf("goes from tier %q to %q", base.Tier, head.Tier))
		}
		var more []string
		for _, s := range head.Scopes {
			if !covered(p, pair, s) {
				more = append(more, s)
			}
		}
		if len(more) > 0 {
			report("scopes", more[0], "gets scope "+listed(more))
		}
		if head.Role != "" && head.Role != base.Role {
			report("role", head.Role, fmt.Sprintf("goes from role %q to %q", base.Role, head.Role))
		}
	}
}

// covered tells whether the scopes before a change granted what another does, so
// that who narrows a wildcard raises nothing. Of another application they are
// compared by name alone.
func covered(p *lint.Pass, pair lint.Pair, scope string) bool {
	app := appOf(p.Head, pair.Head)
	same := app == appOf(p.Base, pair.Base)
	return slices.ContainsFunc(pair.Base.Scopes, func(had string) bool {
		return had == scope || same && p.Catalogue().Covers(app, had, scope)
	})
}

// approvers says who must approve a change to an identity: its owner before the
// change, and as many as policy asks for.
func approvers(p *lint.Pass, pair lint.Pair) string {
	who := fmt.Sprintf("%q, its owner, must approve it", pair.Base.Owner)
	if n := p.Limits(pair.Head.Tier).Approvers; n > 1 {
		who += fmt.Sprintf(", one of the %d approvers that tier %q needs", n, pair.Head.Tier)
	}
	return who
}
