package reconcile

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// newLeaver is a world in which a workflow, its webhook, its connector and its
// token are retired and still act. The platform can do everything but suspend
// a token.
func newLeaver(more ...*registry.Identity) *world {
	hook := &registry.Identity{ID: "t/hook", Kind: registry.Webhook, Workflow: "t/sync", Live: registry.Live{ID: "h"}}
	conn := &registry.Identity{ID: "t/crm", Kind: registry.Connector, Owner: "team/crm", Live: registry.Live{ID: "c"}}
	token := &registry.Identity{ID: "t/api", Kind: registry.Token, Live: registry.Live{ID: "k"}}
	flow := workflow("sync", "t/crm", "t/api")
	flow.Live.ID = "w"
	ids := []*registry.Identity{flow, hook, conn, token}
	for _, id := range ids {
		id.State = registry.Retired
	}
	ten := enforcing(Retired)
	ten.Limits = registry.Limits{Reverts: 9, Share: 1}
	w := newWorld(registryOf(ten, append(ids, more...)...))
	all := []tenant.Ability{tenant.CanSuspend, tenant.CanResume, tenant.CanRevoke, tenant.CanRestore}
	w.can[registry.Webhook], w.can[registry.Connector] = all[:2], all
	w.put(live(registry.Connector, "c", "crm"))
	w.put(live(registry.Token, "k", "api"))
	w.put(relying(live(registry.Workflow, "w", "sync")))
	h := live(registry.Webhook, "h", "hook")
	h.Workflow, h.Version = "w", "h1"
	w.put(h)
	return w
}

// relying has a workflow use the connector and the token of newLeaver.
func relying(o tenant.Object) tenant.Object {
	o.Uses = []tenant.Ref{{Kind: registry.Connector, ID: "c"}, {Kind: registry.Token, ID: "k"}}
	return o
}

// told are the records of some kinds, in order.
func (w *world) told(kinds ...RecordKind) []string {
	var told []string
	for _, r := range w.log {
		for _, k := range kinds {
			if r.Kind != k {
				continue
			}
			s := fmt.Sprint(k, " ", r.Identity)
			if a := r.Data.Action; a != nil {
				s = fmt.Sprint(k, " ", a.Verb, " ", r.Identity)
			}
			if r.Data.Result != "" {
				s += ": " + string(r.Data.Result)
			}
			told = append(told, s)
		}
	}
	return told
}

func (w *world) passes(t *testing.T, n int) (out Outcome) {
	t.Helper()
	for range n {
		out = w.pass(t)
		time.Sleep(11 * time.Minute)
	}
	return out
}

func TestWhatIsRetiredIsEndedInOrderAndReportedOnceItIsSeenAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newLeaver()
		w.passes(t, 2)
		want := []string{
			"intent suspend t/sync", "outcome suspend t/sync: done",
			"intent suspend t/hook", "outcome suspend t/hook: done",
			"intent revoke t/crm", "outcome revoke t/crm: done",
			"intent revoke t/api", "outcome revoke t/api: done",
		}
		if diff := cmp.Diff(want, w.told(RecordIntent, RecordOutcome, RecordOffboarded)); diff != "" {
			t.Fatalf("what the evidence tells of the pass that acted (-want +got):\n%s", diff)
		}
		w.alerts = nil
		w.passes(t, 3)
		again := []string{"offboarded t/sync", "offboarded t/hook", "offboarded t/crm", "offboarded t/api"}
		if diff := cmp.Diff(again, w.told(RecordOffboarded)); diff != "" {
			t.Errorf("reported as offboarded (-want +got):\n%s", diff)
		}
		var alerts []string
		for _, a := range w.alerts {
			alerts = append(alerts, fmt.Sprint(a.Kind, " ", a.Drift.Identity, " ", a.Drift.Owner))
		}
		if diff := cmp.Diff([]string{"offboarded t/sync team/crm", "offboarded t/hook ", "offboarded t/crm team/crm", "offboarded t/api "}, alerts); diff != "" {
			t.Errorf("people are told (-want +got):\n%s", diff)
		}
	})
}

func TestACredentialThatSomebodyStillUsesWaitsAndSaysWhoUsesIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := workflow("orders", "t/crm")
		other.Live.ID = "o"
		w := newLeaver(other)
		w.put(relying(live(registry.Workflow, "o", "orders")))
		out := w.passes(t, 3)
		if w.object(registry.Connector, "c").State != tenant.Enabled || !w.object(registry.Token, "k").Expires.IsZero() {
			t.Error("a credential was ended that an active workflow uses")
		}
		for _, a := range out.Plan.Actions {
			if a.Drift.Class == Retired && (a.Verb != DoWait || a.Would != DoRevoke || !strings.Contains(a.Why, `still used by workflow "t/orders"`)) {
				t.Errorf("%s is to %s, to %s: %s", a.Drift.Identity, a.Verb, a.Would, a.Why)
			}
		}
		if w.object(registry.Workflow, "w").State != tenant.Disabled || w.object(registry.Webhook, "h").State != tenant.Disabled {
			t.Error("the retired workflow and its webhook wait, though nothing uses them")
		}
		gone := w.object(registry.Workflow, "o")
		gone.Uses = nil
		w.put(gone)
		w.passes(t, 1)
		if w.object(registry.Token, "k").Expires.IsZero() || w.object(registry.Connector, "c").State != tenant.Disabled {
			t.Error("nobody uses the credentials any more, and they were not revoked")
		}
	})
}

func TestNobodyKnowsWhoUsesACredentialWhileTheWorkflowsAreNotReadWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newLeaver()
		w.read[registry.Workflow] = tenant.Coverage{Cause: tenant.Forbidden}
		delete(w.objects, "workflow:w")
		out := w.passes(t, 3)
		if w.object(registry.Connector, "c").State != tenant.Enabled || !w.object(registry.Connector, "c").Expires.IsZero() || !w.object(registry.Token, "k").Expires.IsZero() {
			t.Error("a credential was ended though nobody could tell whether a workflow uses it")
		}
		why := ""
		for _, a := range out.Plan.Actions {
			why += a.Why + "\n"
		}
		if !strings.Contains(why, "nobody can tell whether one still uses it") {
			t.Errorf("the plan does not say so:\n%s", why)
		}
		if got := strings.Join(w.told(RecordOffboarded), " "); strings.Contains(got, "t/sync") {
			t.Errorf("%s: reported, though the workflows cannot be read", got)
		}
	})
}

func TestAnActThatFailsStopsThoseThatComeAfterIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newLeaver()
		w.passes(t, 1)
		broken := true
		w.step = func(when, what string) error {
			if broken && when == "before" && what == "write" {
				return errors.New("the tenant answers 500")
			}
			return nil
		}
		w.passes(t, 1)
		want := []string{
			"intent suspend t/sync", "outcome suspend t/sync: failed" + strings.TrimPrefix(string(Failed), "failed"),
			"dropped suspend t/hook", "dropped revoke t/crm", "dropped revoke t/api",
		}
		if diff := cmp.Diff(want, w.told(RecordIntent, RecordOutcome, RecordDropped)); diff != "" {
			t.Errorf("the evidence (-want +got):\n%s", diff)
		}
		for _, r := range w.records(RecordDropped) {
			if !strings.Contains(r.Data.Reason, `it comes after the suspend of "sync" (w), which was not done`) {
				t.Errorf("dropped because %q", r.Data.Reason)
			}
		}
		if len(w.acts) > 0 {
			t.Errorf("%d acts are left open", len(w.acts))
		}
		broken = false
		w.passes(t, 2)
		if got := w.told(RecordOffboarded); len(got) != 4 {
			t.Errorf("with the tenant well again %v are offboarded", got)
		}
	})
}

func TestWhatIsSuspendedOrExpiredWaitsForNobodyAndIsNotRevoked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := workflow("orders", "t/crm")
		other.Live.ID = "o"
		w := newLeaver(other)
		w.put(relying(live(registry.Workflow, "o", "orders")))
		w.want.Identity("t/crm").State = registry.Suspended
		w.passes(t, 3)
		if c := w.object(registry.Connector, "c"); c.State != tenant.Disabled || !c.Expires.IsZero() {
			t.Errorf("a connector that is declared suspended is %s, and ends %v", c.State, c.Expires)
		}
		if got := strings.Join(w.told(RecordOffboarded), " "); strings.Contains(got, "t/crm") {
			t.Errorf("what is only suspended is reported: %s", got)
		}
	})
}

func TestAWorkflowIsNotOffboardedWhileAWebhookStartsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newLeaver()
		w.want.Identity("t/hook").State = registry.Active
		w.passes(t, 4)
		if got := strings.Join(w.told(RecordOffboarded), " "); strings.Contains(got, "t/sync") {
			t.Errorf("its webhook is enabled, and it is reported: %s", got)
		}
		delete(w.objects, "webhook:h")
		w.passes(t, 1)
		if got := strings.Join(w.told(RecordOffboarded), " "); !strings.Contains(got, "t/sync") {
			t.Errorf("its webhook is gone, and %q are reported", got)
		}
	})
}

func TestWhatWasRetiredLongAgoIsNotReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newLeaver()
		clear(w.objects)
		w.passes(t, 3)
		if got := w.told(RecordOffboarded); len(got) > 0 {
			t.Errorf("%v were never seen to act", got)
		}
	})
}
