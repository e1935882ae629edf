package reconcile

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// published is a workflow as n8n tells it, and the webhook that is part of it.
func published(version, auth string, uses ...string) (flow, hook tenant.Object) {
	flow, hook = live(registry.Workflow, "1", "orders"), live(registry.Webhook, "1/hook", "orders-hook")
	flow.Version, hook.Version = version, version
	flow.Updated = time.Now().UTC()
	hook.Updated, hook.Workflow, hook.Auth = flow.Updated, "1", auth
	for _, u := range uses {
		flow.Uses = append(flow.Uses, tenant.Ref{Kind: registry.Connector, ID: u})
	}
	return flow, hook
}

// shop is a world with one workflow and its webhook, seen once without drift.
func shop(t *testing.T) *world {
	t.Helper()
	hook := &registry.Identity{ID: "t/orders-hook", Kind: registry.Webhook, State: registry.Active, Auth: "header"}
	crm := &registry.Identity{ID: "t/crm", Kind: registry.Connector, State: registry.Active, Live: registry.Live{ID: "crm"}}
	flow, open := published("v1", "header", "crm")
	w := newWorld(registryOf(enforcing(Changed, Undeclared), workflow("orders", "t/crm"), hook, crm), flow, open, live(registry.Connector, "crm", "CRM"))
	w.can[registry.Webhook] = w.can[registry.Workflow]
	if out := w.pass(t); len(out.Plan.Actions) != 0 {
		t.Fatalf("the shop has drift at first: %+v", out.Plan.Actions)
	}
	return w
}

func TestAWorkflowGoesBackToTheVersionInWhichItWasLastSeenWithoutDrift(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(w *world)
	}{
		{"a credential swapped", func(w *world) {
			flow, hook := published("v2", "header", "erp")
			w.put(flow)
			w.put(hook)
		}},
		{"its webhook opened", func(w *world) {
			flow, hook := published("v2", "none", "crm")
			w.put(flow)
			w.put(hook)
		}},
		{"both", func(w *world) {
			flow, hook := published("v2", "none", "erp")
			w.put(flow)
			w.put(hook)
		}},
		{"a webhook added", func(w *world) {
			flow, hook := published("v2", "header", "crm")
			w.put(flow)
			w.put(hook)
			hook.ID, hook.Name = "1/second", "back-door"
			w.put(hook)
		}},
		{"edited, and then disabled", func(w *world) {
			flow, hook := published("v2", "header", "erp")
			flow.State, hook.State = tenant.Disabled, tenant.Disabled
			w.put(flow)
			w.put(hook)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := shop(t)
				c.change(w)
				out := due(t, w).pass(t)
				if len(out.Acts) != 1 || out.Acts[0].Result != Done || out.Acts[0].Action.Verb != DoRestore {
					t.Fatalf("acts %+v\nplan:\n%s", out.Acts, why(out.Plan))
				}
				if o := w.object(registry.Workflow, "1"); o.Version != "v1" || o.State != tenant.Enabled {
					t.Errorf("the workflow runs version %s and is %s", o.Version, o.State)
				}
			})
		})
	}
}

func TestAVersionThatTheRegistryDoesNotWantAnyMoreIsNotGoneBackTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := shop(t)
		w.want.Identity("t/orders").Uses = []string{"t/crm", "t/erp"}
		flow, hook := published("v2", "header", "erp")
		w.put(flow)
		w.put(hook)
		out := due(t, w).pass(t)
		if len(out.Acts) != 0 {
			t.Errorf("acts %+v", out.Acts)
		}
		wantActs(t, out.Plan, "was last without drift is not as it is declared now", "flag t/orders uses")
	})
}

func TestADraftDoesNotKeepWhatRunsFromBeingRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := shop(t)
		w.history = nil
		flow, hook := published("v1", "header", "crm")
		draft, _ := published("v2", "header", "erp")
		flow.Draft = &draft
		w.put(flow)
		w.put(hook)
		w.pass(t) // the first that is remembered, and it sees the draft
		flow, hook = published("v2", "header", "erp")
		w.put(flow)
		w.put(hook)
		if out := due(t, w).pass(t); len(out.Acts) != 1 || w.object(registry.Workflow, "1").Version != "v1" {
			t.Errorf("the draft was published, and the acts are %+v", out.Acts)
		}
	})
}

func TestAVersionWithAWebhookThatIsNotToldApartIsNotRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := shop(t)
		flow, hook := published("v2", "header", "crm")
		w.put(flow)
		w.put(hook)
		twin := hook
		twin.ID = "1/twin"
		w.put(twin)
		w.pass(t)
		delete(w.objects, twin.Key())
		flow, hook = published("v3", "header", "erp")
		w.put(flow)
		w.put(hook)
		due(t, w).pass(t)
		if v := w.object(registry.Workflow, "1").Version; v != "v1" {
			t.Errorf("the workflow runs version %s", v)
		}
	})
}
