package reconcile

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

func TestWhatEachPassSawIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(registryOf(enforcing()), live(registry.Workflow, "1", "rogue"))
		for range 2 {
			out := w.pass(t)
			got, err := tenant.Decode(w.kept.body, w.kept.at)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(out.Observation.Encode(), got.Encode()); diff != "" || !got.At.Equal(out.Observation.At) {
				t.Errorf("what was kept is not what the pass saw:\n%s", diff)
			}
			time.Sleep(time.Minute)
		}
	})
}

func TestATenantThatCannotBeReadIsNotKeptAsAnEmptyOne(t *testing.T) {
	w := newWorld(registryOf(enforcing()), live(registry.Workflow, "1", "rogue"))
	w.broken = errors.New("no connection")
	if w.pass(t); w.kept.body != nil {
		t.Errorf("it was kept as %s", w.kept.body)
	}
}

func TestALookKeepsNothing(t *testing.T) {
	w := newWorld(registryOf(enforcing()), live(registry.Workflow, "1", "rogue"))
	if _, err := w.reconciler().Look(t.Context()); err != nil || w.kept.body != nil {
		t.Errorf("a look, which changes nothing, kept %s; %v", w.kept.body, err)
	}
}

func TestNothingIsDoneOfWhatCouldNotBeKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := due(t, rogue())
		w.step = func(when, what string) error {
			if when == "before" && what == "keep" {
				return errors.New("the disk is full")
			}
			return nil
		}
		_, err := w.reconciler().Pass(t.Context())
		if err == nil || !strings.Contains(err.Error(), "the disk is full") {
			t.Errorf("an observation that could not be kept: %v", err)
		}
		if w.changes > 0 {
			t.Error("the tenant was changed by a pass whose observation is not kept")
		}
	})
}
