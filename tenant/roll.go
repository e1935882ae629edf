package tenant

import (
	"strings"

	"github.com/rollcall-dev/rollcall/registry"
)

// What a roll has in the place of an index.
const (
	Nobody  int32 = -1 // nothing matches
	Unclear int32 = -2 // more than one does, and none is guessed
)

// A Roll is a tenant's identities beside its live objects. An identity is
// found by its live id, else by its live name, else by its own name; a service
// account without either live field is found by its login, where it has one.
// Approval bots are not on it: they have no live object but their workflow.
type Roll struct {
	Identities []*registry.Identity
	Objects    []int32 // of Identities: the index of its live object
	Claims     []int32 // of the observation's objects: the index of the identity that claims it

	rivals map[int32][]int32
	kinds  map[Kind]*directory
}

// A directory finds the objects of one kind.
type directory struct {
	byID    map[string]int32
	byName  map[string]int32   // nil where no identity is found by name
	twins   map[string][]int32 // objects that share a name
	named   bool               // an identity of the kind is found by name
	unfound bool               // an identity that is found by name was not found
}

// Call calls the roll: ids are the identities that are declared of the tenant
// that was observed.
func Call(ids []*registry.Identity, got *Observation) *Roll {
	r := &Roll{kinds: map[Kind]*directory{}, rivals: map[int32][]int32{}}
	for _, id := range ids {
		if id.Kind == registry.ApprovalBot {
			continue
		}
		r.Identities = append(r.Identities, id)
		if id.Live.ID == "" {
			r.directory(id.Kind).named = true
		}
	}
	r.index(got.Objects)
	r.claim(len(got.Objects))
	return r
}

func (r *Roll) directory(k Kind) *directory {
	d := r.kinds[k]
	if d == nil {
		d = &directory{twins: map[string][]int32{}}
		r.kinds[k] = d
	}
	return d
}

func (r *Roll) index(objects []Object) {
	count := map[Kind]int{}
	for i := range objects {
		count[objects[i].Kind]++
	}
	var d *directory
	var kind Kind
	for i := range objects {
		o := &objects[i]
		if d == nil || o.Kind != kind {
			kind, d = o.Kind, r.directory(o.Kind)
			d.make(count[kind])
		}
		if _, twice := d.byID[o.ID]; twice {
			d.byID[o.ID] = Unclear
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

// loginMark keeps logins, which know no case, apart from names.
const loginMark = "login\x00"

func loginKey(login string) string { return loginMark + strings.ToLower(login) }

func (d *directory) name(name string, i int32) {
	first, twice := d.byName[name]
	switch {
	case !twice:
		d.byName[name] = i
	case first == Unclear:
		d.twins[name] = append(d.twins[name], i)
	default:
		d.byName[name] = Unclear
		d.twins[name] = append(d.twins[name], first, i)
	}
}

// Sought is the name or login by which an identity without a live id is found.
func Sought(id *registry.Identity) string { return strings.TrimPrefix(sought(id), loginMark) }

func sought(id *registry.Identity) string {
	switch {
	case id.Live.Name != "":
		return id.Live.Name
	case id.Kind == registry.ServiceAccount && id.Login != "":
		return loginKey(id.Login)
	}
	return id.Name()
}

func (r *Roll) claim(objects int) {
	r.Objects = make([]int32, len(r.Identities))
	r.Claims = make([]int32, objects)
	for i := range r.Claims {
		r.Claims[i] = Nobody
	}
	for k, id := range r.Identities {
		i := r.find(id)
		r.Objects[k] = i
		if i >= 0 {
			r.take(int32(k), i)
		}
	}
}

func (r *Roll) find(id *registry.Identity) int32 {
	d := r.directory(id.Kind)
	if id.Live.ID != "" {
		if i, ok := d.byID[id.Live.ID]; ok {
			return i
		}
		return Nobody
	}
	i, ok := d.byName[sought(id)]
	if !ok {
		d.unfound = true
		return Nobody
	}
	if i == Unclear {
		for _, twin := range d.twins[sought(id)] {
			if r.Claims[twin] == Nobody {
				r.Claims[twin] = Unclear
			}
		}
	}
	return i
}

// take gives an object to an identity; of two that claim one, neither has it.
func (r *Roll) take(k, i int32) {
	switch first := r.Claims[i]; first {
	case Nobody:
		r.Claims[i] = k
	case Unclear:
		if len(r.rivals[i]) > 0 {
			r.rivals[i] = append(r.rivals[i], k)
			r.Objects[k] = Unclear
			return
		}
		r.Claims[i] = k // it is one of several of a name, and this one is named by its id
	default:
		r.Claims[i] = Unclear
		r.rivals[i] = append(r.rivals[i], first, k)
		r.Objects[first], r.Objects[k] = Unclear, Unclear
	}
}

// Find is the index of the object that has this id in the tenant.
func (r *Roll) Find(kind Kind, id string) int32 {
	if d := r.kinds[kind]; d != nil {
		if i, ok := d.byID[id]; ok {
			return i
		}
	}
	return Nobody
}

// Twins are the objects that an identity is found by the name of, where there
// is more than one.
func (r *Roll) Twins(id *registry.Identity) []int32 {
	if d := r.kinds[id.Kind]; d != nil && id.Live.ID == "" {
		return d.twins[sought(id)]
	}
	return nil
}

// Rivals are the identities that claim the object of an identity, itself among
// them, where there is more than one.
func (r *Roll) Rivals(id *registry.Identity) []int32 { return r.rivals[r.find(id)] }

// Unfound tells whether an identity of the kind is found by its name, and was
// not found.
func (r *Roll) Unfound(kind Kind) bool {
	d := r.kinds[kind]
	return d != nil && d.unfound
}
