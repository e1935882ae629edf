package rules

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/rollcall-dev/rollcall/approval"
	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "approval/unknown-policy",
	Severity: lint.Error,
	Controls: []string{"NIST AI RMF 1.0 GOVERN 1.4", "NIST CSF 2.0 PR.AA-05"},
	Waivable: true,
	Each:     unknownPolicy,
	Check:    faultyPolicies,
	Doc: `an approval policy exists, parses and satisfies its schema

# What
An identity names an approval policy that policies/ does not hold, or that this
change removes; or a policy of that folder does not parse, or talks about what
policies/schema.cedarschema does not declare.

# Why
A policy that cannot be read decides nothing, and one that misspells an attribute
forbids nothing: Cedar passes over a statement that ends in an error. NIST AI RMF
GOVERN 1.4 asks for policies that can be seen, NIST CSF 2.0 PR.AA-05 for
authorisations that are defined in a policy.

# Before
	approval: "grant-acess"

# After
	approval: "grant-access" // policies/grant-access.cedar

# How to mend
Take the nearest name if the message offers the right one. A new policy goes into
policies/ first, in a change of its own: a change is judged by the policies that
were there before it. What a policy reads of a request is declared in the schema.
`,
})

func unknownPolicy(p *lint.Pass, id *registry.Identity) {
	if gone(id) {
		return
	}
	for _, ruling := range rulingPolicies(p.Head, id) {
		f := lint.Finding{Identity: id.ID, Field: ruling.field, Value: ruling.name}
		switch {
		case !hasApproval(p.Approvals(), ruling.name):
			out := suggestion(ruling.name, approvalNames(p.Approvals()), fmt.Sprintf("write policies/%s.cedar, in a change of its own", ruling.name))
			f.Message = fmt.Sprintf("%s names %s %q, which does not exist; %s", named(id), approvalNoun[ruling.field], ruling.name, out)
		case p.Head.Approval(ruling.name) == nil:
			f.Message = fmt.Sprintf("%s names %s %q, which this change removes; keep it, or name another first", named(id), approvalNoun[ruling.field], ruling.name)
		default:
			continue
		}
		p.Report(f)
	}
}

func hasApproval(policies []registry.ApprovalPolicy, name string) bool {
	for _, policy := range policies {
		if policy.Name == name {
			return true
		}
	}
	return false
}

func approvalNames(policies []registry.ApprovalPolicy) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, policy := range policies {
			if !yield(policy.Name) {
				return
			}
		}
	}
}

// faultyPolicies looks at head's own files: what a change does to them is
// nothing that another text can judge.
func faultyPolicies(p *lint.Pass) {
	users := ruledBy(p.Head)
	schema, fault := readSchema(p.Head)
	if fault != nil {
		p.Report(lint.Finding{Entry: lint.EntryPolicy, Pos: fault.Pos, Message: "the schema of the approval policies " + fault.Message})
	}
	for _, policy := range p.Head.Approvals {
		if schema == nil || policy.Text == nil {
			continue
		}
		_, faults := approval.Read(policy, schema)
		for _, fault := range faults {
			p.Report(lint.Finding{
				Entry:    lint.EntryPolicy,
				Identity: policy.Name,
				Pos:      fault.Pos,
				Message:  approvalPolicy(policy.Name, users[policy.Name]) + " " + spelt(fault),
			})
		}
	}
}

// spelt is what is wrong with a policy, with the name that was meant or, of a
// few, all that there are.
func spelt(f approval.Fault) string {
	u := f.Unknown()
	if u == nil {
		return f.Message
	}
	wrong, out, _ := strings.Cut(f.Message, "; ")
	if u.Few && len(u.Known) <= 5 {
		out = fmt.Sprintf("name action %s, or declare it in %s", either(u.Known), registry.ApprovalSchemaFile)
	}
	out = suggestion(u.Name, slices.Values(u.Known), out)
	return wrong + "; " + out
}

// readSchema is the schema of a snapshot's approval policies, or what is wrong
// with it; neither where there is nothing to read, or it was refused.
func readSchema(s *registry.Snapshot) (*approval.Schema, *approval.Fault) {
	switch {
	case s.ApprovalSchema != nil:
		return approval.ReadSchema(s.ApprovalSchema)
	case len(s.Approvals) == 0 || refusedFile(s, registry.ApprovalSchemaFile):
		return nil, nil
	}
	return nil, &approval.Fault{
		Pos:     firstLine(s.Approvals[0].File),
		Message: "is missing; write " + registry.ApprovalSchemaFile + ", which says what they may read of a request",
	}
}

// refusedFile tells whether a file was found hostile, which is told already.
func refusedFile(s *registry.Snapshot, file string) bool {
	for _, pr := range s.Problems {
		if pr.Pos.File == file {
			return true
		}
	}
	return false
}
