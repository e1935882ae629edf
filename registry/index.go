package registry

import "slices"

type index struct {
	byID     map[string]*Identity
	byTenant map[string][]*Identity
	tenants  map[string]*Tenant
	windows  map[string][]*Access
}

// Build indexes what a snapshot holds and returns it; the parts that are nil
// become empty ones. [Load] does so by itself; it is for snapshots that are
// made by hand.
func Build(s Snapshot) *Snapshot {
	if s.Organisation == nil {
		s.Organisation = &Organisation{}
	}
	if s.Policy == nil {
		s.Policy = &Policy{}
	}
	if s.Catalogue == nil {
		s.Catalogue = &Catalogue{}
	}
	s.index = index{
		byID:     make(map[string]*Identity, len(s.Identities)),
		byTenant: map[string][]*Identity{},
		tenants:  make(map[string]*Tenant, len(s.Tenants)),
		windows:  map[string][]*Access{},
	}
	for _, id := range s.Identities {
		s.byID[id.ID] = id
		s.byTenant[id.Tenant()] = append(s.byTenant[id.Tenant()], id)
	}
	for _, t := range s.Tenants {
		s.tenants[t.ID] = t
	}
	for _, a := range s.Access {
		for _, id := range a.Identities {
			s.windows[id] = append(s.windows[id], a)
		}
	}
	return &s
}

// Identity is the identity with that id, or nil.
func (s *Snapshot) Identity(id string) *Identity { return s.byID[id] }

// InTenant are the identities of a tenant, by id. The slice is not to be
// changed.
func (s *Snapshot) InTenant(tenant string) []*Identity { return s.byTenant[tenant] }

// Tenant is the tenant with that name, or nil.
func (s *Snapshot) Tenant(name string) *Tenant { return s.tenants[name] }

// WindowsOn are the windows of temporary access, open or not, that name an
// identity, by id. The slice is not to be changed.
func (s *Snapshot) WindowsOn(identity string) []*Access { return s.windows[identity] }

// EnvironmentOf is the environment that an identity names or, where it names
// none, its tenant's only one; empty where neither tells.
func (s *Snapshot) EnvironmentOf(id *Identity) string {
	if id.Environment != "" {
		return id.Environment
	}
	if t := s.Tenant(id.Tenant()); t != nil {
		return t.Environment
	}
	return ""
}

// Knows tells whether the organisation has a person or team of that
// reference: "person/NAME" or "team/NAME".
func (o *Organisation) Knows(ref string) bool {
	kind, name := cutRef(ref)
	switch kind {
	case "person":
		_, ok := o.People[name]
		return ok
	case "team":
		_, ok := o.Teams[name]
		return ok
	}
	return false
}

// Active tells whether a person is still here on a day; a team is active while
// one of its members is.
func (o *Organisation) Active(ref string, on Date) bool {
	kind, name := cutRef(ref)
	switch kind {
	case "person":
		p, ok := o.People[name]
		return ok && (p.Left == "" || p.Left > on)
	case "team":
		return slices.ContainsFunc(o.Teams[name].Members, func(m string) bool { return o.Active(m, on) })
	}
	return false
}

func cutRef(ref string) (kind, name string) {
	for i := range len(ref) {
		if ref[i] == '/' {
			return ref[:i], ref[i+1:]
		}
	}
	return "", ref
}
