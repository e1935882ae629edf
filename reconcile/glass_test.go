package reconcile

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// newBreakable is an office in which two privileged workflows are suspended,
// which act all the same.
func newBreakable() office {
	day := registry.Duration(24 * time.Hour)
	eight := registry.Duration(8 * time.Hour)
	ten := enforcing(Retired, Changed)
	ten.Limits = registry.Limits{Reverts: 9, Share: 1}
	a, b := workflow("a"), workflow("b")
	for _, id := range []*registry.Identity{a, b} {
		id.State, id.Tier = registry.Suspended, registry.Privileged
	}
	s := registryOf(ten, a, b)
	s.Policy = &registry.Policy{Tiers: map[registry.Tier]registry.TierPolicy{registry.Privileged: {TemporaryAccess: &eight, ReviewWithin: &day}}}
	o := office{newWorld(s), desk{}}
	o.put(live(registry.Workflow, "1", "a"))
	o.put(live(registry.Workflow, "2", "b"))
	return o
}

func (o office) breakGlass(length time.Duration, ids ...string) {
	o.give(Order{Kind: OrderBreakGlass, By: "dana", Reason: "the forge is down", Glass: &Glass{
		Name: "outage", Identities: ids, Owner: "team/security", Until: time.Now().Add(length),
	}})
}

func (o office) history(t *testing.T) History {
	t.Helper()
	h, err := ReadHistory(o.world.history)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// merge puts a window into the registry.
func (o office) merge(a *registry.Access) {
	s := *o.want
	s.Access = []*registry.Access{a}
	o.want = registry.Build(s)
}

func TestAnOrderedBreakGlassWindowSuspendsRevertsOnExactlyWhatItNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newBreakable()
		o.pass(t)
		o.breakGlass(time.Hour, "t/a")
		for range 3 {
			o.pass(t)
		}
		if o.object(registry.Workflow, "1").State != tenant.Enabled || o.object(registry.Workflow, "2").State != tenant.Disabled {
			t.Errorf("inside the window on t/a, a is %s and b is %s", o.object(registry.Workflow, "1").State, o.object(registry.Workflow, "2").State)
		}
		if n := len(o.records(RecordPlan)); n < 4 {
			t.Errorf("only %d plans of 4 passes are in the evidence", n)
		}
		for range 4 {
			o.pass(t)
		}
		if o.object(registry.Workflow, "1").State != tenant.Disabled {
			t.Error("the window is over, and what it held back is not reverted")
		}
	})
}

func TestAWindowThatIsOrderedDuringAPassCountsBeforeTheNextWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newBreakable()
		o.pass(t)
		o.step = func(when, what string) error {
			if when == "after" && what == "write" {
				o.breakGlass(time.Hour, "t/b")
			}
			return nil
		}
		o.pass(t)
		o.step = func(string, string) error { return nil }
		if o.pass(t); o.disabled() != 1 || o.object(registry.Workflow, "2").State != tenant.Enabled {
			t.Errorf("%d are disabled, though a window on the second was ordered after the first", o.disabled())
		}
	})
}

func TestAnOrderedWindowIsBoundedByThePolicyAndTheEvidenceHasIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newBreakable()
		begin := time.Now()
		o.breakGlass(100*time.Hour, "t/a")
		o.pass(t)
		r := o.records(RecordOrder)
		if len(r) != 1 || r[0].Approver != "dana" || r[0].Data.Reason != "" || !r[0].Data.Order.Glass.Until.Equal(begin.Add(8*time.Hour)) {
			t.Errorf("the evidence has the order as %+v", r)
		}
		w := o.history(t).Windows
		if len(w) != 1 || w[0].State != WindowOpen || !w[0].Ordered || !w[0].Until.Equal(begin.Add(8*time.Hour)) {
			t.Errorf("open are %+v, want the one window for the 8 hours that the policy allows", w)
		}
	})
}

func TestAWindowIsBoundedAtFourHoursWhereThePolicySetsNoLimit(t *testing.T) {
	two, week := registry.Duration(2*time.Hour), registry.Duration(7*24*time.Hour)
	for name, tc := range map[string]struct {
		tiers map[registry.Tier]registry.TierPolicy
		want  time.Duration
		tier  registry.Tier
	}{
		"no limit":                    {nil, 4 * time.Hour, ""},
		"of the lesser tier alone":    {map[registry.Tier]registry.TierPolicy{registry.ReadOnly: {TemporaryAccess: &week}}, 4 * time.Hour, ""},
		"of the lesser tier, shorter": {map[registry.Tier]registry.TierPolicy{registry.ReadOnly: {TemporaryAccess: &two}}, 2 * time.Hour, registry.ReadOnly},
		"the least of both":           {map[registry.Tier]registry.TierPolicy{registry.ReadOnly: {TemporaryAccess: &week}, registry.Privileged: {TemporaryAccess: &two}}, 2 * time.Hour, registry.Privileged},
	} {
		a, b := workflow("a"), workflow("b")
		a.Tier, b.Tier = registry.ReadOnly, registry.Privileged
		s := registryOf(enforcing(), a, b)
		s.Policy = &registry.Policy{Tiers: tc.tiers}
		if got, tier := GlassLimit(registry.Build(s), []string{"t/a", "t/b"}); got != tc.want || tier != tc.tier {
			t.Errorf("%s: a window may be %s, by tier %q", name, got, tier)
		}
	}
}

func TestAWindowThatMakesNoSenseIsRefused(t *testing.T) {
	o := newBreakable()
	o.merge(&registry.Access{ID: "merged", Kind: breakGlass, Identities: []string{"t/a"}})
	now := time.Now()
	h, refused := History{}.Obey(Order{Kind: OrderBreakGlass, At: now, Reason: "x", Glass: &Glass{Name: "outage", Identities: []string{"t/a"}, Until: now.Add(time.Hour)}}, o.want, "t")
	if refused != "" {
		t.Fatal(refused)
	}
	for _, tc := range []struct {
		kind OrderKind
		g    Glass
		want string
	}{
		{OrderBreakGlass, Glass{Name: "new"}, "a name, a reason, and identities"},
		{OrderBreakGlass, Glass{Name: "outage", Identities: []string{"t/a"}}, "was ordered before"},
		{OrderBreakGlass, Glass{Name: "merged", Identities: []string{"t/a"}}, "the registry has the window"},
		{OrderBreakGlass, Glass{Name: "new", Identities: []string{"t/nobody"}}, `declares no "t/nobody"`},
		{OrderBreakGlass, Glass{Name: "new", Identities: []string{"t/a"}, Until: now.Add(-time.Hour)}, "over at"},
		{OrderBreakGlass, Glass{Name: "new", Identities: make([]string, 101)}, "at most 100"},
		{OrderCloseGlass, Glass{Name: "nothing"}, "no break-glass window"},
		{OrderCloseGlass, Glass{Name: "merged"}, "no break-glass window"},
	} {
		after, refused := h.Obey(Order{Kind: tc.kind, At: now, Reason: "x", Glass: &tc.g}, o.want, "t")
		if !strings.Contains(refused, tc.want) {
			t.Errorf("%s of %+v: refused with %q, want %q", tc.kind, tc.g, refused, tc.want)
		}
		if diff := cmp.Diff(h, after); diff != "" {
			t.Errorf("a refused order changed what is remembered:\n%s", diff)
		}
	}
}

func TestTheWindowOfTheRegistryCountsOnceItIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newBreakable()
		o.pass(t)
		o.breakGlass(6*time.Hour, "t/a")
		o.pass(t)
		now := time.Now().UTC()
		o.merge(&registry.Access{ID: "outage", Kind: breakGlass, Identities: []string{"t/a"}, From: timeOf(now), Until: timeOf(now.Add(time.Hour))})
		if o.pass(t); o.object(registry.Workflow, "1").State != tenant.Enabled || len(o.history(t).Glass) > 0 {
			t.Errorf("the registry has the window; still remembered are %v", o.history(t).Glass)
		}
		time.Sleep(time.Hour)
		if o.pass(t); o.object(registry.Workflow, "1").State != tenant.Disabled {
			t.Error("the window of the registry is over, and the order of it still counts")
		}
	})
}

func TestAWindowThatAPersonClosesIsOverWithinOnePass(t *testing.T) {
	for _, merged := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			o := newBreakable()
			o.pass(t)
			if now := time.Now().UTC(); merged {
				o.merge(&registry.Access{ID: "outage", Kind: breakGlass, Identities: []string{"t/a"}, From: timeOf(now), Until: timeOf(now.Add(6 * time.Hour))})
			} else {
				o.breakGlass(6*time.Hour, "t/a")
			}
			if o.pass(t); o.object(registry.Workflow, "1").State != tenant.Enabled {
				t.Fatal("the window does not count")
			}
			o.give(Order{Kind: OrderCloseGlass, By: "sam", Reason: "it is over", Glass: &Glass{Name: "outage"}})
			if o.pass(t); o.object(registry.Workflow, "1").State != tenant.Disabled {
				t.Errorf("in the registry: %v; the window was closed, and it is not reverted", merged)
			}
			if w := o.history(t).Windows; len(w) != 1 || w[0].State != WindowClosed || w[0].ReviewBy.IsZero() {
				t.Errorf("in the registry: %v; closed, a review is owed, and status has %+v", merged, w)
			}
		})
	}
}

func TestAJustInTimeIdentityIsLockedAgainAtTheEndOfAnOrderedWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newBreakable()
		o.want.Tenants[0].Enforcement[string(Unlocked)] = registry.Enforcement{Mode: string(Revert)}
		id := o.want.Identity("t/a")
		id.State, id.Access = registry.Active, justInTime
		o.put(withState(live(registry.Workflow, "1", "a"), tenant.Disabled))
		o.pass(t)
		o.pass(t)
		o.breakGlass(time.Hour, "t/a")
		o.pass(t)
		o.put(live(registry.Workflow, "1", "a"))
		if o.pass(t); o.object(registry.Workflow, "1").State != tenant.Enabled {
			t.Error("it was disabled inside its window")
		}
		time.Sleep(time.Hour)
		if o.pass(t); o.object(registry.Workflow, "1").State != tenant.Disabled {
			t.Error("the window is over, and it still acts after the next pass")
		}
	})
}

func withState(o tenant.Object, state string) tenant.Object {
	o.State = state
	return o
}

func TestAnOverdueReviewIsToldRemindedAndOver(t *testing.T) {
	for _, ordered := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			o := newBreakable()
			clear(o.objects)
			now := time.Now().UTC()
			window := &registry.Access{ID: "outage", Kind: breakGlass, Identities: []string{"t/a"}, Owner: "team/security", From: timeOf(now), Until: timeOf(now.Add(time.Hour))}
			if ordered {
				o.breakGlass(time.Hour, "t/a")
			} else {
				o.merge(window)
			}
			day := func() (told []string) {
				o.alerts = nil
				for range 4 {
					r := o.reconciler()
					r.Orders, r.Remind = o.desk, map[Severity]time.Duration{Critical: 24 * time.Hour}
					if _, err := r.Pass(t.Context()); err != nil {
						t.Fatal(err)
					}
					time.Sleep(6 * time.Hour)
				}
				for _, a := range o.alerts {
					if a.Drift != nil && a.Drift.Class == unreviewed {
						told = append(told, fmt.Sprint(a.Kind, " ", a.Severity, " ", a.Drift.Owner, " ", a.Drift.Key()))
					}
				}
				return told
			}
			said := func(when string, want ...string) {
				t.Helper()
				if diff := cmp.Diff(want, day()); diff != "" {
					t.Errorf("ordered: %v; %s (-want +got):\n%s", ordered, when, diff)
				}
			}
			const subject = "team/security t unreviewed access:outage "
			said("on the day of the window")
			said("when the day for the review is over", "opened critical "+subject)
			said("a day later", "reminded critical "+subject)
			window.Reviewed = &registry.Review{By: "person/sam", Outcome: "nothing else was touched"}
			o.merge(window)
			said("once it is reviewed", "resolved critical "+subject)
			said("after that")
		})
	}
}

func TestWhatCouldNotBeToldOfAReviewIsToldLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newBreakable()
		clear(o.objects)
		now := time.Now().UTC()
		o.merge(&registry.Access{ID: "outage", Kind: breakGlass, Identities: []string{"t/a"}, From: timeOf(now.Add(-80 * time.Hour)), Until: timeOf(now.Add(-72 * time.Hour))})
		r := o.reconciler()
		r.Alert = func(context.Context, Alert) error { return errSimulated }
		if _, err := r.Pass(t.Context()); err == nil {
			t.Fatal("nobody could be told, and the pass says nothing")
		}
		o.pass(t)
		if len(o.alerts) != 1 || !strings.Contains(o.alerts[0].Message, `break-glass window "outage" on t/a closed at`) {
			t.Errorf("told are %+v", o.alerts)
		}
	})
}

func TestTheFileOfAWindowIsOneThatTheSchemaTakes(t *testing.T) {
	from := time.Date(2026, 11, 24, 20, 0, 0, 0, time.UTC)
	e := Glass{
		Name: "outage-7", Identities: []string{"t/a", "t/b"}, By: "person/dana", Reason: `the "forge" is down`, Owner: "team/crm",
		From: from, Until: from.Add(2 * time.Hour), Rollback: "suspend them",
	}.Entry()
	want := `package registry

access: "outage-7": #Access & {
	kind: "breakGlass"
	identities: ["t/a", "t/b"]
	reason:      "the \"forge\" is down"
	owner:       "team/crm"
	requestedBy: "person/dana"
	from:        "2026-11-24T20:00:00Z"
	until:       "2026-11-24T22:00:00Z"
	rollback:    "suspend them"
}
`
	if diff := cmp.Diff(want, e.Text); diff != "" {
		t.Errorf("the file (-want +got):\n%s", diff)
	}
	s, err := registry.Load(fstest.MapFS{e.File: {Data: []byte(e.Text)}}, "")
	if err != nil || len(s.Problems) > 0 || len(s.Access) != 1 {
		t.Fatalf("%s is not taken: %v, %+v", e.File, err, s.Problems)
	}
	if got := s.Access[0]; got.Kind != breakGlass || got.Reason != `the "forge" is down` || !got.Until.Time().Equal(from.Add(2*time.Hour)) {
		t.Errorf("it reads as %+v", got)
	}
}
