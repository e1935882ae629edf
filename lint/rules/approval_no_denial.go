package rules

import (
	"fmt"

	"github.com/rollcall-dev/rollcall/approval"
	"github.com/rollcall-dev/rollcall/lint"
)

var _ = register(lint.Rule{
	ID:       "approval/no-denial",
	Severity: lint.Error,
	Controls: []string{"NIST CSF 2.0 PR.AA-05", "NIST AI RMF 1.0 GOVERN 1.4"},
	Waivable: true,
	Check:    noDenial,
	Doc: `an approval policy says what it denies

# What
An approval policy that an identity names has permits only, and no forbid.

# Why
In Cedar what nothing permits is denied, but the next permit that somebody adds
opens it. A forbid wins over every permit, those of tomorrow included: it is where
"nobody approves their own request" holds whatever else is written. NIST CSF 2.0
PR.AA-05 asks for authorisations that incorporate separation of duties, and NIST
AI RMF GOVERN 1.4 for policies that can be seen.

# Before
	permit (principal, action, resource)
	when { context.approvals >= 2 };

# After
	permit (principal, action, resource)
	when { context.approvals >= 2 };

	forbid (principal, action, resource)
	when { context.approvers.contains(context.requester) };

# How to mend
Write down what must never be, as a forbid: that people approve for themselves,
that a bot approves, that an identity acts which is not active.
`,
})

// noDenial looks at head's own files, as [faultyPolicies] does.
func noDenial(p *lint.Pass) {
	users := ruledBy(p.Head)
	schema, _ := readSchema(p.Head)
	for _, policy := range p.Head.Approvals {
		if schema == nil || policy.Text == nil || len(users[policy.Name]) == 0 {
			continue
		}
		if read, _ := approval.Read(policy, schema); read == nil || read.Forbids() {
			continue
		}
		p.Report(lint.Finding{
			Entry:    lint.EntryPolicy,
			Identity: policy.Name,
			Pos:      firstLine(policy.File),
			Message: fmt.Sprintf("%s forbids nothing; add what must never be: "+forbidSelf,
				approvalPolicy(policy.Name, users[policy.Name])),
		})
	}
}
