package reconcile

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// leavingOrder is in which order what is over is ended: what runs, what starts
// it, what it runs with. Other kinds come last.
var leavingOrder = []tenant.Kind{registry.Workflow, registry.Webhook, registry.Connector, registry.Token}

// sortOffboarding puts the acts on what is retired or expired into the order in
// which they are done, each where one of them was.
func sortOffboarding(actions []Action) {
	var places []int
	var acts []Action
	for i, a := range actions {
		if (a.Reverts() || a.Would != "") && (a.Drift.Class == Retired || a.Drift.Class == Expired) {
			places, acts = append(places, i), append(acts, a)
		}
	}
	slices.SortStableFunc(acts, func(a, b Action) int { return cmp.Compare(leavingRank(a), leavingRank(b)) })
	for i, at := range places {
		actions[at] = acts[i]
	}
}

func leavingRank(a Action) int {
	if i := slices.Index(leavingOrder, a.Object.Kind); i >= 0 {
		return i
	}
	return len(leavingOrder)
}

// offboard has the acts on what is retired wait for what comes before them. A
// credential waits while an enabled workflow uses it that this plan does not
// stop, or while nobody can tell; one that nobody else uses is revoked where it
// can be, for what is retired never comes back.
//
// What is declared suspended, and what has expired, waits for nobody: there the
// end is what was asked for, whoever still uses it.
func (d *decider) offboard() {
	uses := sync.OnceValue(d.credentialUses)
	for _, key := range d.order {
		g := d.groups[key]
		if g.with == nil || d.actions[g.main].Drift.Class != Retired || !d.retired(g.target) {
			continue
		}
		switch t := g.target; t.Kind {
		case registry.Webhook:
			if w := d.objectOf(registry.Workflow, t.Workflow); w != nil && d.retired(w) {
				d.follows(g, w)
			}
		case registry.Connector, registry.Token:
			d.offboardCredential(g, uses())
		}
	}
}

// retired tells whether an object is declared retired, which is for good.
func (d *decider) retired(o *tenant.Object) bool {
	id := d.identityOf(o.Kind, o.ID)
	return id != nil && id.State == registry.Retired
}

// follows has a group's act come after the one that stops a workflow, if the
// plan has one.
func (d *decider) follows(g *group, w *tenant.Object) bool {
	before := d.groups[w.Key()]
	if before == nil || before == g || before.with == nil {
		return false
	}
	v := d.actions[before.main].Verb
	if v != DoSuspend && v != DoRevoke {
		return false
	}
	g.after = append(g.after, before.main)
	d.actions[g.main].Why += fmt.Sprintf("; after the %s of %s", v, show(w.Name, w.ID))
	return true
}

// credentialUses is who uses what, and whether the tenant tells of every
// enabled workflow what it uses.
type credentialUses struct {
	by   map[ref][]int32 // enabled workflows, by credential
	told bool
}

func (d *decider) credentialUses() credentialUses {
	x := differ{roll: d.roll}
	x.users()
	return credentialUses{x.usedBy, d.usesTold()}
}

func (d *decider) offboardCredential(g *group, uses credentialUses) {
	main := &d.actions[g.main]
	var still []string
	for _, i := range uses.by[ref{g.target.Kind, g.target.ID}] {
		w := &d.got.Objects[i]
		if d.follows(g, w) {
			continue
		}
		name := "undeclared workflow " + show(w.Name, w.ID)
		if id := d.identityOf(w.Kind, w.ID); id != nil {
			name = fmt.Sprintf("workflow %q", id.ID)
		}
		still = append(still, name)
	}
	verb := &main.Verb
	if main.Verb == DoWait {
		verb = &main.Would
	}
	if uses.told && *verb == DoSuspend && d.can(g.target.Kind, tenant.CanRevoke) {
		*verb = DoRevoke
	}
	cover, offered := d.got.Read[registry.Workflow]
	switch {
	case len(still) > 0:
		main.wait(fmt.Sprintf("it is still used by %s, which is enabled; what is retired is ended once nobody uses it", few(set(still))))
	case offered && !cover.Whole:
		main.wait("the workflows were not read whole, so nobody can tell whether one still uses it")
	case uses.told && *verb == DoRevoke:
		main.Why += "; no other enabled workflow uses it, and what is retired never comes back"
	}
}

func (d *decider) usesTold() bool {
	cover, offered := d.got.Read[registry.Workflow]
	if !offered || !cover.Whole || !slices.Contains(cover.Fields, tenant.FieldUses) {
		return false
	}
	for i := range d.got.Objects {
		if o := &d.got.Objects[i]; o.Kind == registry.Workflow && o.State != tenant.Disabled && slices.Contains(o.Unknown, tenant.FieldUses) {
			return false
		}
	}
	return true
}

// wait makes an action wait until nobody can tell when.
func (a *Action) wait(why string) {
	if a.Verb != DoWait {
		a.Verb, a.Would = DoWait, a.Verb
	}
	a.Why, a.Due = a.Why+"; "+why, time.Time{}
}

// blocked is why an act is not begun: what comes before it was not done, or "".
func (p *pass) blocked(a Action) string {
	for _, id := range a.After {
		i := slices.IndexFunc(p.out.Acts, func(done Act) bool { return done.Action.ID == id })
		if i < 0 {
			return "what comes before it was not done; it is decided anew"
		}
		if done := p.out.Acts[i]; done.Result != Done {
			return fmt.Sprintf("it comes after the %s of %s, which was not done; it is decided anew", done.Action.Verb, show(done.Action.Object.Name, done.Action.Object.ID))
		}
	}
	return ""
}

// leaving are the retired identities that were seen to act, with when, until
// they are seen not to. Who is retired no more is not among them.
func leaving(seen History, drifts []Drift, got tenant.Observation, want *registry.Snapshot, now time.Time) map[string]time.Time {
	all := map[string]time.Time{}
	gone := offboarded(seen, want, got, now)
	for id, since := range seen.Leaving {
		if declared := want.Identity(id); declared != nil && declared.State == registry.Retired && gone[id] == "" {
			all[id] = since
		}
	}
	for _, x := range drifts {
		if id := want.Identity(x.Identity); x.Class == Retired && id != nil && id.State == registry.Retired {
			all[id.ID] = now
		}
	}
	return all
}

// offboarded are the retired identities that acted when they were last seen,
// and of which everything is seen not to act now: how they are.
func offboarded(seen History, want *registry.Snapshot, got tenant.Observation, now time.Time) map[string]string {
	done := map[string]string{}
	if len(seen.Leaving) == 0 {
		return done
	}
	d := differ{roll: match(want, &got), now: now}
	for k, id := range d.ids {
		if _, leaves := seen.Leaving[id.ID]; leaves && id.State == registry.Retired {
			if how := d.ended(k, id); how != "" {
				done[id.ID] = how
			}
		}
	}
	return done
}

// ended is how an identity is that cannot act any more, neither itself nor by a
// webhook that starts it; "" where it can, or nobody can tell.
func (d *differ) ended(k int, id *registry.Identity) string {
	if !d.got.Read[id.Kind].Whole || d.object[k] == unclear {
		return ""
	}
	how, objectID := "is gone from the tenant", id.Live.ID
	if d.object[k] != nobody {
		o := &d.got.Objects[d.object[k]]
		known := o.State == tenant.Disabled && d.tells(o, tenant.FieldState)
		if d.powerful(o) || !known && o.Kind != registry.Token {
			return ""
		}
		how, objectID = "is disabled", o.ID
		if !known {
			how = "has ended"
		}
	}
	if id.Kind == registry.Workflow && d.started(id.ID, objectID) {
		return ""
	}
	return how
}

// started tells whether a webhook that is enabled may start a workflow.
func (d *differ) started(id, objectID string) bool {
	if cover, offered := d.got.Read[registry.Webhook]; offered && !cover.Whole {
		return true
	}
	for i := range d.got.Objects {
		o := &d.got.Objects[i]
		if o.Kind != registry.Webhook || o.State != tenant.Enabled {
			continue
		}
		hook := d.identityOf(o.Kind, o.ID)
		if objectID != "" && o.Workflow == objectID || hook != nil && hook.Workflow == id {
			return true
		}
	}
	return false
}

// offboard reports the retired identities that this pass has seen not to act
// any more: it is the observation that says so, not the acts before it.
func (p *pass) offboard(context.Context) error {
	if p.out.Unreadable != "" {
		return nil
	}
	done := offboarded(p.memory.History, p.want, p.out.Observation, p.now)
	for _, id := range p.want.InTenant(p.Tenant) {
		how := done[id.ID]
		if how == "" {
			continue
		}
		r := p.record(RecordOffboarded)
		r.Identity = id.ID
		r.Data.Reason = fmt.Sprintf("%s %q is retired, and %s; it was last seen to act at %s", singular(id.Kind), id.ID, how, clock(p.memory.History.Leaving[id.ID]))
		if err := p.append(r); err != nil {
			return err
		}
		x := Drift{Tenant: p.Tenant, Class: Retired, Identity: id.ID, Kind: id.Kind, Owner: id.Owner, Want: string(id.State), Message: r.Data.Reason}
		p.alerts = append(p.alerts, Alert{Kind: Offboarded, Tenant: p.Tenant, Time: p.now, Drift: &x, Message: r.Data.Reason, Severity: Warning})
	}
	return nil
}
