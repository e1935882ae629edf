package reconcile

import (
	"fmt"
	"slices"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// A remedy is the one act that mends a group of drifts, or why there is none.
type remedy struct {
	verb  Verb
	good  *tenant.Object
	mends []int  // actions, the one that carries the act first
	due   []int  // actions whose grace period it waits for
	why   string // of no verb
}

func (d *decider) can(k tenant.Kind, a tenant.Ability) bool { return slices.Contains(d.got.Can[k], a) }

// stops tells whether a class is ended by stopping the object.
func stops(c Class) bool {
	switch c {
	case Undeclared, Expired, Retired, Unreleased, Unlocked, AccessStep:
		return true
	}
	return false
}

func (d *decider) remedy(g *group) remedy {
	for _, i := range g.able {
		if x := d.actions[i].Drift; stops(x.Class) && d.isTarget(x, g) {
			return d.stop(g, i)
		}
	}
	r := d.restoreVersion(g)
	if resume, ok := d.resume(g); ok && r.verb == "" {
		return resume
	}
	if r.verb == "" {
		if declared := d.restoreDeclared(g); declared.verb != "" {
			declared.why = r.why
			return declared
		}
	}
	return r
}

func (d *decider) isTarget(x Drift, g *group) bool {
	return x.Kind == g.target.Kind && x.ObjectID == g.target.ID
}

// stop ends what must not act. Whatever else is wrong with it, or with the
// webhooks that start it, ends with that.
func (d *decider) stop(g *group, main int) remedy {
	t := g.target
	if t.State == tenant.Disabled && d.tells(t, tenant.FieldState) {
		return remedy{why: "it is disabled already"}
	}
	class := d.actions[main].Drift.Class
	r := remedy{mends: []int{main}, due: []int{main}}
	for _, i := range g.able {
		if i != main {
			r.mends = append(r.mends, i)
		}
	}
	switch {
	case d.can(t.Kind, tenant.CanSuspend):
		r.verb = DoSuspend
	case d.can(t.Kind, tenant.CanRevoke) && (class != Undeclared || t.Kind == registry.Token):
		r.verb = DoRevoke
	default:
		return remedy{why: fmt.Sprintf("the platform cannot suspend %s%s", plural(t.Kind), d.norRevoke(t.Kind))}
	}
	return r
}

func (d *decider) norRevoke(k tenant.Kind) string {
	if d.can(k, tenant.CanRevoke) {
		return ", and what is undeclared is revoked only where it is a token"
	}
	return " or revoke them"
}

// resume lets an object act again whose only drift is that it is disabled. It
// gives way to the version that ran before, where that is another and known.
func (d *decider) resume(g *group) (remedy, bool) {
	if len(g.able) != 1 || len(g.others) > 0 || g.silent || !d.can(g.target.Kind, tenant.CanResume) {
		return remedy{}, false
	}
	x := d.actions[g.able[0]].Drift
	if x.Class != Changed || x.Field != tenant.FieldState || !d.isTarget(x, g) {
		return remedy{}, false
	}
	return remedy{verb: DoResume, mends: g.able, due: g.able}, true
}

// restoreVersion goes back to the version in which the object and its webhooks
// were last seen without drift. It mends everything at once, so it is not done
// where something is only flagged.
func (d *decider) restoreVersion(g *group) remedy {
	t := g.target
	if !d.can(t.Kind, tenant.CanRestore) {
		return remedy{why: fmt.Sprintf("the platform cannot set %s back", plural(t.Kind))}
	}
	id := d.identityOf(t.Kind, t.ID)
	if id == nil || id.State != registry.Active || expired(id, d.now) {
		return remedy{why: "what it belongs to is not declared active, so there is no version to go back to"}
	}
	if t.State != tenant.Enabled && !d.stateDrifts(g) {
		return remedy{why: "it is disabled, and setting it back would let it act"}
	}
	good, why := d.good(id, t)
	if why != "" {
		return remedy{why: why}
	}
	for _, i := range g.able {
		x := d.actions[i].Drift
		if hook := d.want.Identity(x.Identity); !d.isTarget(x, g) && hook != nil && !d.goodHook(hook) {
			return remedy{why: fmt.Sprintf("no earlier version is known in which %q is as declared", hook.ID)}
		}
	}
	for _, i := range g.others {
		if x := d.actions[i].Drift; x.Field != tenant.FieldDraft {
			return remedy{why: fmt.Sprintf("the earlier version would also undo drift of %s that is not to be reverted", show(x.Name, x.ObjectID))}
		}
	}
	if g.silent {
		return remedy{why: "the earlier version would also undo drift that the policy ignores"}
	}
	return remedy{verb: DoRestore, good: good, mends: d.ownFirst(g), due: g.able}
}

func (d *decider) stateDrifts(g *group) bool {
	return slices.ContainsFunc(g.able, func(i int) bool {
		x := d.actions[i].Drift
		return x.Class == Changed && x.Field == tenant.FieldState && d.isTarget(x, g)
	})
}

// ownFirst are a group's drifts, those of the object that is written first.
func (d *decider) ownFirst(g *group) []int {
	own := slices.Clone(g.able)
	slices.SortStableFunc(own, func(a, b int) int {
		return rank(!d.isTarget(d.actions[a].Drift, g)) - rank(!d.isTarget(d.actions[b].Drift, g))
	})
	return own
}

func rank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// good is the sight of an object to which it can go back: another version,
// which is as it is declared now.
func (d *decider) good(id *registry.Identity, t *tenant.Object) (*tenant.Object, string) {
	good, known := d.seen.Good[id.ID]
	switch {
	case !known || good.Key() != t.Key():
		return nil, "it was never seen without drift, so there is no version to go back to"
	case good.Version == "" || good.Version == t.Version:
		return nil, "no earlier version of it without drift is known"
	case len(d.differences(id, &good)) > 0 || !d.usesKnown(&good):
		return nil, "the version in which it was last without drift is not as it is declared now"
	}
	return &good, ""
}

func (d *decider) goodHook(id *registry.Identity) bool {
	good, known := d.seen.Good[id.ID]
	return known && id.State == registry.Active && !expired(id, d.now) && len(d.differences(id, &good)) == 0
}

// restoreDeclared gives an object the declared values of those fields that the
// registry says in full. What else differs stays, and is flagged.
func (d *decider) restoreDeclared(g *group) remedy {
	id := d.identityOf(g.target.Kind, g.target.ID)
	if id == nil || !d.can(g.target.Kind, tenant.CanRestore) {
		return remedy{}
	}
	good := *g.target
	var r remedy
	for _, i := range g.able {
		x := d.actions[i].Drift
		if x.Class != Changed || !d.isTarget(x, g) {
			continue
		}
		switch x.Field {
		case tenant.FieldRole:
			good.Role = id.Role
		case tenant.FieldScopes:
			good.Scopes = set(id.Scopes)
		case tenant.FieldAuth:
			good.Auth = id.Auth
		default:
			continue
		}
		r.mends = append(r.mends, i)
	}
	if len(r.mends) > 0 {
		r.verb, r.good, r.due = DoRestore, &good, r.mends
	}
	return r
}
