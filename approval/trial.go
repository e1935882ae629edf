package approval

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
	"github.com/cedar-policy/cedar-go/x/exp/schema/resolved"

	"github.com/rollcall-dev/rollcall/registry"
)

// A Trial is the organisation and the registry that hypothetical requests are
// made from. An entity has, of these, the attributes that the schema declares:
//
//	identity  kind, tier, state, environment, department, tenant, owner, backup, bots
//	person    name, email, github, department, kind, active; it is in its teams
//	team      name, department, lead
//	tenant    platform, environment, owner
//
// Every identity is taken to be active: what a suspended one would be let do is
// what it can be let do. A reference can be declared as String, "person/dana", or as the entity that it
// leads to; where that is to be a person and it leads to a team, it is the
// team's lead. Bots is a Set<person>: all in the organisation file who are no
// people, or are the account of an identity of the same tenant.
type Trial struct {
	Organisation *registry.Organisation
	Registry     *registry.Snapshot
	On           registry.Date

	machines map[string]*accounts // by tenant, once they are asked for
	asked    map[question]heard

	outlined map[outlineOf]heard
	spent    map[*Policy]int // expressions evaluated, about
	built    map[*resolved.Schema]map[types.EntityUID]types.Entity
}

// world is the world in which a question is put.
func (t *Trial) world(s *resolved.Schema) *world {
	if t.asked == nil {
		t.asked, t.spent, t.built = map[question]heard{}, map[*Policy]int{}, map[*resolved.Schema]map[types.EntityUID]types.Entity{}
	}
	if t.built[s] == nil {
		t.built[s] = map[types.EntityUID]types.Entity{}
	}
	return &world{Trial: t, schema: s, entities: t.built[s]}
}

// A reference is one as the registry writes it: "person/dana".
type reference string

const (
	person   = "person"
	team     = "team"
	tenant   = "tenant"
	identity = "identity"
)

// A world holds the entities of one request.
type world struct {
	*Trial
	schema   *resolved.Schema
	resource types.Entity
	entities map[types.EntityUID]types.Entity // that were asked for already, but for identities
}

// Get is an entity as the policy sees it.
func (w *world) Get(uid types.EntityUID) (types.Entity, bool) {
	if uid == w.resource.UID {
		return w.resource, true
	}
	if action, ok := w.schema.Actions[uid]; ok {
		return action.Entity, true
	}
	if e, ok := w.entities[uid]; ok {
		return e, true
	}
	known, parents, ok := w.knows(uid)
	if !ok {
		return types.Entity{}, false
	}
	e := types.Entity{UID: uid, Parents: types.NewEntityUIDSet(parents...), Attributes: w.fit(w.schema.Entities[uid.Type].Shape, known)}
	if uid.Type != identity {
		w.entities[uid] = e
	}
	return e, true
}

// knows is what the registry knows of an entity.
func (t *Trial) knows(uid types.EntityUID) (known map[types.String]any, parents []types.EntityUID, ok bool) {
	name := string(uid.ID)
	switch uid.Type {
	case person:
		p, ok := t.Organisation.People[name]
		return map[types.String]any{"name": p.Name, "email": p.Email, "github": p.GitHub, "department": p.Department,
			"kind": cmp.Or(p.Kind, "human"), "active": t.Organisation.Active("person/"+name, t.On)}, t.teams("person/" + name), ok
	case team:
		g, ok := t.Organisation.Teams[name]
		return map[types.String]any{"name": g.Name, "department": g.Department, "lead": reference(g.Lead)}, nil, ok
	case tenant:
		n := t.Registry.Tenant(name)
		if n == nil {
			return nil, nil, false
		}
		return map[types.String]any{"platform": n.Platform, "environment": n.Environment, "owner": reference(n.Owner)}, nil, true
	case identity:
		id := t.Registry.Identity(name)
		if id == nil {
			return nil, nil, false
		}
		return map[types.String]any{"kind": string(id.Kind), "tier": string(id.Tier), "state": string(registry.Active),
			"environment": t.Registry.EnvironmentOf(id), "department": id.Department, "tenant": reference("tenant/" + id.Tenant()),
			"owner": reference(id.Owner), "backup": reference(id.Backup), "bots": t.accounts(id.Tenant()).names}, nil, true
	}
	return nil, nil, false
}

func (t *Trial) teams(member string) (in []types.EntityUID) {
	for _, name := range sorted(t.Organisation.Teams) {
		if g := t.Organisation.Teams[name]; g.Lead == member || slices.Contains(g.Members, member) {
			in = append(in, types.NewEntityUID(team, types.String(name)))
		}
	}
	return in
}

// fit gives to an entity what is known of it and its shape asks for. What is
// known in another type than the one asked for is not known.
func (t *Trial) fit(shape resolved.RecordType, known map[types.String]any) types.Record {
	fitting := types.RecordMap{}
	for name, attribute := range shape {
		if v := t.value(attribute.Type, known[name]); v != nil && (v != types.String("") || !attribute.Optional) {
			fitting[name] = v
		}
	}
	return types.NewRecord(fitting)
}

func (t *Trial) value(want resolved.IsType, known any) types.Value {
	switch want := want.(type) {
	case resolved.StringType:
		switch k := known.(type) {
		case string:
			return types.String(k)
		case reference:
			return types.String(k)
		}
	case resolved.BoolType:
		if k, ok := known.(bool); ok {
			return types.Boolean(k)
		}
	case resolved.EntityType:
		if k, ok := known.(reference); ok {
			return t.leadsTo(string(want), string(k))
		}
	case resolved.SetType:
		if k, ok := known.([]string); ok && want.Element == resolved.EntityType(person) {
			return cedar.NewSet(values(uids(person, k))...)
		}
	}
	return nil
}

// leadsTo is the entity of a type behind a reference, or nil.
func (t *Trial) leadsTo(kind, ref string) types.Value {
	is, name, _ := strings.Cut(ref, "/")
	if is == team && kind == person {
		is, name, _ = strings.Cut(t.Organisation.Teams[name].Lead, "/")
	}
	if is != kind || name == "" {
		return nil
	}
	return types.NewEntityUID(types.EntityType(kind), types.String(name))
}

func uids(kind types.EntityType, names []string) (all []types.EntityUID) {
	for _, name := range names {
		all = append(all, types.NewEntityUID(kind, types.String(name)))
	}
	return all
}

func values(all []types.EntityUID) []types.Value {
	vs := make([]types.Value, len(all))
	for i, uid := range all {
		vs[i] = uid
	}
	return vs
}

func sorted[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
