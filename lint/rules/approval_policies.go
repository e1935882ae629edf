package rules

import (
	"bytes"
	"fmt"

	"github.com/rollcall-dev/rollcall/approval"
	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

// approvalPolicies are the approval policies that identities are judged by: the
// ones that count and, where a change brings other texts, those too. A change is
// let off by no policy of its own, and brings none that would let off others.
type approvalPolicies struct {
	trial approval.Trial
	laws  []*approvalLaw
	read  map[string][]*approval.Policy
}

// An approvalLaw is the approval policies of one snapshot.
type approvalLaw struct {
	of     map[string]registry.ApprovalPolicy
	text   []byte
	schema *approval.Schema // nil where it is none
}

func readApprovals(p *lint.Pass) *approvalPolicies {
	a := &approvalPolicies{
		trial: approval.Trial{Organisation: p.Organisation(), Registry: p.Head, On: p.Today()},
		laws:  []*approvalLaw{lawOf(p.Approvals(), p.ApprovalSchema())},
		read:  map[string][]*approval.Policy{},
	}
	if p.Base != nil {
		a.laws = append(a.laws, lawOf(p.Head.Approvals, p.Head.ApprovalSchema))
	}
	return a
}

func lawOf(policies []registry.ApprovalPolicy, text []byte) *approvalLaw {
	l := &approvalLaw{of: map[string]registry.ApprovalPolicy{}, text: text}
	for _, p := range policies {
		l.of[p.Name] = p
	}
	if text != nil {
		l.schema, _ = approval.ReadSchema(text)
	}
	return l
}

// named are the policies of a name, once a text. What does not parse or satisfy
// its schema is none of them: approval/unknown-policy tells of it.
func (a *approvalPolicies) named(name string) []*approval.Policy {
	if found, ok := a.read[name]; ok {
		return found
	}
	var found []*approval.Policy
	for i, l := range a.laws {
		policy, ok := l.of[name]
		if !ok || policy.Text == nil || l.schema == nil {
			continue
		}
		if first := a.laws[0]; i > 0 && bytes.Equal(first.of[name].Text, policy.Text) && bytes.Equal(first.text, l.text) {
			continue
		}
		if read, _ := approval.Read(policy, l.schema); read != nil {
			found = append(found, read)
		}
	}
	a.read[name] = found
	return found
}

// A rulingPolicy is an approval policy as an identity names it.
type rulingPolicy struct {
	field string
	name  string
	over  *registry.Identity // whose requests it decides on
}

// rulingPolicies are the approval policies that an identity names, each once.
func rulingPolicies(s *registry.Snapshot, id *registry.Identity) (all []rulingPolicy) {
	if id.Policy != "" {
		over := s.Identity(id.Workflow)
		if over == nil {
			over = id
		}
		all = append(all, rulingPolicy{"policy", id.Policy, over})
	}
	if id.Approval != "" && id.Approval != id.Policy {
		all = append(all, rulingPolicy{"approval", id.Approval, id})
	}
	return all
}

// A questioning puts one question to the policies of identities.
type questioning struct {
	concerns func(*registry.Identity) bool
	ask      func(*approval.Trial, *approval.Policy, *registry.Identity) approval.Answer
	say      func(*approval.Trial, *registry.Identity, *approval.Policy, *approval.Request) (what, wayOut string) // is wrong with what is permitted
}

// judge reports what each policy permits to each identity that names it and,
// once a policy, that there is no telling.
func (q questioning) judge(p *lint.Pass) {
	policies := readApprovals(p)
	type doubt struct {
		policy *approval.Policy
		why    string
	}
	doubts := map[doubt][]string{} // ids
	for _, id := range p.Head.Identities {
		if gone(id) || !q.concerns(id) {
			continue
		}
		for _, ruling := range rulingPolicies(p.Head, id) {
			for _, policy := range policies.named(ruling.name) {
				answer := q.ask(&policies.trial, policy, ruling.over)
				if r := answer.Permitted; r != nil {
					what, out := q.say(&policies.trial, id, policy, r)
					p.Report(lint.Finding{Identity: id.ID, Field: ruling.field, Value: ruling.name, Pos: r.Permit, Message: what + "; " + out, Cause: out})
					break // the text that counts is judged first, and once is enough
				}
				if answer.Unknown != "" {
					d := doubt{policy, answer.Unknown}
					doubts[d] = append(doubts[d], id.ID)
				}
			}
		}
	}
	for d, ids := range doubts {
		p.Report(lint.Finding{
			Severity: lint.Warning,
			Entry:    lint.EntryPolicy,
			Identity: d.policy.Name,
			Pos:      firstLine(d.policy.File),
			Message: fmt.Sprintf("what approval policy %q permits to %s cannot be told: %s; write it in the shape that `rollcall explain approval/two-person` shows",
				d.policy.Name, listed(ids), d.why),
		})
	}
}

// ruledBy are the ids of the identities that name an approval policy and can
// still do something, by policy.
func ruledBy(s *registry.Snapshot) map[string][]string {
	users := map[string][]string{}
	for _, id := range s.Identities {
		if gone(id) {
			continue
		}
		for _, ruling := range rulingPolicies(s, id) {
			users[ruling.name] = append(users[ruling.name], id.ID)
		}
	}
	return users
}

// approvalPolicy is an approval policy as messages name it, with those that it
// decides for.
func approvalPolicy(name string, users []string) string {
	if len(users) == 0 {
		return fmt.Sprintf("approval policy %q", name)
	}
	return fmt.Sprintf("approval policy %q, which decides for %s,", name, listed(users))
}
