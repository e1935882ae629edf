package rules

import (
	"fmt"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "tier/workflow-below-connector",
	Severity: lint.Error,
	Controls: []string{"NHI5:2025", "NIST CSF 2.0 PR.AA-05"},
	Waivable: true,
	Each:     workflowBelow,
	Doc: `a workflow is of no lower tier than what it uses

# What
The tier of a workflow is lower than that of a connector or a token it uses.

# Why
Whoever can edit the workflow can do all that its connectors can. Limits and
approvals hang on the tier, and the lower one would be the way around them:
OWASP NHI5:2025 Overprivileged NHI, NIST CSF 2.0 PR.AA-05 (formerly PR.AC-4).

# Before
	kind: "workflow"
	tier: "read-only"
	uses: ["n8n-prod/okta-admin"] // privileged

# After
	kind: "workflow"
	tier: "privileged"
	uses: ["n8n-prod/okta-admin"]

# How to mend
Raise the tier of the workflow, or give it a connector that can do less.
`,
})

func workflowBelow(p *lint.Pass, id *registry.Identity) {
	if gone(id) || id.Kind != registry.Workflow || id.Tier.Rank() == 0 {
		return
	}
	var most *registry.Identity
	for _, used := range id.Uses {
		u := p.Head.Identity(used)
		if u == nil || u.Kind != registry.Connector && u.Kind != registry.Token || u.Tier.Rank() <= id.Tier.Rank() {
			continue
		}
		if most == nil || u.Tier.Rank() > most.Tier.Rank() {
			most = u
		}
	}
	if most == nil {
		return
	}
	p.Report(lint.Finding{
		Identity: id.ID,
		Field:    "tier",
		Value:    string(id.Tier),
		Message: fmt.Sprintf("%s has tier %q, but uses %s, which is %s; set tier: %q, or use one that can do less",
			named(id), id.Tier, named(most), most.Tier, most.Tier),
		Edit: replace(id, "tier", string(most.Tier)),
	})
}
