package reconcile

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// Decide says what is to be done about drifts that [Diff] found in got: the
// same inputs, in whatever order, give the same plan. Every drift that the
// policy does not ignore has one action.
//
// A revert needs all of this: the class's mode is revert; the platform has the
// ability; the kind was read whole; the drift was seen by an earlier pass, its
// grace period ago (until then the action is a wait); no break-glass window is
// open on the identity; it is not what rollcall signs in with, nor, as far as
// is known, the last enabled administrator; it did not come back after the set
// number of reverts within a day; the class's change windows are open, and no
// freeze is (until then the action is a wait).
//
// What is expired, retired or unreleased is suspended or, where that cannot
// be, revoked. What is retired is ended in order: a workflow, what starts it,
// what it uses; a credential of it that no other enabled workflow uses is
// revoked where it can be, and waits while one does. What is undeclared is suspended; a token that cannot be
// suspended is revoked, and nothing else is, for a revoked credential does not
// come back. What differs is set back: resumed where it is disabled and
// nothing else differs, restored to the version in which it was last seen
// without drift, or given its declared role, scopes and authentication.
//
// Drifts of one object, and of a webhook that the platform can only change
// through its workflow, are one act: it waits until all that it mends is due,
// and is not done where it would mend what the policy only flags.
//
// A pause, a registry with mistakes, one that lost more than the set share of
// the tenant's identities, a tenant's first pass, and more reverts than the
// limits allow each hold the plan: nothing is reverted. One that a limit holds
// is let through by an approval of its id.
func (p Policy) Decide(drifts []Drift, got tenant.Observation, seen History, now time.Time) Plan {
	d := decider{
		policy: p, roll: match(p.want, &got), seen: seen, now: now,
		groups: map[string]*group{}, actions: []Action{}, openings: map[openingKey]opening{},
	}
	d.admins = d.administrators()
	drifts = slices.Clone(drifts)
	sortDrifts(drifts)
	plan := Plan{Tenant: got.Tenant, Commit: p.want.Commit, Observed: got.At}
	for _, x := range drifts {
		if p.of(x.Class).Mode == Ignore {
			plan.Ignored++
			d.ignored(x)
			continue
		}
		d.place(x)
	}
	for _, key := range d.order {
		d.settle(d.groups[key])
	}
	d.offboard()
	plan.Actions = d.actions
	plan.Blind = d.blind()
	plan.ID = d.name()
	plan.Held = d.held()
	if plan.Held == "" {
		plan.Held = d.over()
		plan.Limit = plan.Held != ""
	}
	if a := seen.approves(plan.ID, now); plan.Limit && a != nil {
		plan.Held, plan.Limit, plan.Approval = "", false, a
	}
	if plan.Held != "" {
		hold(plan.Actions)
	}
	d.number(plan.Actions)
	sortOffboarding(plan.Actions)
	return plan
}

type decider struct {
	*roll
	policy  Policy
	seen    History
	now     time.Time
	admins  int // enabled administrators that no act of the plan touches
	actions []Action
	groups  map[string]*group // by the key of the object that would be written
	order   []string

	openings map[openingKey]opening
}

// A group is what one act would mend.
type group struct {
	target *tenant.Object
	able   []int // actions that may be reverted
	others []int // actions that may not
	silent bool  // it also has drift that the policy ignores
	with   map[int]int

	main  int   // the action that carries the act, where there is a with
	after []int // actions that come before it
}

// place gives a drift its action, which flags until something better is found.
func (d *decider) place(x Drift) {
	a := Action{Verb: DoFlag, Drift: x, Object: d.objectOf(x.Kind, x.ObjectID)}
	if d.policy.of(x.Class).Mode == Propose {
		a.Verb = DoPropose
	}
	target := d.target(a.Object)
	if target != nil {
		if id := d.identityOf(target.Kind, target.ID); id != nil {
			a.Identity = id.ID
		}
	}
	var able bool
	a.Why, a.Window, able = d.may(x, a.Identity, target)
	d.actions = append(d.actions, a)
	if target == nil {
		return
	}
	g := d.group(target)
	switch {
	case able:
		g.able = append(g.able, len(d.actions)-1)
	case !watched(x.Class) && x.Class != AccessStep: // the step goes with the change that brought it
		g.others = append(g.others, len(d.actions)-1)
	}
}

func (d *decider) ignored(x Drift) {
	if target := d.target(d.objectOf(x.Kind, x.ObjectID)); target != nil && !watched(x.Class) {
		d.group(target).silent = true
	}
}

func (d *decider) group(target *tenant.Object) *group {
	key := target.Key()
	g := d.groups[key]
	if g == nil {
		g = &group{target: target}
		d.groups[key] = g
		d.order = append(d.order, key)
	}
	return g
}

// may tells whether a drift may be reverted at all, and why or why not.
func (d *decider) may(x Drift, owner string, target *tenant.Object) (why, window string, able bool) {
	e := d.policy.of(x.Class)
	seen := d.seen.Drifts[x.Key()]
	switch {
	case e.Mode == Propose:
		return fmt.Sprintf("the policy proposes a change to the registry for what is %s", x.Class), "", false
	case e.Mode != Revert:
		return fmt.Sprintf("the policy flags what is %s", x.Class), "", false
	case watched(x.Class) || target == nil:
		return fmt.Sprintf("what is %s cannot be reverted", x.Class), "", false
	case x.Field == tenant.FieldDraft:
		return "a draft does not run, so there is nothing to set back", "", false
	case !d.got.Read[x.Kind].Whole || !d.got.Read[target.Kind].Whole:
		return fmt.Sprintf("the %s of the tenant were not read whole, so nothing of them is reverted", plural(x.Kind)), "", false
	case target.Self:
		return "rollcall signs in with it, and would lock itself out", "", false
	}
	for _, id := range []string{x.Identity, owner} {
		if a := d.policy.open(id, d.now); a != nil {
			return fmt.Sprintf("break-glass window %q is open on %q until %s", a.ID, id, a.Until), a.ID, false
		}
	}
	if why := d.seen.accepted(x, d.now); why != "" {
		return why, "", false
	}
	if why := tired(seen, d.policy.Limits.Repeats, d.now); why != "" {
		return why, "", false
	}
	return "", "", true
}

// tired is why drift is left to a person: it came back, or could not be
// reverted, the set number of times within a day.
func tired(s Sighting, limit int, now time.Time) string {
	if again := recent(s.Reverts, now); len(again) >= limit {
		return fmt.Sprintf("two writers: it was reverted %d times since %s, last at %s, and came back; it is not reverted again until somebody has looked",
			len(again), clock(again[0]), clock(again[len(again)-1]))
	}
	if failed := recent(s.Failed, now); len(failed) >= limit {
		return fmt.Sprintf("reverting it failed %d times since %s; it is not tried again until somebody has looked", len(failed), clock(failed[0]))
	}
	return ""
}

// recent are the times within a day before now.
func recent(times []time.Time, now time.Time) []time.Time {
	var r []time.Time
	for _, t := range times {
		if now.Sub(t) < 24*time.Hour {
			r = append(r, t)
		}
	}
	return r
}

func clock(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// settle decides on a group: one of its actions carries the act.
func (d *decider) settle(g *group) {
	if len(g.able) == 0 {
		return
	}
	r := d.remedy(g)
	if r.verb != "" && d.lastAdministrator(g.target) {
		r = remedy{why: "as far as is known it is the last enabled administrator of the tenant, and would lock everybody out"}
	}
	for _, i := range g.able {
		d.actions[i].Why = r.why
	}
	if r.verb == "" {
		return
	}
	main := &d.actions[r.mends[0]]
	due, first, ready := d.due(r.due)
	main.Verb, main.Object, main.Good = r.verb, g.target, r.good
	grace := d.policy.of(main.Drift.Class).Grace
	main.Why = fmt.Sprintf("the policy reverts what is %s after %s; first seen at %s", main.Drift.Class, registry.Duration(grace), clock(first))
	if !ready {
		main.Why = fmt.Sprintf("the policy reverts what is %s once it was seen twice, %s apart", main.Drift.Class, registry.Duration(grace))
	}
	opens, closed := d.opens(r.due, due)
	if closed != "" {
		main.Why += "; " + closed
	}
	if !ready || closed != "" {
		main.Verb, main.Would, main.Due = DoWait, r.verb, opens
	}
	g.with, g.main = map[int]int{}, r.mends[0]
	for _, i := range r.mends[1:] {
		g.with[i] = r.mends[0]
		d.actions[i].Why = fmt.Sprintf("mended by the same act as the %s drift of %s", driftWords(main.Drift), show(main.Drift.Name, main.Drift.ObjectID))
	}
}

func driftWords(x Drift) string {
	if x.Field != "" {
		return string(x.Field)
	}
	return string(x.Class)
}

// name is the id of a plan, for people to name it by: that of the acts that it
// wants, each on the state that was observed.
func (d *decider) name() string {
	var acts []string
	for _, a := range d.actions {
		if a.Reverts() {
			acts = append(acts, a.identify())
		}
	}
	if acts == nil {
		return ""
	}
	return digest(acts)[:16]
}

// number gives each action its id, which stays the same for the same act on
// the same state.
func (d *decider) number(actions []Action) {
	for i := range actions {
		actions[i].ID = actions[i].identify()
	}
	for _, g := range d.groups {
		for i, main := range g.with {
			actions[i].With = actions[main].ID
		}
		for _, i := range g.after {
			actions[g.main].After = append(actions[g.main].After, actions[i].ID)
		}
	}
}

func (a Action) identify() string {
	state := []any{a.Verb, a.Would, a.Drift.Key(), a.Drift.Want, a.Drift.Got}
	for _, o := range []*tenant.Object{a.Object, a.Good} {
		if o != nil {
			state = append(state, o.Key(), o.State, o.Version, o.Updated.UTC())
		}
	}
	return digest(state)[:16]
}

// digest is the SHA-256 of a value's JSON, in hex.
func digest(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("digest %T: %v", v, err)) // only values that have a JSON form are digested
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
