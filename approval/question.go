package approval

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
	"github.com/cedar-policy/cedar-go/x/exp/ast"
	"github.com/cedar-policy/cedar-go/x/exp/schema/resolved"

	"github.com/rollcall-dev/rollcall/registry"
)

// An Answer is what a policy says to requests of one sort.
type Answer struct {
	Permitted *Request // one that it permits; nil where it permits none
	Unknown   string   // why it may permit one all the same; "" where it does not
}

// A Request is a hypothetical one.
type Request struct {
	Action    string       // "grant"
	Resource  string       // what it is about, by type: "group"
	Requester string       // "person/dana"
	Approvers []string     // the same
	Permit    registry.Pos // the statement that permits it
}

// OneVoice asks for a request of the identity that one approver, who is not the
// requester, is enough for.
func (t *Trial) OneVoice(p *Policy, id *registry.Identity) Answer {
	return t.ask(p, id, "one voice", func(requester types.EntityUID, people, machines []types.EntityUID) (sets [][]types.EntityUID) {
		for _, a := range slices.Concat(people, machines) {
			if a != requester {
				sets = append(sets, []types.EntityUID{a})
			}
		}
		return sets
	})
}

// NoOtherVoice asks for a request of the identity that is permitted although
// nobody approved it but its requester, or what is no person: the identity
// itself, an approval bot, an account of the organisation file that is a bot.
func (t *Trial) NoOtherVoice(p *Policy, id *registry.Identity) Answer {
	return t.ask(p, id, "no other voice", func(requester types.EntityUID, people, machines []types.EntityUID) [][]types.EntityUID {
		sets := [][]types.EntityUID{nil}
		same := slices.Contains(people, requester)
		if same {
			sets = append(sets, []types.EntityUID{requester})
		}
		for _, m := range machines {
			sets = append(sets, []types.EntityUID{m})
		}
		if len(machines) > 0 {
			sets = append(sets, machines)
		}
		if same && len(machines) > 0 {
			sets = append(sets, append(slices.Clone(machines), requester))
		}
		return sets
	})
}

// voices are the sets of approvers with which a requester tries.
type voices func(requester types.EntityUID, people, machines []types.EntityUID) [][]types.EntityUID

func (t *Trial) ask(p *Policy, id *registry.Identity, sort string, try voices) Answer {
	outline := t.outline(p, id, sort)
	if a, ok := t.outlined[outline]; ok && !a.personal {
		return a.Answer
	}
	a := t.askAbout(p, id, sort, try)
	if t.outlined == nil {
		t.outlined = map[outlineOf]heard{}
	}
	t.outlined[outline] = a
	return a.Answer
}

// An outlineOf is what a policy can read of an identity, as the registry writes
// it. It is made in no time, and nearly all of a large registry's are alike.
type outlineOf struct {
	policy                                                     *Policy
	sort                                                       string
	kind, tier, environment, department, tenant, owner, backup string
	bots                                                       string // that try to approve, read or not
}

func (t *Trial) outline(p *Policy, id *registry.Identity, sort string) outlineOf {
	o := outlineOf{policy: p, sort: sort, bots: t.accounts(id.Tenant()).all()}
	reads := p.said.reads
	if reads["kind"] {
		o.kind = string(id.Kind)
	}
	if reads["tier"] {
		o.tier = string(id.Tier)
	}
	if reads["environment"] {
		o.environment = t.Registry.EnvironmentOf(id)
	}
	if reads["department"] {
		o.department = id.Department
	}
	if reads["tenant"] {
		o.tenant = id.Tenant()
	}
	if reads["owner"] {
		o.owner = id.Owner
	}
	if reads["backup"] {
		o.backup = id.Backup
	}
	return o
}

func (t *Trial) askAbout(p *Policy, id *registry.Identity, sort string, try voices) heard {
	h := &hearing{
		world:     t.world(p.schema.resolved),
		policy:    p,
		principal: types.NewEntityUID(identity, types.String(id.ID)),
		try:       try,
	}
	e, _ := h.Get(h.principal)
	alike, alone := question{p, h.seen(e) + h.bots().all(), sort}, question{p, id.ID, sort}
	if a, ok := t.asked[alike]; ok && !a.personal {
		return a
	}
	if a, ok := t.asked[alone]; ok {
		return a
	}
	h.hear()
	a := heard{h.answer, h.personal || len(p.said.entities[identity]) > 0}
	t.asked[alike], t.asked[alone] = a, a
	return a
}

// A question is one that was put to a policy about an identity: about what the
// policy reads of it or, where that is not all that counts, its id. Of ten
// thousand identities most are the same to a policy.
type question struct {
	policy *Policy
	about  string
	sort   string
}

// heard is what came of a question; personal, where the answer is good for none
// but the identity that was asked about.
type heard struct {
	Answer
	personal bool
}

// A hearing puts one question to one policy.
type hearing struct {
	*world
	policy    *Policy
	principal types.EntityUID
	try       voices

	answer   Answer
	personal bool
	folk     []types.EntityUID
}

// bots are the accounts in the eyes of the identity that the hearing is about.
func (h *hearing) bots() *accounts {
	tenant, _, _ := strings.Cut(string(h.principal.ID), "/")
	return h.accounts(tenant)
}

// seen is what the policy reads of an entity, as one text. Sets are left out:
// there is only one, bots.
func (h *hearing) seen(e types.Entity) string {
	var b strings.Builder
	for _, name := range sorted(h.policy.said.reads) {
		v, ok := e.Attributes.Get(name)
		if _, set := v.(types.Set); ok && !set {
			fmt.Fprintf(&b, "%s=%s\n", name, v.MarshalCedar())
		}
	}
	return b.String()
}

// A shape is what a context says of approval.
type shape struct {
	requester, approver types.EntityType
	counts              bool
}

func shapeOf(a resolved.Action) (s shape, ok bool) {
	requester, is := a.AppliesTo.Context["requester"].Type.(resolved.EntityType)
	set, isSet := a.AppliesTo.Context["approvers"].Type.(resolved.SetType)
	approver, isEntity := set.Element.(resolved.EntityType)
	_, counts := a.AppliesTo.Context["approvals"].Type.(resolved.LongType)
	return shape{types.EntityType(requester), types.EntityType(approver), counts}, is && isSet && isEntity
}

func (h *hearing) hear() {
	if h.policy.said.tags {
		h.unknown("it reads tags, which nothing is known of")
		return
	}
	actions := make(map[string]resolved.Action, len(h.schema.Actions))
	for uid, a := range h.schema.Actions {
		if a.AppliesTo != nil && h.policy.mayPermit(uid) {
			actions[string(uid.Type)+"::"+string(uid.ID)] = a
		}
	}
	for _, name := range sorted(actions) {
		a := actions[name]
		if !slices.Contains(a.AppliesTo.Principals, identity) {
			continue
		}
		s, ok := shapeOf(a)
		if !ok {
			h.unknown(fmt.Sprintf("the context of action %q has no requester or no Set of approvers", a.Entity.UID.ID))
			continue
		}
		for _, resource := range a.AppliesTo.Resources {
			if h.of(a, s, resource); h.answer.Permitted != nil {
				return
			}
		}
	}
}

// unknown notes the first reason for which the answer is not certain.
func (h *hearing) unknown(why string) {
	if h.answer.Unknown == "" {
		h.answer.Unknown = why
	}
}

// mayPermit tells whether a permit is about the action at all.
func (p *Policy) mayPermit(action types.EntityUID) bool {
	in := func(group types.EntityUID) bool { return p.schema.within(action, group) }
	for _, statement := range p.set {
		if statement.Effect() != cedar.Permit {
			continue
		}
		switch s := (*ast.Policy)(statement.AST()).Action.(type) {
		case ast.ScopeTypeEq:
			if s.Entity == action {
				return true
			}
		case ast.ScopeTypeIn:
			if in(s.Entity) {
				return true
			}
		case ast.ScopeTypeInSet:
			if slices.ContainsFunc(s.Entities, in) {
				return true
			}
		default:
			return true
		}
	}
	return false
}

// within tells whether an action is another or one of its group. Groups of
// actions are known to hold no cycle.
func (s *Schema) within(action, group types.EntityUID) bool {
	if action == group {
		return true
	}
	for parent := range s.resolved.Actions[action].Entity.Parents.All() {
		if s.within(parent, group) {
			return true
		}
	}
	return false
}
