package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// An Alert is something that people are told once.
type Alert struct {
	Kind     AlertKind `json:"kind"`
	Tenant   string    `json:"tenant"`
	Time     time.Time `json:"time"`
	Message  string    `json:"message"`
	Drift    *Drift    `json:"drift,omitempty"`  // of all but held and released; of an overdue review its class is "unreviewed"
	Since    time.Time `json:"since,omitzero"`   // of opened, resolved: when it was first seen
	Action   *Action   `json:"action,omitempty"` // of opened, acted
	Result   Result    `json:"result,omitempty"` // of acted
	Severity Severity  `json:"severity"`
	Count    int       `json:"count,omitempty"`  // of opened and resolved: of how many drifts it tells, where it tells of many
	Owners   []string  `json:"owners,omitempty"` // of one that tells of many: whose they are
}

// An AlertKind says what people are told.
type AlertKind string

// The kinds of alert.
const (
	Opened   AlertKind = "opened"   // drift that is new
	Reminded AlertKind = "reminded" // drift that still stands
	Resolved AlertKind = "resolved" // drift that is over
	Acted    AlertKind = "acted"    // a revert, and what came of it
	Held     AlertKind = "held"     // a plan whose reverts are held
	Released AlertKind = "released" // it is held no longer

	Offboarded AlertKind = "offboarded" // nothing of a retired identity acts any more, as was seen again
)

// mostAlerts is how many drifts are told one by one; of more, one alert tells
// how many there are.
const mostAlerts = 20

// tell tells people what they were not told yet. What could not be told is
// told by the next pass.
func (p *pass) tell(ctx context.Context) error {
	if p.Alert == nil {
		return nil
	}
	var failures []error
	for _, a := range p.alerts {
		failures = append(failures, p.Alert(ctx, a))
	}
	changed := false
	for _, kind := range []AlertKind{Opened, Reminded, Resolved} {
		keys := p.owed(kind)
		for _, batch := range p.batches(kind, keys) {
			err := p.Alert(ctx, batch.alert)
			failures = append(failures, err)
			if err == nil {
				p.told(kind, batch.keys)
				changed = true
			}
		}
	}
	reviews, failed := p.tellReviews(ctx)
	changed, failures = changed || reviews, append(failures, failed...)
	first := p.memory.History.Passes <= 1 // that it is held then is no news
	if held := p.out.Plan.Held; p.out.Unreadable == "" && !first && held != p.memory.History.Held {
		a := Alert{Kind: Held, Tenant: p.Tenant, Time: p.now, Message: held, Severity: Critical}
		if held == "" {
			a.Kind, a.Message = Released, "reverts are no longer held"
		}
		err := p.Alert(ctx, a)
		failures = append(failures, err)
		if err == nil {
			p.memory.History.Held, changed = held, true
		}
	}
	if changed {
		failures = append(failures, p.save(context.WithoutCancel(ctx)))
	}
	if err := errors.Join(failures...); err != nil {
		return fmt.Errorf("tell people: %w", err)
	}
	return nil
}

// owed are the keys of the drifts that people have not been told of.
func (p *pass) owed(kind AlertKind) []string {
	var keys []string
	for key, s := range p.memory.History.Drifts {
		owed := false
		switch kind {
		case Opened:
			owed = s.Times > 0 && s.Told.IsZero()
		case Reminded:
			owed = s.Times > 0 && !s.Told.IsZero() && p.overdue(s)
		case Resolved:
			owed = s.Times == 0 && !s.Told.IsZero()
		}
		if owed {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// overdue tells whether people are to be told again of drift that stands. Who
// accepted it knows.
func (p *pass) overdue(s Sighting) bool {
	every := p.Remind[s.Drift.Severity()]
	return every > 0 && p.now.Sub(s.Told) >= every && p.memory.History.accepted(s.Drift, p.now) == ""
}

type batch struct {
	alert Alert
	keys  []string
}

func (p *pass) batches(kind AlertKind, keys []string) []batch {
	if len(keys) > mostAlerts {
		a := Alert{Kind: kind, Tenant: p.Tenant, Time: p.now, Count: len(keys), Message: p.sayMany(kind, keys), Severity: Warning}
		for _, key := range keys {
			if s := p.memory.History.Drifts[key].Drift.Severity(); s == Critical {
				a.Severity = s
			}
			if owner := p.memory.History.Drifts[key].Drift.Owner; owner != "" {
				a.Owners = append(a.Owners, owner)
			}
		}
		slices.Sort(a.Owners)
		a.Owners = slices.Compact(a.Owners)
		return []batch{{a, keys}}
	}
	actions := map[string]*Action{}
	for i := range p.out.Plan.Actions {
		actions[p.out.Plan.Actions[i].Drift.Key()] = &p.out.Plan.Actions[i]
	}
	var all []batch
	for _, key := range keys {
		s := p.memory.History.Drifts[key]
		a := Alert{Kind: kind, Tenant: p.Tenant, Time: p.now, Drift: &s.Drift, Since: s.First, Message: s.Drift.Message, Severity: s.Drift.Severity()}
		switch kind {
		case Opened:
			a.Action = actions[key]
		case Reminded:
			a.Action, a.Message = actions[key], fmt.Sprintf("still so, since %s: %s", clock(s.First), a.Message)
		case Resolved:
			a.Message = "no longer so: " + a.Message
		}
		if a.Action != nil {
			a.Message += "; " + a.Action.Why
		}
		all = append(all, batch{a, []string{key}})
	}
	return all
}

func (p *pass) sayMany(kind AlertKind, keys []string) string {
	counts := map[Class]int{}
	for _, key := range keys {
		counts[p.memory.History.Drifts[key].Drift.Class]++
	}
	var parts []string
	for _, c := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d %s", counts[c], c))
	}
	what := map[AlertKind]string{Opened: "new drifts", Reminded: "drifts still stand", Resolved: "drifts are over"}[kind]
	return fmt.Sprintf("%d %s in tenant %q: %s", len(keys), what, p.Tenant, strings.Join(parts, ", "))
}

func (p *pass) told(kind AlertKind, keys []string) {
	for _, key := range keys {
		s := p.memory.History.Drifts[key]
		s.Told = p.now
		if kind == Resolved {
			s.Told = time.Time{}
		}
		p.memory.History.Drifts[key] = s
		if s.Times == 0 && s.Told.IsZero() && len(s.Reverts) == 0 {
			delete(p.memory.History.Drifts, key)
		}
	}
}

// alertAct has people told of an act. Where the pass breaks off, the next one
// tells them that the drift is over.
func (p *pass) alertAct(act Act) {
	a := Alert{Kind: Acted, Tenant: p.Tenant, Time: time.Now().UTC(), Drift: &act.Action.Drift, Action: &act.Action, Result: act.Result, Severity: Warning}
	if act.Result == Failed || act.Result == Unknown {
		a.Severity = Critical
	}
	a.Message = fmt.Sprintf("%s of %s: %s", act.Action.Verb, show(act.Action.Object.Name, act.Action.Object.ID), act.Result)
	if act.Reason != "" {
		a.Message += "; " + oneLine(act.Reason)
	}
	p.alerts = append(p.alerts, a)
}
