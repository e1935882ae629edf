package reconcile

import (
	"slices"
	"strings"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// What a match has in the place of an index.
const (
	nobody  int32 = -1 // nothing matches
	unclear int32 = -2 // more than one does, and none is guessed
)

// A roll is a tenant's identities beside its live objects. An identity is
// found by its live id, else by its live name, else by its own name; a service
// account without either live field is found by its login, where it has one.
// Approval bots are not on it: they have no live object but their workflow.
type roll struct {
	want *registry.Snapshot
	got  *tenant.Observation
	ids  []*registry.Identity

	object []int32 // of ids: the index of its live object
	claim  []int32 // of objects: the index of the identity that claims it
	rivals map[int32][]int32
	kinds  map[tenant.Kind]*directory
	lost   map[ref]int32 // identities with a live id that no object has; made when first asked for
}

// A ref names an object by what the tenant calls it.
type ref struct {
	kind tenant.Kind
	id   string
}

// A directory finds the objects of one kind.
type directory struct {
	whole   bool
	fields  []tenant.Field
	byID    map[string]int32
	byName  map[string]int32   // nil where no identity is found by name
	twins   map[string][]int32 // objects that share a name
	named   bool               // an identity of the kind is found by name
	unfound bool               // an identity that is found by name was not found
}

func match(want *registry.Snapshot, got *tenant.Observation) *roll {
	r := &roll{want: want, got: got, kinds: map[tenant.Kind]*directory{}, rivals: map[int32][]int32{}}
	for _, id := range want.InTenant(got.Tenant) {
		if id.Kind == registry.ApprovalBot {
			continue
		}
		r.ids = append(r.ids, id)
		if id.Live.ID == "" {
			r.directory(id.Kind).named = true
		}
	}
	r.index()
	r.claims()
	return r
}

func (r *roll) directory(k tenant.Kind) *directory {
	d := r.kinds[k]
	if d == nil {
		cover := r.got.Read[k]
		d = &directory{whole: cover.Whole, fields: cover.Fields, twins: map[string][]int32{}}
		r.kinds[k] = d
	}
	return d
}

func (r *roll) index() {
	count := map[tenant.Kind]int{}
	for i := range r.got.Objects {
		count[r.got.Objects[i].Kind]++
	}
	var d *directory
	var kind tenant.Kind
	for i := range r.got.Objects {
		o := &r.got.Objects[i]
		if d == nil || o.Kind != kind {
			kind, d = o.Kind, r.directory(o.Kind)
			d.make(count[kind])
		}
		if _, twice := d.byID[o.ID]; twice {
			d.byID[o.ID] = unclear
		} else {
			d.byID[o.ID] = int32(i)
		}
		if d.named {
			d.name(o.Name, int32(i))
			if o.Kind == registry.ServiceAccount && o.Login != "" {
				d.name(loginKey(o.Login), int32(i))
			}
		}
	}
}

func (d *directory) make(n int) {
	if d.byID == nil {
		d.byID = make(map[string]int32, n)
	}
	if d.named && d.byName == nil {
		d.byName = make(map[string]int32, n)
	}
}

// loginKey keeps logins, which know no case, apart from names.
func loginKey(login string) string { return "login\x00" + strings.ToLower(login) }

func (d *directory) name(name string, i int32) {
	first, twice := d.byName[name]
	switch {
	case !twice:
		d.byName[name] = i
	case first == unclear:
		d.twins[name] = append(d.twins[name], i)
	default:
		d.byName[name] = unclear
		d.twins[name] = append(d.twins[name], first, i)
	}
}

// sought is the name by which an identity without a live id is found.
func sought(id *registry.Identity) string {
	switch {
	case id.Live.Name != "":
		return id.Live.Name
	case id.Kind == registry.ServiceAccount && id.Login != "":
		return loginKey(id.Login)
	}
	return id.Name()
}

func (r *roll) claims() {
	r.object = make([]int32, len(r.ids))
	r.claim = make([]int32, len(r.got.Objects))
	for i := range r.claim {
		r.claim[i] = nobody
	}
	for k, id := range r.ids {
		i := r.find(id)
		r.object[k] = i
		if i >= 0 {
			r.take(int32(k), i)
		}
	}
}

func (r *roll) find(id *registry.Identity) int32 {
	d := r.directory(id.Kind)
	if id.Live.ID != "" {
		if i, ok := d.byID[id.Live.ID]; ok {
			return i
		}
		return nobody
	}
	i, ok := d.byName[sought(id)]
	if !ok {
		d.unfound = true
		return nobody
	}
	if i == unclear {
		for _, twin := range d.twins[sought(id)] {
			if r.claim[twin] == nobody {
				r.claim[twin] = unclear
			}
		}
	}
	return i
}

// take gives an object to an identity; of two that claim one, neither has it.
func (r *roll) take(k, i int32) {
	switch first := r.claim[i]; first {
	case nobody:
		r.claim[i] = k
	case unclear:
		if len(r.rivals[i]) > 0 {
			r.rivals[i] = append(r.rivals[i], k)
			r.object[k] = unclear
			return
		}
		r.claim[i] = k // it is one of several of a name, and this one is named by its id
	default:
		r.claim[i] = unclear
		r.rivals[i] = append(r.rivals[i], first, k)
		r.object[first], r.object[k] = unclear, unclear
	}
}

// tells is [tenant.Observation.Tells], without a copy of the object.
func (r *roll) tells(o *tenant.Object, f tenant.Field) bool {
	return !slices.Contains(o.Unknown, f) && slices.Contains(r.directory(o.Kind).fields, f)
}

// resolve names what an object refers to: an identity's id or, for what is not
// declared, the tenant's own name of it. It is not known where the tenant did
// not tell enough.
func (r *roll) resolve(to tenant.Ref) (name string, known bool) {
	d := r.directory(to.Kind)
	if i, ok := d.byID[to.ID]; ok {
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
	if !d.whole && d.unfound {
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
	d := r.kinds[kind]
	if d == nil {
		return nil
	}
	if i, ok := d.byID[id]; ok && i >= 0 && r.claim[i] >= 0 {
		return r.ids[r.claim[i]]
	}
	return nil
}

// objectOf is the observed object of that name in the tenant, or nil.
func (r *roll) objectOf(kind tenant.Kind, id string) *tenant.Object {
	if d := r.kinds[kind]; d != nil {
		if i, ok := d.byID[id]; ok && i >= 0 {
			return &r.got.Objects[i]
		}
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
