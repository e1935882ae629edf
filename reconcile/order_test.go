package reconcile

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// desk keeps orders in memory.
type desk map[string][]byte

func (d desk) give(o Order) string {
	id := fmt.Sprintf("%020d-%d", time.Now().UnixNano(), len(d)) // of several at one moment too
	o.At = time.Now().UTC()
	d[id], _ = json.Marshal(o)
	return id
}

func (d desk) Orders(context.Context, string) (map[string][]byte, error) { return maps.Clone(d), nil }
func (d desk) Obeyed(_ context.Context, id string) error                 { delete(d, id); return nil }

// office is a world in which undeclared workflows are suspended, ten minutes
// after they were first seen and one at a time, and people give orders.
type office struct {
	*world
	desk
}

func newOffice(undeclared int) office {
	t := enforcing(Undeclared)
	t.Limits.Reverts = 1
	w := newWorld(registryOf(t, manyRetired(40)...))
	for i := range undeclared {
		w.put(live(registry.Workflow, fmt.Sprint(i), "new"))
	}
	return office{w, desk{}}
}

func (o office) pass(t *testing.T) Outcome {
	t.Helper()
	r := o.reconciler()
	r.Orders = o.desk
	out, err := r.Pass(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(11 * time.Minute)
	return out
}

func (o office) disabled() (n int) {
	for _, x := range o.objects {
		if x.State == tenant.Disabled {
			n++
		}
	}
	return n
}

func TestAPauseHoldsAllRevertsUntilItEndsOrIsEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(1)
		o.pass(t)
		o.give(Order{Kind: OrderPause, By: "dana", Reason: "migration night"})
		if out := o.pass(t); o.disabled() != 0 || !strings.Contains(out.Plan.Held, `"dana" paused the reverts at `) || !strings.Contains(out.Plan.Held, "migration night") {
			t.Errorf("paused, %d are disabled; held: %q", o.disabled(), out.Plan.Held)
		}
		o.give(Order{Kind: OrderResume, By: "sam", Reason: "done"})
		if o.pass(t); o.disabled() != 1 {
			t.Error("it was not reverted after the pause was ended")
		}
		o.put(live(registry.Workflow, "9", "again"))
		o.pass(t)
		o.give(Order{Kind: OrderPause, By: "dana", Reason: "an hour", Until: time.Now().Add(time.Hour)})
		for range 5 {
			o.pass(t)
		}
		if o.disabled() != 1 {
			t.Error("it was reverted within the pause")
		}
		o.pass(t)
		if o.pass(t); o.disabled() != 2 {
			t.Error("it was not reverted after the pause ended by itself")
		}
		var told []string
		for _, r := range o.records(RecordOrder) {
			told = append(told, fmt.Sprint(r.Data.Order.Kind, " by ", r.Approver, ": ", r.Data.Order.Reason))
		}
		if got := strings.Join(told, "; "); got != "pause by dana: migration night; resume by sam: done; pause by dana: an hour" {
			t.Errorf("the evidence tells of %s", got)
		}
	})
}

func TestAPauseThatIsOrderedDuringAPassCountsBeforeTheNextWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(3)
		o.want.Tenants[0].Limits.Reverts = 5
		o.want.Tenants[0].Limits.Share = 1
		o.pass(t)
		o.step = func(when, what string) error {
			if when == "after" && what == "write" {
				o.give(Order{Kind: OrderPause, By: "dana", Reason: "stop"})
			}
			return nil
		}
		if o.pass(t); o.disabled() != 1 {
			t.Errorf("%d were disabled, though a pause was ordered after the first", o.disabled())
		}
	})
}

func TestAPlanOverTheLimitIsLetThroughOnceByAnotherPersonThanWhoAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(3)
		o.pass(t)
		held := o.pass(t).Plan
		if !held.Limit || held.ID == "" || o.disabled() != 0 {
			t.Fatalf("the plan is not held by its limit: %+v", held)
		}
		order := func(kind OrderKind, by, plan, refused string) {
			t.Helper()
			id := o.give(Order{Kind: kind, By: by, Plan: plan, Reason: "the old ones have to go"})
			before := o.disabled()
			o.pass(t)
			for _, r := range o.records(RecordOrder) {
				if r.Act == id && !strings.Contains(r.Data.Reason, refused) || r.Act == id && refused == "" && r.Data.Reason != "" {
					t.Errorf("%s of %s by %s is answered %q", kind, plan, by, r.Data.Reason)
				}
			}
			if refused != "" && o.disabled() != before {
				t.Errorf("%s of %s by %s let the plan through", kind, plan, by)
			}
		}
		order(OrderApprove, "sam", held.ID, "nobody has asked")
		order(OrderAsk, "dana", held.ID, "")
		order(OrderApprove, "dana", held.ID, "another person")
		order(OrderApprove, "sam", "0123456789abcdef", "nobody has asked")
		order(OrderApprove, "sam", held.ID, "")
		if o.disabled() != 3 {
			t.Errorf("%d of 3 were disabled", o.disabled())
		}
		intents := o.records(RecordIntent)
		if len(intents) != 3 || intents[0].Approver != "sam" {
			t.Errorf("the evidence has %d intents, approved by %q", len(intents), intents[0].Approver)
		}
		for id, x := range o.objects {
			x.State = tenant.Enabled
			o.objects[id] = x
		}
		o.pass(t)
		if out := o.pass(t); !out.Plan.Limit || o.disabled() != 0 {
			t.Error("the same plan was let through twice by one approval")
		}
	})
}

func TestAnApprovalIsForTheStateThatItWasGivenFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(3)
		o.pass(t)
		id := o.pass(t).Plan.ID
		o.give(Order{Kind: OrderAsk, By: "dana", Plan: id, Reason: "r"})
		time.Sleep(time.Nanosecond)
		o.give(Order{Kind: OrderApprove, By: "sam", Plan: id})
		changed := o.object(registry.Workflow, "0")
		changed.Version = "v2"
		o.put(changed)
		if out := o.pass(t); !out.Plan.Limit || o.disabled() != 0 {
			t.Errorf("a plan on another state was let through: %q", acts(out.Plan))
		}
	})
}

func TestAnAcceptedDriftIsLeftAsItIsUntilItEndsOrChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(1)
		o.want.Policy.Exceptions.MaxDuration = new(registry.Duration(48 * time.Hour))
		key := o.pass(t).Plan.Actions[0].Drift.Key()
		o.give(Order{Kind: OrderAccept, By: "dana", Drift: key, Reason: "for ever", Until: time.Now().Add(100 * time.Hour)})
		time.Sleep(time.Nanosecond)
		o.give(Order{Kind: OrderAccept, By: "dana", Drift: "no such", Reason: "a trial", Until: time.Now().Add(time.Hour)})
		time.Sleep(time.Nanosecond)
		o.give(Order{Kind: OrderAccept, By: "dana", Drift: key, Reason: "a trial", Until: time.Now().Add(time.Hour)})
		out := o.pass(t)
		wantActs(t, out.Plan, `"dana" accepted it until`, "flag workflow:0")
		if r := o.records(RecordOrder); len(r) != 3 || !strings.Contains(r[0].Data.Reason, "longer than 2d") || !strings.Contains(r[1].Data.Reason, "no such drift") || r[2].Data.Reason != "" {
			t.Errorf("the orders were answered %+v", r)
		}
		for range 5 {
			o.pass(t)
		}
		if o.pass(t); o.disabled() != 1 {
			t.Error("it was not reverted after the acceptance ended")
		}
	})
}

func TestAnOrderIsObeyedOnceThoughThePassDiesBehindIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(1)
		o.pass(t)
		id := o.give(Order{Kind: OrderPause, By: "dana", Reason: "r"})
		body := o.desk[id]
		o.pass(t)
		o.desk[id] = body // as if it had died before it could forget it
		o.give(Order{Kind: OrderResume, By: "dana"})
		if o.pass(t); o.disabled() != 1 || len(o.records(RecordOrder)) != 2 {
			t.Errorf("after resuming, %d are disabled; %d orders are in the evidence", o.disabled(), len(o.records(RecordOrder)))
		}
	})
}
