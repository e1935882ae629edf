package rules

import (
	"fmt"
	"slices"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "approval/missing",
	Severity: lint.Error,
	Controls: []string{"NIST AI RMF 1.0 GOVERN 3.2", "NIST AI RMF 1.0 GOVERN 1.4", "NIST CSF 2.0 PR.AA-05"},
	Waivable: true,
	Each:     approvalMissing,
	Local:    true,
	Doc: `what changes access names the policy that approves it

# What
An identity creates, modifies or extends access, by one of its steps or by what
its blast radius says it can change, and names no approval policy. An approval
bot decides by its policy, and must name one too.

# Why
Without a policy the connector's default decides who gets access, which is to
say nobody does. NIST AI RMF GOVERN 1.4 and 3.2 ask for policies that can be
seen and for human oversight that is somebody's task; NIST CSF 2.0 PR.AA-05
(formerly PR.AC-4) for authorisations that are defined in a policy.

# Before
	steps: [{app: "okta", operation: "group:addUser", effect: "grant"}]

# After
	steps: [{app: "okta", operation: "group:addUser", effect: "grant"}]
	approval: "group-membership"

# How to mend
Name a policy of policies/NAME.cedar, or write one: it says who may approve, and
forbids that people approve for themselves.
`,
})

func approvalMissing(p *lint.Pass, id *registry.Identity) {
	if gone(id) {
		return
	}
	lacking := func(field, at, value, why string) {
		p.Report(lint.Finding{
			Identity: id.ID,
			Field:    at,
			Value:    value,
			Message:  fmt.Sprintf(`%s %s and names no %s; add %s: "…", the name of a policy in policies/`, named(id), why, approvalNoun[field], field),
		})
	}
	switch {
	case id.Kind == registry.ApprovalBot:
		if id.Policy == "" {
			lacking("policy", "policy", "", "decides on requests for access")
		}
	case id.Approval == "":
		for _, ch := range accessChanges(p.Catalogue(), id) {
			lacking("approval", ch.field, ch.value, ch.why)
		}
	}
}

// approvalNoun is what the fields that name a policy are called.
var approvalNoun = map[string]string{"approval": "approval policy", "policy": "policy"}

// An accessChange is one way in which an identity changes access.
type accessChange struct{ field, value, why string }

// accessChanges are the ways in which an identity changes access, each once, so
// that one that a change adds is new. What its steps do says more than what it
// can do.
func accessChanges(c *registry.Catalogue, id *registry.Identity) (all []accessChange) {
	add := func(ch accessChange) {
		if !slices.ContainsFunc(all, func(a accessChange) bool { return a.why == ch.why }) {
			all = append(all, ch)
		}
	}
	for i, step := range id.Steps {
		if stepChangesAccess(c, step) {
			add(accessChange{fmt.Sprintf("steps[%d]", i), step.Operation, fmt.Sprintf("changes access by step %q of %q", step.Operation, step.App)})
		}
	}
	if len(all) > 0 {
		return all
	}
	for i, what := range id.BlastRadius.Access {
		add(accessChange{fmt.Sprintf("blastRadius.access[%d]", i), what, fmt.Sprintf("can change %q", what)})
	}
	return all
}
