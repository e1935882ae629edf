package reconcile

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// TestWhereverItStopsNothingIsDoneTwiceAndEveryIntentHasAnOutcome stops a pass
// before and after each of its operations, by a crash and by an error, and
// goes on with a new reconciler on what was kept.
func TestWhereverItStopsNothingIsDoneTwiceAndEveryIntentHasAnOutcome(t *testing.T) {
	for _, how := range []string{"crash", "error"} {
		for point := 1; ; point++ {
			reached := false
			t.Run(fmt.Sprintf("%s %d", how, point), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { reached = stopAt(t, how, point) })
			})
			if !reached {
				if point < 20 {
					t.Errorf("only %d points were tried", point)
				}
				break
			}
		}
	}
}

// stopAt stops the acting pass at its nth operation and tells whether it has
// that many.
func stopAt(t *testing.T, how string, point int) (reached bool) {
	w := due(t, rogue())
	n, where := 0, ""
	w.step = func(when, what string) error {
		if n++; n != point {
			return nil
		}
		reached, where = true, when+" "+what
		if how == "crash" {
			panic("power cut")
		}
		return errors.New("disk on fire")
	}
	func() {
		defer func() {
			if v := recover(); v != nil && v != "power cut" {
				panic(v)
			}
		}()
		_, _ = w.reconciler().Pass(t.Context())
	}()
	w.step = func(string, string) error { return nil }
	for range 3 {
		time.Sleep(time.Minute)
		w.pass(t)
	}
	if w.changes != 1 || w.state("1") != tenant.Disabled {
		t.Errorf("stopped %s: %d changes, and the workflow is %s", where, w.changes, w.state("1"))
	}
	if len(w.acts) != 0 {
		t.Errorf("stopped %s: %d acts are still open", where, len(w.acts))
	}
	open := map[string]bool{}
	for _, r := range w.log {
		switch r.Kind {
		case RecordIntent:
			open[r.Act] = true
		case RecordOutcome:
			delete(open, r.Act)
		}
	}
	if len(open) != 0 {
		t.Errorf("stopped %s: %d intents have no outcome", where, len(open))
	}
	return reached
}

func TestWhileAnOpenActCannotBeLookedAtNothingNewIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := rogue()
		w.put(live(registry.Workflow, "2", "rogue two"))
		due(t, w)
		lost := errors.New("no connection")
		gone := false
		w.step = func(when, what string) error { // the write is done, and then there is no connection
			gone = gone || when == "after" && what == "write"
			if gone && (what == "write" || what == "read") {
				return lost
			}
			return nil
		}
		_, _ = w.reconciler().Pass(t.Context())
		if len(w.acts) == 0 {
			t.Fatal("an act of unknown outcome was forgotten")
		}
		changes := w.changes
		w.step = func(when, what string) error {
			if what == "read" {
				return lost
			}
			return nil
		}
		out := w.pass(t)
		if len(out.Acts) != 0 || w.changes != changes {
			t.Errorf("acts %+v while another is open", out.Acts)
		}
		w.step = func(string, string) error { return nil }
		out = w.pass(t)
		if len(out.Resolved) != 1 || out.Resolved[0].Result != FoundDone || w.changes != 2 {
			t.Errorf("resolved %+v, %d changes", out.Resolved, w.changes)
		}
	})
}

// TestASecondReconcilerDoesNotRepeatAnAct has another daemon do its work
// between this one's look and its act.
func TestASecondReconcilerDoesNotRepeatAnAct(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := due(t, rogue())
		r := w.reconciler()
		desired, once := r.Desired, true
		w.step = func(when, what string) error {
			if when == "after" && what == "observe" && once {
				once = false
				w.pass(t)
			}
			return nil
		}
		r.Desired = func(ctx context.Context) (*registry.Snapshot, error) { return desired(ctx) }
		out, err := r.Pass(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if w.changes != 1 || len(out.Acts) != 1 || out.Acts[0].Result != Dropped {
			t.Errorf("%d changes, acts %+v", w.changes, out.Acts)
		}
	})
}
