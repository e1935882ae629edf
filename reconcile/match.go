package reconcile

import (
	"slices"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// What a roll has in the place of an index.
const (
	nobody  = tenant.Nobody
	unclear = tenant.Unclear
)

// A roll is the roll of a tenant, with what is asked of it here.
type roll struct {
	*tenant.Roll
	want *registry.Snapshot
	got  *tenant.Observation
	ids  []*registry.Identity

	object []int32       // of ids: the index of its live object
	claim  []int32       // of objects: the index of the identity that claims it
	lost   map[ref]int32 // identities with a live id that no object has; made when first asked for
}

// A ref names an object by what the tenant calls it.
type ref struct {
	kind tenant.Kind
	id   string
}

func match(want *registry.Snapshot, got *tenant.Observation) *roll {
	called := tenant.Call(want.InTenant(got.Tenant), got)
	return &roll{Roll: called, want: want, got: got, ids: called.Identities, object: called.Objects, claim: called.Claims}
}

// tells is [tenant.Observation.Tells], without a copy of the object.
func (r *roll) tells(o *tenant.Object, f tenant.Field) bool {
	return !slices.Contains(o.Unknown, f) && slices.Contains(r.got.Read[o.Kind].Fields, f)
}

// resolve names what an object refers to: an identity's id or, for what is not
// declared, the tenant's own name of it. It is not known where the tenant did
// not tell enough.
func (r *roll) resolve(to tenant.Ref) (name string, known bool) {
	if i := r.Find(to.Kind, to.ID); i != nobody {
		if i == unclear || r.claim[i] == unclear {
			return "", false
		}
		if k := r.claim[i]; k >= 0 {
			return r.ids[k].ID, true
		}
		return undeclaredName(to.Kind, r.got.Objects[i].Name, to.ID), true
	}
	if k, ok := r.declared(ref{to.Kind, to.ID}); ok {
		return r.ids[k].ID, true
	}
	if !r.got.Read[to.Kind].Whole && r.Unfound(to.Kind) {
		return "", false // it may be one of those that are found by name and were not seen
	}
	return undeclaredName(to.Kind, to.Name, to.ID), true
}

func undeclaredName(k tenant.Kind, name, id string) string {
	return "undeclared " + string(k) + " " + show(name, id)
}

func (r *roll) declared(to ref) (int32, bool) {
	if r.lost == nil {
		r.lost = map[ref]int32{}
		for k, id := range r.ids {
			if id.Live.ID != "" && r.object[k] == nobody {
				r.lost[ref{id.Kind, id.Live.ID}] = int32(k)
			}
		}
	}
	k, ok := r.lost[to]
	return k, ok
}

// identityOf is the identity of an object, or nil.
func (r *roll) identityOf(kind tenant.Kind, id string) *registry.Identity {
	if i := r.Find(kind, id); i >= 0 && r.claim[i] >= 0 {
		return r.ids[r.claim[i]]
	}
	return nil
}

// objectOf is the observed object of that name in the tenant, or nil.
func (r *roll) objectOf(kind tenant.Kind, id string) *tenant.Object {
	if i := r.Find(kind, id); i >= 0 {
		return &r.got.Objects[i]
	}
	return nil
}

// target is the object that is written to mend drift of another: itself, or
// the workflow of a webhook that cannot be changed apart from it. That is one
// for which the platform has no abilities, or which it tells as part of the
// workflow: of the same version, and updated when the workflow was.
func (r *roll) target(o *tenant.Object) *tenant.Object {
	if o == nil || o.Kind != registry.Webhook || o.Workflow == "" {
		return o
	}
	w := r.objectOf(registry.Workflow, o.Workflow)
	if w == nil {
		return o
	}
	part := o.Version == w.Version && o.Updated.Equal(w.Updated) && !o.Updated.IsZero()
	if part || len(r.got.Can[o.Kind]) == 0 {
		return w
	}
	return o
}
