package rules

import (
	"fmt"

	"github.com/rollcall-dev/rollcall/approval"
	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "approval/two-person",
	Severity: lint.Error,
	Controls: []string{"NIST CSF 2.0 PR.AA-05", "NIST AI RMF 1.0 GOVERN 3.2"},
	Waivable: true,
	Check:    twoPerson,
	Doc: `what a privileged identity does is approved by two people

# What
The approval policy of a privileged identity permits a request that one person
approved. The policy is not read for words: it is asked, with requests made of the
people of organisation.cue. A policy that cannot be asked is a warning: its schema
lets actions apply to principals of type identity, and their context has
requester: person, approvers: Set<person> and approvals: Long.

# Why
One account that is taken over, or one person under pressure, is then enough to
give away what rules access. NIST CSF 2.0 PR.AA-05 asks for separation of duties,
and NIST AI RMF GOVERN 3.2 for oversight by people whose roles are told apart.

# Before
	permit (principal, action, resource)
	when { context.approvals >= 1 };

# After
	permit (principal, action, resource)
	when {
		context.approvals >= 2 ||
		context.approvals >= 1 && principal.tier != "privileged"
	};

# How to mend
Ask for two approvers wherever the policy permits something to a privileged
identity, as above; or give the identity a tier that fits if it is not privileged.
`,
})

func twoPerson(p *lint.Pass) {
	questioning{
		concerns: func(id *registry.Identity) bool { return id.Tier == registry.Privileged },
		ask:      (*approval.Trial).OneVoice,
		say: func(_ *approval.Trial, id *registry.Identity, policy *approval.Policy, r *approval.Request) (what, wayOut string) {
			return fmt.Sprintf("approval policy %q, which decides for privileged %q, permits %q on %s that %q asks for when %s alone approves",
				policy.Name, id.ID, r.Action, someOne(r.Resource), r.Requester, listed(r.Approvers)), "require context.approvals >= 2 in its permit"
		},
	}.judge(p)
}
