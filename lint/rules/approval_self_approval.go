package rules

import (
	"fmt"
	"slices"

	"github.com/rollcall-dev/rollcall/approval"
	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "approval/self-approval",
	Severity: lint.Error,
	Controls: []string{"NIST CSF 2.0 PR.AA-05", "NIST AI RMF 1.0 GOVERN 3.2"},
	Waivable: true,
	Check:    selfApproval,
	Doc: `nobody approves their own request, and no bot approves alone

# What
The approval policy of an identity permits a request that nobody approved, or
nobody but the one who asked, the identity itself or a bot. The policy is not
read for words: it is asked, with requests made of the people of
organisation.cue.

# Why
Who may approve what they ask for has no approval to ask for. NIST CSF 2.0
PR.AA-05 asks for separation of duties, and NIST AI RMF GOVERN 3.2 that people who
oversee a system are told apart from it.

# Before
	permit (principal, action, resource)
	when { context.approvals >= 1 };

# After
	permit (principal, action, resource)
	when { context.approvals >= 1 };

	forbid (principal, action, resource)
	when {
		context.approvers.contains(context.requester) ||
		context.approvers.containsAny(principal.bots)
	};

# How to mend
Forbid it, as above. The schema declares bots: Set<person> of entity identity, for
those of organisation.cue who are no people.
`,
})

func selfApproval(p *lint.Pass) {
	questioning{
		concerns: func(*registry.Identity) bool { return true },
		ask:      (*approval.Trial).NoOtherVoice,
		say: func(id *registry.Identity, ruling rulingPolicy, r *approval.Request) string {
			return fmt.Sprintf("%s %q of %s permits %q on some %s that %s; %s", ruling.noun, ruling.name, named(id), r.Action, r.Resource, lonely(r), lonelyWayOut(r))
		},
	}.judge(p)
}

// lonely says by whose word alone a request is permitted.
func lonely(r *approval.Request) string {
	self := slices.Contains(r.Approvers, r.Requester)
	switch {
	case len(r.Approvers) == 0:
		return fmt.Sprintf("%q asks for and nobody approves", r.Requester)
	case self && len(r.Approvers) == 1:
		return fmt.Sprintf("%q asks for and alone approves", r.Requester)
	case self:
		others := slices.DeleteFunc(slices.Clone(r.Approvers), func(a string) bool { return a == r.Requester })
		return fmt.Sprintf("%q asks for and approves with nobody but %s, no person", r.Requester, listed(others))
	}
	return fmt.Sprintf("nobody approves but %s, no person", listed(r.Approvers))
}

func lonelyWayOut(r *approval.Request) string {
	switch {
	case len(r.Approvers) == 0:
		return "ask for context.approvals >= 1 and more"
	case slices.Contains(r.Approvers, r.Requester):
		return "forbid it when { context.approvers.contains(context.requester) }"
	}
	return "forbid it when { context.approvers.containsAny(principal.bots) }"
}
