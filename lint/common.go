package lint

import (
	"reflect"

	"github.com/rollcall-dev/rollcall/registry"
)

// common is what the two sides of a change have in common, so that it is
// judged once by the rules that are [Rule.Local].
type common struct {
	both       []*registry.Identity // the same ones, not only equal ones
	base, head []*registry.Identity // those of one side alone

	judged bool
	found  []Finding // of both, by local rules
}

// commonOf parts the identities of a change. What both sides share is the same
// in memory, see [registry.Cache]; that an identity is in a file on which
// either side has a problem, or in a tenant that the change touches, takes it
// out.
func commonOf(base, head *registry.Snapshot) *common {
	apart := map[string]bool{} // ids, and names of tenants
	for _, s := range []*registry.Snapshot{base, head} {
		for _, p := range s.Problems {
			apart[p.Identity] = true
		}
		for _, t := range s.Tenants {
			if !sameTenant(base.Tenant(t.ID), head.Tenant(t.ID)) {
				apart[t.ID] = true
			}
		}
	}
	c := &common{both: make([]*registry.Identity, 0, len(head.Identities))}
	shared := func(id *registry.Identity) bool {
		return len(apart) == 0 || !apart[id.ID] && !apart[id.Tenant()]
	}
	eachPair(base, head, func(was, is *registry.Identity) {
		switch {
		case was == is && shared(is):
			c.both = append(c.both, is)
		default:
			if was != nil {
				c.base = append(c.base, was)
			}
			if is != nil {
				c.head = append(c.head, is)
			}
		}
	})
	return c
}

// sameTenant tells whether everything that is declared of a tenant is the same.
func sameTenant(a, b *registry.Tenant) bool {
	return a != nil && b != nil && sameFields(reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem())
}

// own are the identities of one side of a change alone; all without a change.
func (p *Pass) own() []*registry.Identity {
	switch {
	case p.common == nil:
		return p.Head.Identities
	case p.Base != nil:
		return p.common.head
	}
	return p.common.base
}

// eachPair calls do with every identity as it was and as it is, nil where it
// is on one side only.
func eachPair(base, head *registry.Snapshot, do func(was, is *registry.Identity)) {
	next, kept := 0, 0
	for _, is := range head.Identities {
		var was *registry.Identity
		if next < len(base.Identities) && base.Identities[next] == is {
			was = is // nearly always: both are sorted
			next++
		} else if was = base.Identity(is.ID); was != nil && next < len(base.Identities) && base.Identities[next] == was {
			next++
		}
		if was != nil {
			kept++
		}
		do(was, is)
	}
	if kept == len(base.Identities) {
		return
	}
	for _, was := range base.Identities {
		if head.Identity(was.ID) == nil {
			do(was, nil)
		}
	}
}
