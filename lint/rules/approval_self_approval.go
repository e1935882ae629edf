package rules

import (
	"fmt"
	"slices"
	"strings"

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
those of organisation.cue who are no people: bots, mailing lists, and whose e-mail
address an identity of the same tenant signs in with. One policy is told of once,
with the identities that it decides for; an exception takes out those that it
names.
`,
})

func selfApproval(p *lint.Pass) {
	questioning{
		concerns: func(*registry.Identity) bool { return true },
		ask:      (*approval.Trial).NoOtherVoice,
		say: func(t *approval.Trial, id *registry.Identity, policy *approval.Policy, r *approval.Request) (what, wayOut string) {
			return fmt.Sprintf("%s permits %q on %s %s", approvalPolicy(policy.Name, []string{id.ID}),
				r.Action, someOne(r.Resource), lonely(t, id, r)), lonelyWayOut(policy, r)
		},
	}.judge(p)
}

// lonely says by whose word alone a request is permitted, and why that is none.
func lonely(t *approval.Trial, id *registry.Identity, r *approval.Request) string {
	if len(r.Approvers) == 0 {
		return "although nobody approved it"
	}
	var who []string
	for _, a := range r.Approvers {
		if a == r.Requester {
			who = append([]string{fmt.Sprintf("%q, who asked for it", a)}, who...)
		} else {
			who = append(who, fmt.Sprintf("%q, %s", a, t.Unpersoned(a, id)))
		}
	}
	if len(who) == 1 {
		return "when the only approver is " + who[0]
	}
	if more := len(who) - 3; more > 0 {
		who = append(who[:3], fmt.Sprintf("%d more that are no people", more))
	}
	last := len(who) - 1
	return "when the only approvers are " + strings.Join(who[:last], ", ") + ", and " + who[last]
}

// What a policy is to forbid.
const (
	forbidSelf = "forbid (principal, action, resource) when { context.approvers.contains(context.requester) };"
	forbidBots = "forbid (principal, action, resource) when { context.approvers.containsAny(principal.bots) };"
)

func lonelyWayOut(policy *approval.Policy, r *approval.Request) string {
	switch {
	case len(r.Approvers) == 0:
		return "require context.approvals >= 1 (>= 2 for privileged identities) in its permit"
	case slices.Contains(r.Approvers, r.Requester):
		return "add " + forbidSelf
	case !strings.HasPrefix(r.Approvers[0], "person/"):
		return "declare approvers: Set<person> in " + registry.ApprovalSchemaFile
	case !policy.KnowsBots():
		return "add " + forbidBots + " and declare bots: Set<person> of identity in " + registry.ApprovalSchemaFile
	}
	return "add " + forbidBots
}
