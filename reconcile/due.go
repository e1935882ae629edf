package reconcile

import (
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// due is when all of the drifts have stood for their grace periods, when the
// oldest of them was first seen, and whether that is now.
func (d *decider) due(actions []int) (due, first time.Time, ready bool) {
	ready, first = true, d.now
	for _, i := range actions {
		x := d.actions[i].Drift
		if at := d.edge(x); !at.IsZero() {
			if at.Before(first) {
				first = at
			}
			continue
		}
		grace := d.policy.of(x.Class).Grace
		s := d.seen.Drifts[x.Key()]
		if s.Times == 0 || !s.First.Before(d.now) {
			s.First, ready = d.now, false
		}
		if s.First.Before(first) {
			first = s.First
		}
		if at := s.First.Add(grace); at.After(due) {
			due = at
		}
	}
	return due, first, ready && !due.After(d.now)
}

// edge is when a window began or ended that makes the drift of a just-in-time
// identity, where that was after the last pass; else zero. Such drift needs no
// second sight and no grace: the registry said beforehand when it would be, and
// the tenant was as it should until then. It is still read before the write.
func (d *decider) edge(x Drift) time.Time {
	id := d.want.Identity(x.Identity)
	if id == nil || id.Access != justInTime || d.seen.At.IsZero() || d.seen.Drifts[x.Key()].Times > 0 {
		return time.Time{}
	}
	if x.Class != Unlocked && (x.Class != Changed || x.Field != tenant.FieldState) {
		return time.Time{}
	}
	if at := edge(d.want, id.ID, d.now); at.After(d.seen.At) {
		return at
	}
	return time.Time{}
}

// opens is when the change windows of all of the drifts are open, from due on;
// zero where nobody can tell. Why they are closed now is "" where they are
// open.
func (d *decider) opens(actions []int, due time.Time) (at time.Time, closed string) {
	var all registry.Calendar
	var key openingKey
	for _, i := range actions {
		class := d.actions[i].Drift.Class
		all = append(all, d.policy.of(class).Windows...)
		key.classes += string(class) + " "
	}
	if len(all) == 0 {
		return due, ""
	}
	key.from = due
	if due.Before(d.now) {
		key.from = d.now
	}
	o, known := d.openings[key]
	if !known {
		o.at, _ = all.Opens(key.from)
		if _, why := all.Opens(d.now); why != "" {
			o.closed = "nothing is reverted now: " + why
		}
		d.openings[key] = o
	}
	return o.at, o.closed
}

// An opening is kept, since thousands of drifts wait for the same one.
type opening struct {
	at     time.Time
	closed string
}

type openingKey struct {
	classes string
	from    time.Time
}
