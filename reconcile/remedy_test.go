package reconcile

import (
	"slices"
	"testing"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

func TestDriftOfOneObjectIsOneAct(t *testing.T) {
	hook := &registry.Identity{ID: "t/orders-hook", Kind: registry.Webhook, State: registry.Active, Auth: "header"}
	id := workflow("orders")
	bad, open := live(registry.Workflow, "1", "orders"), live(registry.Webhook, "1/hook", "orders-hook")
	bad.Version, bad.Uses, open.Workflow = "v2", []tenant.Ref{{Kind: registry.Connector, ID: "9"}}, "1"
	good, closed := bad, open
	good.Version, good.Uses, closed.Auth = "v1", nil, "header"
	seen := History{Good: map[string]tenant.Object{"t/orders": good, "t/orders-hook": closed}}

	w := newWorld(registryOf(enforcing(Changed), id, hook), bad, open)
	p := w.decided(t, seen)
	wantActs(t, p, "mended by the same act", "restore t/orders uses", "flag t/orders-hook auth")
	if p.Actions[0].Good.Version != "v1" || p.Actions[1].With != p.Actions[0].ID {
		t.Errorf("the act is %+v and the other drift is mended by %q", p.Actions[0], p.Actions[1].With)
	}

	rogue := live(registry.Webhook, "1/rogue", "rogue")
	rogue.Workflow = "1"
	w.put(rogue)
	wantActs(t, w.decided(t, seen), "would also undo drift of \"rogue\"",
		"flag t/orders uses", "flag webhook:1/rogue", "flag t/orders-hook auth")

	w = newWorld(registryOf(enforcing(Changed), id, hook), bad, open)
	seen.Good["t/orders"] = bad
	wantActs(t, w.decided(t, seen), "no earlier version", "flag t/orders uses", "flag t/orders-hook auth")
	seen.Good["t/orders"], seen.Good["t/orders-hook"] = good, open
	wantActs(t, w.decided(t, seen), "as declared", "flag t/orders uses", "flag t/orders-hook auth")
}

func TestWhatTheRegistrySaysInFullIsSetBackWithoutAnEarlierSight(t *testing.T) {
	id := &registry.Identity{ID: "t/robot", Kind: registry.ServiceAccount, State: registry.Active, Role: "member", Scopes: []string{"read"}}
	o := live(registry.ServiceAccount, "1", "robot")
	o.Role, o.Scopes = "editor", []string{"read", "write"}
	p := newWorld(registryOf(enforcing(Changed), id), o).decided(t, History{})
	wantActs(t, p, "mended by the same act", "restore t/robot role", "flag t/robot scopes")
	if g := p.Actions[0].Good; g.Role != "member" || !slices.Equal(g.Scopes, []string{"read"}) || g.ID != "1" {
		t.Errorf("what it becomes is %+v", g)
	}
}

func TestADisabledWorkflowIsResumedOnlyWhereNothingElseDiffers(t *testing.T) {
	id := workflow("x")
	o := live(registry.Workflow, "1", "x")
	o.State = tenant.Disabled
	w := newWorld(registryOf(enforcing(Changed), id), o)
	wantActs(t, w.decided(t, History{}), "reverts what is changed", "resume t/x state")
	o.Draft = &tenant.Object{Uses: []tenant.Ref{{Kind: registry.Connector, ID: "9"}}}
	w.put(o)
	wantActs(t, w.decided(t, History{}), "never seen without drift", "flag t/x draft", "flag t/x state")
}

func TestADraftIsNeverReverted(t *testing.T) {
	o := live(registry.Workflow, "1", "x")
	o.Draft = &tenant.Object{Uses: []tenant.Ref{{Kind: registry.Connector, ID: "9"}}}
	good := o
	good.Version, good.Draft = "v0", nil
	p := newWorld(registryOf(enforcing(Changed), workflow("x")), o).decided(t, History{Good: map[string]tenant.Object{"t/x": good}})
	wantActs(t, p, "a draft does not run", "flag t/x draft")
}

func TestAWebhookOfItsOwnIsSetBackByItself(t *testing.T) {
	hook := &registry.Identity{ID: "t/hook", Kind: registry.Webhook, State: registry.Active, Auth: "header"}
	open := live(registry.Webhook, "2", "hook")
	open.Version, open.Workflow, open.Updated = "", "1", noon
	w := newWorld(registryOf(enforcing(Changed), workflow("x"), hook), live(registry.Workflow, "1", "x"), open)
	w.can[registry.Webhook] = []tenant.Ability{tenant.CanRestore}
	p := w.decided(t, History{})
	wantActs(t, p, "", "restore t/hook auth")
	if a := p.Actions[0]; a.Object.ID != "2" || a.Good.Auth != "header" {
		t.Errorf("the act is on %+v and makes it %+v", a.Object, a.Good)
	}
}

func TestWhatMayBeDisabledIsNotSetBackIntoAction(t *testing.T) {
	id := workflow("x")
	id.Access = "jit"
	o := live(registry.Workflow, "1", "x")
	good := o
	o.State, o.Version, o.Uses = tenant.Disabled, "v2", []tenant.Ref{{Kind: registry.Connector, ID: "9"}}
	p := newWorld(registryOf(enforcing(Changed), id), o).decided(t, History{Good: map[string]tenant.Object{"t/x": good}})
	wantActs(t, p, "setting it back would let it act", "flag t/x uses")
}
