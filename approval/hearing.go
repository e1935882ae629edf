package approval

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
	"github.com/cedar-policy/cedar-go/x/exp/schema/resolved"

	"github.com/rollcall-dev/rollcall/registry"
)

// of tries an action on resources of a type, until something is permitted.
func (h *hearing) of(a resolved.Action, s shape, kind types.EntityType) {
	contexts, why := h.records(a.AppliesTo.Context, map[types.String]bool{"requester": true, "approvers": true, "approvals": true})
	if why != "" {
		h.unknown(why)
		return
	}
	resources, why := h.resources(kind)
	if why != "" {
		h.unknown(why)
		return
	}
	people, machines := h.voters(s.approver)
	askers, askingMachines := h.voters(s.requester)
	askers = slices.Concat(askers, askingMachines)
	if len(askers) == 0 {
		h.unknown("the organisation file names nobody who could ask for anything")
	}
	for _, resource := range resources {
		h.resource = resource
		for _, context := range contexts {
			for _, asker := range askers {
				for _, approvers := range h.try(asker, people, machines) {
					if h.request(a, s, context, asker, approvers); h.answer.Permitted != nil || h.spent[h.policy] > mostTried {
						return
					}
				}
			}
		}
	}
}

// request puts one request.
func (h *hearing) request(a resolved.Action, s shape, more types.RecordMap, asker types.EntityUID, approvers []types.EntityUID) {
	const request = 20 // what a request costs by itself, in expressions
	if h.spent[h.policy] += request + h.policy.said.nodes; h.spent[h.policy] > mostTried {
		h.unknown("there are too many cases to try")
		return
	}
	context := multiply([]types.RecordMap{more}, "requester", []types.Value{asker})[0]
	context["approvers"] = types.NewSet(values(approvers)...)
	if s.counts {
		context["approvals"] = types.Long(len(approvers))
	}
	decision, why := cedar.Authorize(h.policy.set, h, types.Request{Principal: h.principal, Action: a.Entity.UID, Resource: h.resource.UID, Context: types.NewRecord(context)})
	switch {
	case len(why.Errors) > 0: // the request lacks what a real one might have
		h.unknown(fmt.Sprintf("a request for it ends in an error: %s", first(why.Errors).Message))
	case decision == cedar.Allow:
		permit := slices.MinFunc(why.Reasons, func(x, y types.DiagnosticReason) int { return x.Position.Offset - y.Position.Offset })
		h.answer = Answer{Permitted: &Request{
			Action:    string(a.Entity.UID.ID),
			Resource:  string(h.resource.UID.Type),
			Requester: shown(asker),
			Permit:    h.policy.pos(permit.Position),
		}}
		for _, v := range approvers {
			h.answer.Permitted.Approvers = append(h.answer.Permitted.Approvers, shown(v))
		}
	}
}

func first(errs []types.DiagnosticError) types.DiagnosticError {
	return slices.MinFunc(errs, func(x, y types.DiagnosticError) int { return x.Position.Offset - y.Position.Offset })
}

// shown is an entity as the registry refers to it.
func shown(uid types.EntityUID) string {
	if uid.Type == identity {
		return string(uid.ID)
	}
	return fmt.Sprintf("%s/%s", uid.Type, uid.ID)
}

// resources are the things of a type between which the policy can tell. Those of
// the registry's own types are the registry's; what other systems have may be
// anything.
func (h *hearing) resources(kind types.EntityType) (all []types.Entity, why string) {
	if ours(kind) {
		for _, uid := range h.things(kind) {
			if e, ok := h.Get(uid); ok {
				all = append(all, e)
			}
		}
		return all, ""
	}
	records, why := h.records(h.schema.Entities[kind].Shape, nil)
	if why != "" {
		return nil, why
	}
	for _, id := range h.things(kind) {
		for _, r := range records {
			for _, in := range h.groups(kind) {
				all = append(all, types.Entity{UID: id, Attributes: types.NewRecord(r), Parents: in})
			}
		}
	}
	return all, ""
}

// groups are the sets of groups in which a thing may be: none, each that the
// policy names, and all of them.
func (h *hearing) groups(kind types.EntityType) []types.EntityUIDSet {
	var named []types.EntityUID
	for _, above := range h.schema.Entities[kind].ParentTypes {
		named = append(named, h.policy.said.entities[above]...)
	}
	sets := []types.EntityUIDSet{types.NewEntityUIDSet(), types.NewEntityUIDSet(named...)}
	for _, one := range named {
		sets = append(sets, types.NewEntityUIDSet(one))
	}
	return sets
}

func ours(kind types.EntityType) bool {
	return slices.Contains([]types.EntityType{identity, tenant, person, team}, kind)
}

// things are those of a type that requests may be about: those that the policy
// names, and one that it does not; of the registry's types, the one around the
// identity.
func (h *hearing) things(kind types.EntityType) []types.EntityUID {
	named := slices.Clone(h.policy.said.entities[kind])
	switch kind {
	case identity:
		h.personal = true
		return add(named, h.principal)
	case tenant:
		h.personal = true
		in, _, _ := strings.Cut(string(h.principal.ID), "/")
		return add(named, types.NewEntityUID(tenant, types.String(in)))
	case team:
		return append(named, uids(team, sorted(h.Organisation.Teams))...)
	case person:
		return slices.Concat(h.people(), uids(person, h.bots().names))
	}
	return append(named, types.NewEntityUID(kind, other))
}

// voters are those of a type who can ask and approve, as far as the policy can
// tell them apart: people, and what is none.
func (h *hearing) voters(kind types.EntityType) (people, machines []types.EntityUID) {
	switch kind {
	case person:
		return h.people(), uids(person, h.bots().names)
	case identity:
		h.personal = true
		machines = []types.EntityUID{h.principal}
		for _, id := range h.Registry.Identities {
			if id.Kind == registry.ApprovalBot && id.Workflow == string(h.principal.ID) {
				machines = append(machines, types.NewEntityUID(identity, types.String(id.ID)))
			}
		}
		return nil, machines
	}
	return append(slices.Clone(h.policy.said.entities[kind]), uids(kind, []string{other, "(yet another)"})...), nil
}

// people are the people who are here, two of each sort that the policy can tell
// from others.
func (h *hearing) people() []types.EntityUID {
	if h.folk != nil {
		return h.folk
	}
	said := h.policy.said
	e, _ := h.Get(h.principal)
	sorts := map[string]int{}
	for _, name := range sorted(h.Organisation.People) {
		uid := types.NewEntityUID(person, types.String(name))
		if slices.Contains(h.bots().names, name) || !h.Organisation.Active(shown(uid), h.On) {
			continue
		}
		one, _ := h.Get(uid)
		sort := h.seen(one)
		for _, g := range said.entities[team] {
			sort += fmt.Sprint(one.Parents.Contains(g))
		}
		for _, attribute := range []types.String{"owner", "backup"} {
			v, ok := e.Attributes.Get(attribute)
			sort += fmt.Sprint(said.reads[attribute] && ok && v.Equal(uid))
		}
		if slices.Contains(said.entities[person], uid) {
			sort += name
		}
		if sorts[sort]++; sorts[sort] <= 2 {
			h.folk = append(h.folk, uid)
		}
	}
	return h.folk
}
