package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

func TestDriftThatComesBackIsRevertedThreeTimesAndThenAPersonIsCalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := rogue()
		for range 5 {
			due(t, w)
			w.pass(t)
			time.Sleep(time.Minute)
			w.pass(t)
			o := w.object(registry.Workflow, "1")
			o.State = tenant.Enabled
			w.put(o)
		}
		if w.changes != 3 {
			t.Errorf("reverted %d times", w.changes)
		}
		last := w.alerts[len(w.alerts)-1]
		if !strings.Contains(last.Message, "two writers") {
			t.Errorf("people were last told %q", last.Message)
		}
	})
}

func TestWhatCannotBeRevertedIsTriedThreeTimesAndThenLeftToAPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := due(t, rogue())
		w.step = func(when, what string) error {
			if when == "before" && what == "write" {
				return errors.New("403 Forbidden")
			}
			return nil
		}
		for range 6 {
			w.pass(t)
			time.Sleep(time.Minute)
		}
		if n := len(w.records(RecordIntent)); n != 3 {
			t.Errorf("tried %d times", n)
		}
		wantActs(t, w.pass(t).Plan, "reverting it failed 3 times since", "flag workflow:1")
	})
}

func TestEveryPassInsideABreakGlassWindowIsRecordedAndItsEndIsActedOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		id := workflow("a")
		id.State = registry.Suspended
		s := registryOf(enforcing(Retired), append(manyRetired(40), id)...)
		at := func(d time.Duration) registry.Time {
			return registry.Time(time.Now().Add(d).UTC().Format(time.RFC3339))
		}
		s.Access = []*registry.Access{{ID: "outage", Kind: "breakGlass", Identities: []string{"t/a"}, From: at(0), Until: at(time.Hour)}}
		w := newWorld(s, live(registry.Workflow, "1", "a"))
		for range 6 {
			w.pass(t)
			time.Sleep(10 * time.Minute)
		}
		if n := len(w.records(RecordPlan)); n != 6 || w.changes != 0 {
			t.Errorf("6 passes inside the window left %d records and %d changes", n, w.changes)
		}
		if w.pass(t); w.state("1") != tenant.Disabled {
			t.Error("the pass after the window did not act on its end")
		}
	})
}

func TestManyNewDriftsAreOneAlert(t *testing.T) {
	w := rogue()
	for i := range 50 {
		w.put(live(registry.Workflow, fmt.Sprint("w", i), "x"))
	}
	w.pass(t)
	opened := slices.DeleteFunc(slices.Clone(w.alerts), func(a Alert) bool { return a.Kind != Opened })
	if len(opened) != 1 || opened[0].Count != 51 || opened[0].Message != `51 new drifts in tenant "t": 51 undeclared` {
		t.Errorf("people were told %+v", opened)
	}
}

func TestAnAlertThatDidNotGoOutIsGivenByTheNextPass(t *testing.T) {
	w := rogue()
	r := w.reconciler()
	r.Alert = func(context.Context, Alert) error { return errors.New("no route to host") }
	if _, err := r.Pass(t.Context()); err == nil || !strings.Contains(err.Error(), "tell people: no route to host") {
		t.Errorf("the pass says %v", err)
	}
	w.pass(t)
	if len(w.alerts) == 0 || w.alerts[0].Kind != Opened {
		t.Errorf("people were told %+v", w.alerts)
	}
}

func TestAStoppedPassFinishesTheActThatItBegan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := rogue()
		w.put(live(registry.Workflow, "2", "rogue two"))
		due(t, w)
		ctx, stop := context.WithCancel(t.Context())
		w.step = func(when, what string) error {
			if what == "write" {
				stop()
			}
			return nil
		}
		out, err := w.reconciler().Pass(ctx)
		if len(out.Acts) != 1 || out.Acts[0].Result != Done || len(w.acts) != 0 {
			t.Errorf("error %v, acts %+v, open %d", err, out.Acts, len(w.acts))
		}
	})
}

func TestPeopleAreRemindedOfWhatStandsAsOftenAsItsSeveritySays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		idle := workflow("gone")
		w := newWorld(registryOf(enforcing(), idle), live(registry.Workflow, "1", "rogue"))
		r := w.reconciler()
		r.Orders = desk{}
		r.Remind = map[Severity]time.Duration{Critical: 24 * time.Hour}
		told := map[AlertKind]int{}
		pass := func() {
			t.Helper()
			if _, err := r.Pass(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
		}
		for range 49 {
			pass()
		}
		for _, a := range w.alerts {
			told[a.Kind]++
			if a.Kind == Reminded && (a.Drift.Class != Undeclared || !strings.HasPrefix(a.Message, "still so, since ") || a.Severity != Critical) {
				t.Errorf("reminded of %+v", a)
			}
		}
		if told[Opened] != 2 || told[Reminded] != 2 {
			t.Errorf("in two days people were told %v, want 2 opened, and the critical one twice again", told)
		}
		key := "t undeclared workflow:1 "
		r.Orders.(desk).give(Order{Kind: OrderAccept, By: "dana", Drift: key, Reason: "a trial", Until: time.Now().Add(72 * time.Hour)})
		for range 48 {
			pass()
		}
		for _, a := range w.alerts[4:] {
			t.Errorf("of what was accepted people are told %q", a.Message)
		}
	})
}
