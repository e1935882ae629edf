package reconcile

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// rogue is a world with one undeclared workflow that the policy reverts.
func rogue() *world {
	return newWorld(registryOf(enforcing(Undeclared), manyRetired(40)...), live(registry.Workflow, "1", "rogue"))
}

func (w *world) state(id string) string { return w.object(registry.Workflow, id).State }

func TestDriftIsRevertedAfterItsGraceAndToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := rogue()
		for range 10 {
			if out := w.pass(t); len(out.Acts) > 0 {
				t.Fatalf("acted within the grace period: %+v", out.Acts)
			}
			time.Sleep(time.Minute)
		}
		out := w.pass(t)
		if len(out.Acts) != 1 || out.Acts[0].Result != Done || w.state("1") != tenant.Disabled {
			t.Fatalf("after the grace period the workflow is %s, and the acts %+v", w.state("1"), out.Acts)
		}
		for range 3 {
			time.Sleep(time.Minute)
			w.pass(t)
		}
		var kinds []string
		for _, a := range w.alerts {
			kinds = append(kinds, string(a.Kind))
		}
		if got := strings.Join(kinds, " "); got != "opened acted resolved" {
			t.Errorf("people were told: %s", got)
		}
		wantEvidence(t, w, "plan intent outcome")
	})
}

// wantEvidence checks the order of the log, its plans folded.
func wantEvidence(t *testing.T, w *world, want string) {
	t.Helper()
	var kinds []string
	for _, r := range w.log {
		kinds = append(kinds, string(r.Kind))
	}
	if got := strings.Join(slices.Compact(kinds), " "); !strings.HasPrefix(got, want) {
		t.Errorf("evidence is %q, want %q", got, want)
	}
}

func TestEvidenceNamesTheCommitTheDriftThePolicyAndTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := due(t, rogue())
		w.pass(t)
		intent, outcome := w.records(RecordIntent)[0], w.records(RecordOutcome)[0]
		if intent.Act == "" || intent.Act != outcome.Act || intent.Commit != "c0ffee" || outcome.Commit != "c0ffee" {
			t.Errorf("intent %+v\noutcome %+v", intent, outcome)
		}
		a := intent.Data.Action
		if a.Drift.Class != Undeclared || !strings.Contains(a.Policy, "the policy reverts what is undeclared after 10m") || a.Object.Version != "v1" {
			t.Errorf("the intent's action is %+v", a)
		}
		if d := outcome.Data; d.Result != Done || d.Receipt.Response != "200 OK" || d.Undo != "by hand" {
			t.Errorf("the outcome is %+v", d)
		}
	})
}

// due lets the world's drift stand for its grace period.
func due(t *testing.T, w *world) *world {
	t.Helper()
	w.pass(t)
	time.Sleep(DefaultGrace)
	return w
}

func TestADryRunHasNoAbilityToWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := due(t, rogue())
		r := w.reconciler()
		r.Writer = nil
		out, err := r.Pass(t.Context())
		if err != nil || len(out.Plan.Reverts()) != 1 {
			t.Fatalf("the plan of a dry run has %d reverts, error %v", len(out.Plan.Reverts()), err)
		}
		if w.changes > 0 || len(w.records(RecordIntent)) > 0 {
			t.Errorf("a dry run made %d changes and %d intents", w.changes, len(w.records(RecordIntent)))
		}
	})
}

func TestALookChangesNothingAndPlansWhatAPassWouldDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := due(t, rogue())
		w.step = func(when, what string) error {
			if !slices.Contains([]string{"load", "observe", "read"}, what) {
				t.Errorf("a look asks to %s", what)
			}
			return nil
		}
		looked, err := w.reconciler().Look(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		w.step = func(string, string) error { return nil }
		if passed := w.pass(t); passed.Plan.Digest() != looked.Plan.Digest() {
			t.Error("a look shows another plan than the pass makes")
		}
	})
}

func TestAnObjectThatChangesBetweenLookAndActIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := due(t, rogue())
		w.step = func(when, what string) error {
			if when == "after" && what == "begin" && len(w.log) < 9 {
				o := w.object(registry.Workflow, "1")
				o.Version = "v2"
				w.put(o)
			}
			return nil
		}
		out := w.pass(t)
		if len(out.Acts) != 1 || out.Acts[0].Result != Dropped || w.changes != 0 {
			t.Fatalf("acts %+v, %d changes", out.Acts, w.changes)
		}
		if len(w.records(RecordIntent)) != 0 || len(w.records(RecordDropped)) != 1 || len(w.acts) != 0 {
			t.Errorf("evidence %+v, open acts %d", w.log, len(w.acts))
		}
		w.step = func(string, string) error { return nil }
		if out := w.pass(t); len(out.Acts) != 1 || out.Acts[0].Result != Done {
			t.Errorf("decided anew, the acts are %+v", out.Acts)
		}
	})
}

func TestWithoutEvidenceThereIsNoAct(t *testing.T) {
	for _, kind := range []string{"append plan", "append intent"} {
		synctest.Test(t, func(t *testing.T) {
			w := due(t, rogue())
			full := errors.New("no space left on device")
			w.step = func(when, what string) error {
				if when == "before" && what == kind {
					return full
				}
				return nil
			}
			if _, err := w.reconciler().Pass(t.Context()); !errors.Is(err, full) {
				t.Errorf("%s: the pass says %v", kind, err)
			}
			if w.changes != 0 {
				t.Errorf("%s failed, and there were %d changes", kind, w.changes)
			}
		})
	}
}

func TestAnUnreadableTenantIsNotAnEmptyOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := due(t, newWorld(registryOf(enforcing(Undeclared, Missing), append(manyRetired(40), workflow("mine"))...),
			live(registry.Workflow, "1", "rogue"), live(registry.Workflow, "2", "mine")))
		w.broken = &tenant.ReadError{Cause: tenant.RateLimited, RetryAfter: time.Minute, Err: errors.New("GET /workflows: 429 Too Many Requests")}
		told := len(w.alerts)
		for range 3 {
			out := w.pass(t)
			if len(out.Acts) > 0 || out.RetryAfter != time.Minute || !strings.Contains(out.Unreadable, "429") {
				t.Fatalf("outcome %+v", out)
			}
			if a := out.Plan.Actions; len(a) != 1 || a[0].Drift.Class != Unreadable {
				t.Fatalf("plan %+v", a)
			}
		}
		if n := len(w.records(RecordUnreadable)); n != 1 {
			t.Errorf("that the tenant is unreadable was recorded %d times in three passes", n)
		}
		if got := w.alerts[told:]; len(got) != 1 || got[0].Drift.Class != Unreadable {
			t.Errorf("people were told %+v", got)
		}
		w.broken = nil
		if out := w.pass(t); len(out.Acts) != 1 || w.state("2") != tenant.Enabled {
			t.Errorf("read again, the acts are %+v", out.Acts)
		}
		if a := w.alerts[len(w.alerts)-1]; !slices.ContainsFunc(w.alerts[told:], func(a Alert) bool { return a.Kind == Resolved && a.Drift.Class == Unreadable }) {
			t.Errorf("nobody was told that it can be read again; the last alert is %+v", a)
		}
	})
}

func TestAnotherTenantIsNeverActedOn(t *testing.T) {
	w := rogue()
	r := w.reconciler()
	r.Tenant = "other"
	out, err := r.Pass(t.Context())
	if err != nil || !strings.Contains(out.Unreadable, `tenant "t"`) || w.changes > 0 {
		t.Errorf("error %v, outcome %+v", err, out)
	}
}

func TestDriftOfAKindThatCannotBeReadAnyMoreIsNotOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := due(t, rogue())
		whole, object := w.read[registry.Workflow], w.object(registry.Workflow, "1")
		w.read[registry.Workflow] = tenant.Coverage{Cause: tenant.Forbidden}
		delete(w.objects, object.Key())
		w.pass(t)
		if slices.ContainsFunc(w.alerts, func(a Alert) bool { return a.Kind == Resolved }) {
			t.Fatal("people were told that drift is over which only could not be seen")
		}
		w.read[registry.Workflow] = whole
		w.put(object)
		if out := w.pass(t); len(out.Acts) != 1 {
			t.Errorf("seen again, the acts are %+v", out.Acts)
		}
	})
}

func TestOneFailingActDoesNotStopTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := rogue()
		w.put(live(registry.Workflow, "2", "rogue two"))
		due(t, w)
		fail := true
		w.step = func(when, what string) error {
			if when == "before" && what == "write" && fail {
				fail = false
				return errors.New("500 Internal Server Error")
			}
			return nil
		}
		out := w.pass(t)
		if len(out.Acts) != 2 || out.Acts[0].Result != Failed || out.Acts[1].Result != Done {
			t.Errorf("acts %+v", out.Acts)
		}
		if got := len(w.records(RecordOutcome)); got != 2 {
			t.Errorf("%d outcomes of two intents", got)
		}
	})
}

func TestATenantThatAsksToBeLeftAloneIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := rogue()
		w.put(live(registry.Workflow, "2", "rogue two"))
		due(t, w)
		w.step = func(when, what string) error {
			if when == "before" && what == "write" {
				return &tenant.ReadError{Cause: tenant.RateLimited, RetryAfter: time.Hour, Err: errors.New("429")}
			}
			return nil
		}
		if out := w.pass(t); len(out.Acts) != 1 || out.RetryAfter != time.Hour {
			t.Errorf("acts %+v, retry after %s", out.Acts, out.RetryAfter)
		}
	})
}
