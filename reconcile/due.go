package reconcile

import (
	"time"

	"github.com/rollcall-dev/rollcall/registry"
)

// due is when all of the drifts have stood for their grace periods, when the
// oldest of them was first seen, and whether that is now.
func (d *decider) due(actions []int) (due, first time.Time, ready bool) {
	ready, first = true, d.now
	for _, i := range actions {
		x := d.actions[i].Drift
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
