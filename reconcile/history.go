package reconcile

import (
	"maps"
	"slices"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// Advance is what is remembered for the next pass after one that saw got, in
// which drifts were found and plan was made. It changes nothing that it is
// given.
//
// Drift that is gone is forgotten, but what could not be read this time is
// not gone. Drift that the policy ignores is not remembered: were that to
// change, its grace period begins anew. A registry that is too much smaller
// than the one before does not become the measure of the next until a person
// says so ([OrderConfirm]).
func Advance(seen History, drifts []Drift, plan Plan, got tenant.Observation, want *registry.Snapshot, now time.Time) History {
	next := seen.settled(plan, now)
	next.Passes++
	next.At = now
	next.Last = plan.last()
	next.Commit = want.Commit
	next.Drifts = map[string]Sighting{}
	for _, a := range plan.Actions {
		next.Drifts[a.Drift.Key()] = seen.Drifts[a.Drift.Key()].again(a.Drift, now)
	}
	for key, s := range seen.Drifts {
		if _, still := next.Drifts[key]; still {
			continue
		}
		if s, keep := s.gone(got, now); keep {
			next.Drifts[key] = s
		}
	}
	next.Leaving = leaving(seen, drifts, got, want, now)
	next.Good = goodAfter(seen, drifts, got, want, now)
	if n := len(want.InTenant(got.Tenant)); n > 0 && !shrunk(PolicyOf(want, got.Tenant).Limits.Shrink, n, seen.Declared) {
		next.Declared = n
	}
	return next
}

// blind is what is remembered after a pass that could not read the tenant:
// everything, and that.
func (h History) blind(x Drift, now time.Time) History {
	h.Drifts = maps.Clone(h.Drifts)
	if h.Drifts == nil {
		h.Drifts = map[string]Sighting{}
	}
	h.Drifts[x.Key()] = h.Drifts[x.Key()].again(x, now)
	return h
}

func (s Sighting) again(x Drift, now time.Time) Sighting {
	if s.Times == 0 {
		s.First = now
	}
	s.Last, s.Drift = now, x
	s.Times++
	s.Reverts, s.Failed = recent(s.Reverts, now), recent(s.Failed, now)
	return s
}

// gone is what remains of a sighting that was not made again.
func (s Sighting) gone(got tenant.Observation, now time.Time) (Sighting, bool) {
	if s.Times > 0 && s.Drift.Class != Unreadable && s.Drift.Kind != "" && !got.Read[s.Drift.Kind].Whole {
		return s, true
	}
	s.Times, s.First, s.Failed = 0, time.Time{}, nil
	s.Reverts = recent(s.Reverts, now)
	return s, len(s.Reverts) > 0 || !s.Told.IsZero()
}

// tried remembers an act on all the drift that it would mend: that it was seen
// to hold, or that it failed.
func (h History) tried(keys []string, held bool, at time.Time) History {
	h.Drifts = maps.Clone(h.Drifts)
	if h.Drifts == nil {
		h.Drifts = map[string]Sighting{}
	}
	for _, key := range keys {
		s := h.Drifts[key]
		if held {
			s.Reverts = append(slices.Clone(s.Reverts), at)
		} else {
			s.Failed = append(slices.Clone(s.Failed), at)
		}
		h.Drifts[key] = s
	}
	return h
}

// mended are over: were they to come back, they would be seen for the first
// time.
func (h History) mended(keys []string) History {
	for _, key := range keys {
		if s, ok := h.Drifts[key]; ok {
			s.Times, s.First = 0, time.Time{}
			h.Drifts[key] = s
		}
	}
	return h
}

// goodAfter are the objects to which a restore could go back: workflows with a
// version and the webhooks that start them, each as last seen without drift in
// any of them.
func goodAfter(seen History, drifts []Drift, got tenant.Observation, want *registry.Snapshot, now time.Time) map[string]tenant.Object {
	r := match(want, &got)
	bad := r.drifted(drifts)
	good := map[string]tenant.Object{}
	for k, id := range r.ids {
		if old, ok := seen.Good[id.ID]; ok {
			good[id.ID] = old
		}
		if i := r.object[k]; i >= 0 && r.remembers(&got.Objects[i]) && r.isGood(id, &got.Objects[i], bad, now) {
			good[id.ID] = slim(got.Objects[i])
		}
	}
	return good
}

// drifted are the keys of what has drift, or cannot be told apart, in itself or
// in a webhook that is part of it. A draft does not count: it does not run; and
// age is no change.
func (r *roll) drifted(drifts []Drift) map[string]bool {
	bad := map[string]bool{}
	for _, x := range drifts {
		if o := r.target(r.objectOf(x.Kind, x.ObjectID)); o != nil && x.Field != tenant.FieldDraft && x.Class != Dormant && x.Class != StaleSecret {
			bad[o.Key()] = true
		}
	}
	for i, claim := range r.claim {
		if claim == unclear {
			bad[r.target(&r.got.Objects[i]).Key()] = true
		}
	}
	return bad
}

// remembers tells whether an earlier sight of an object is of use: its kind can
// be restored to a version, or it is a webhook of what can.
func (r *roll) remembers(o *tenant.Object) bool {
	if t := r.target(o); t != o {
		return r.remembers(t)
	}
	for _, can := range r.got.Can[o.Kind] {
		if can == tenant.CanRestore {
			return o.Version != ""
		}
	}
	return false
}

func (r *roll) isGood(id *registry.Identity, o *tenant.Object, bad map[string]bool, now time.Time) bool {
	if id.State != registry.Active || expired(id, now) || o.State != tenant.Enabled || bad[r.target(o).Key()] {
		return false
	}
	if !r.got.Read[o.Kind].Whole || !r.got.Read[registry.Webhook].Whole && r.offers(registry.Webhook) {
		return false
	}
	return len(o.Unknown) == 0 && r.usesKnown(o)
}

func (r *roll) offers(k tenant.Kind) bool {
	_, ok := r.got.Read[k]
	return ok
}

// slim leaves of an object what a restore and its check need.
func slim(o tenant.Object) tenant.Object {
	o.Draft, o.Steps, o.Editor, o.Owner = nil, nil, "", ""
	o.LastUsed, o.Created = time.Time{}, time.Time{}
	return o
}
