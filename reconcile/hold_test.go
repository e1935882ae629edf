package reconcile

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

func TestMoreRevertsThanTheLimitAreNone(t *testing.T) {
	var objects []tenant.Object
	for i := range 7 {
		objects = append(objects, live(registry.Workflow, fmt.Sprint(i), fmt.Sprint("new-", i)))
	}
	w := newWorld(registryOf(enforcing(Undeclared), manyRetired(100)...), objects...)
	p := w.decided(t, History{})
	if len(p.Reverts()) != 0 || !strings.HasPrefix(p.Held, "7 reverts at once, over the limit of 5; nothing is reverted") {
		t.Errorf("%d reverts, held: %q", len(p.Reverts()), p.Held)
	}
	if got := acts(p)[0]; got != "flag suspend workflow:0" {
		t.Errorf("what is held does not say what it would be: %s", got)
	}
	w = newWorld(registryOf(enforcing(Undeclared), manyRetired(30)...), objects[:4]...)
	if p := w.decided(t, History{}); len(p.Reverts()) != 0 || !strings.HasPrefix(p.Held, "4 reverts at once, over the limit of 10 % of 30 identities") {
		t.Errorf("%d reverts, held: %q", len(p.Reverts()), p.Held)
	}
}

func TestAFaultyRegistryRevertsNothing(t *testing.T) {
	live := live(registry.Workflow, "1", "new")
	broken := registryOf(enforcing(Undeclared), workflow("x"))
	broken.Problems = []registry.Problem{{Pos: registry.Pos{File: "registry/identities/t/y.cue", Line: 3, Column: 1}, Message: "unknown kind"}}
	for _, c := range []struct {
		name   string
		want   registry.Snapshot
		seen   History
		reason string
	}{
		{"with a mistake", broken, History{}, "1 mistake, the first at registry/identities/t/y.cue:3:1: unknown kind"},
		{"empty", registryOf(enforcing(Undeclared)), History{}, `declares nothing in tenant "t"`},
		{"much smaller", registryOf(enforcing(Undeclared), manyRetired(79)...), History{Declared: 100}, "declares 79 identities in tenant \"t\" and declared 100 before"},
		{"at first sight", registryOf(enforcing(Undeclared), manyRetired(79)...), History{Passes: -1}, "first look"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(c.want, live)
			if c.seen.Passes == -1 {
				got, _ := w.Observe(t.Context())
				p := PolicyOf(w.want, "t").Decide(Diff(w.want, got, noon), got, History{}, noon)
				wantActs(t, p, c.reason, "wait suspend workflow:1")
				return
			}
			wantHeld(t, w.decided(t, c.seen), c.reason)
		})
	}
}

func wantHeld(t *testing.T, p Plan, reason string) {
	t.Helper()
	if !strings.Contains(p.Held, reason) || len(p.Reverts()) > 0 {
		t.Errorf("%d reverts, held: %q, want none and %q", len(p.Reverts()), p.Held, reason)
	}
}

func TestASmallerRegistryIsFollowedOnceAPersonConfirmsIt(t *testing.T) {
	w := newWorld(registryOf(enforcing(Undeclared), manyRetired(79)...), live(registry.Workflow, "1", "new"))
	seen := History{Declared: 100, Passes: 1, Drifts: map[string]Sighting{}}
	got, _ := w.Observe(t.Context())
	next := Advance(seen, nil, w.decided(t, seen), got, w.want, noon)
	wantHeld(t, w.decided(t, next), "until a person confirms")
	confirmed, refused := next.Obey(Order{Kind: OrderConfirm, By: "dana"}, w.want, "t")
	if refused != "" {
		t.Errorf("confirming is refused: %s", refused)
	}
	wantActs(t, w.decided(t, confirmed), "", "suspend workflow:1")
}

func TestBreakGlassSuspendsRevertsOnExactlyWhatItNames(t *testing.T) {
	a, b := workflow("a"), workflow("b")
	a.State, b.State = registry.Suspended, registry.Suspended
	s := registryOf(enforcing(Retired), append(manyRetired(40), a, b)...)
	glass := &registry.Access{ID: "outage", Kind: "breakGlass", Identities: []string{"t/a"}, From: "2026-11-24T11:00:00Z", Until: "2026-11-24T13:00:00Z"}
	s.Access = []*registry.Access{glass}
	w := newWorld(s, live(registry.Workflow, "1", "a"), live(registry.Workflow, "2", "b"))
	p := w.decided(t, History{})
	wantActs(t, p, `break-glass window "outage" is open`, "flag t/a", "suspend t/b")
	if p.Actions[0].Window != "outage" {
		t.Errorf("the action does not name the window: %+v", p.Actions[0])
	}
	glass.Until = "2026-11-24T12:00:00Z"
	wantActs(t, w.decided(t, History{}), "", "suspend t/a", "suspend t/b")
}

func TestNothingIsRevertedOutsideTheChangeWindowsNorInAFreeze(t *testing.T) {
	hours := func(n int) registry.Duration { return registry.Duration(time.Duration(n) * time.Hour) }
	work := registry.ChangeWindow{Cron: "0 9 * * 1-5", For: hours(8)}                            // it is Tuesday noon
	night := registry.ChangeWindow{Cron: "0 22 * * *", For: hours(4), TimeZone: "Europe/Berlin"} // 21:00 UTC
	freeze := registry.ChangeWindow{Cron: "0 0 24 11 *", For: hours(48), Freeze: true}
	for _, c := range []struct {
		name        string
		policy, own []registry.ChangeWindow
		why, act    string
		due         string
	}{
		{"inside of both", []registry.ChangeWindow{work}, []registry.ChangeWindow{work}, "", "suspend workflow:1", ""},
		{"outside of the tenant's", []registry.ChangeWindow{work}, []registry.ChangeWindow{night}, "outside the change windows (0 22 * * * for 4h, Europe/Berlin)", "wait suspend workflow:1", ""},
		{"at night alone", nil, []registry.ChangeWindow{night}, "outside the change windows", "wait suspend workflow:1", "2026-11-24T21:00:00Z"},
		{"in the policy's freeze", []registry.ChangeWindow{freeze}, []registry.ChangeWindow{work}, "a change freeze (0 0 24 11 * for 2d)", "wait suspend workflow:1", "2026-11-26T09:00:00Z"},
		{"in a freeze without windows", []registry.ChangeWindow{freeze}, nil, "a change freeze", "wait suspend workflow:1", "2026-11-26T00:00:00Z"},
		{"where a window cannot be read", nil, []registry.ChangeWindow{{Cron: "99 * * * *", For: hours(1)}}, "cannot be read", "wait suspend workflow:1", ""},
	} {
		s := registryOf(enforcing(Undeclared), manyRetired(40)...)
		s.Policy = &registry.Policy{Enforcement: map[string]registry.Enforcement{"undeclared": {Mode: "flag", Windows: c.policy}}}
		s.Tenants[0].Enforcement["undeclared"] = registry.Enforcement{Mode: "revert", Windows: c.own}
		seen := map[string]Sighting{"t undeclared workflow:1 ": {First: noon.Add(-time.Hour), Times: 2}}
		p := newWorld(s, live(registry.Workflow, "1", "new")).decided(t, History{Drifts: seen})
		wantActs(t, p, c.why, c.act)
		if due := p.Actions[0].Due; c.due != "" && clock(due) != c.due {
			t.Errorf("%s: it is to be done at %s, want %s", c.name, clock(due), c.due)
		}
	}
}

func TestTwoWritersAreAFinding(t *testing.T) {
	w := newWorld(registryOf(enforcing(Undeclared), manyRetired(40)...), live(registry.Workflow, "1", "new"))
	ago := func(h int) time.Time { return noon.Add(-time.Duration(h) * time.Hour) }
	s := Sighting{First: ago(1), Times: 5, Reverts: []time.Time{ago(30), ago(9), ago(5), ago(2)}}
	p := w.decided(t, History{Drifts: map[string]Sighting{"t undeclared workflow:1 ": s}})
	wantActs(t, p, "two writers: it was reverted 3 times since 2026-11-24T03:00:00Z, last at 2026-11-24T10:00:00Z", "flag workflow:1")
	s.Reverts = s.Reverts[:3]
	wantActs(t, w.decided(t, History{Drifts: map[string]Sighting{"t undeclared workflow:1 ": s}}), "", "suspend workflow:1")
}

func TestWhatAPlanCannotKnowItSays(t *testing.T) {
	id := &registry.Identity{ID: "t/key", Kind: registry.Token, State: registry.Active, Scopes: []string{"a"}}
	w := newWorld(registryOf(enforcing(), id), live(registry.Token, "1", "key"))
	w.read[registry.Token] = tenant.Coverage{Fields: []tenant.Field{tenant.FieldState}}
	w.blind = []string{"last use of credentials"}
	want := []string{
		"last use of credentials",
		"whether any of the tokens is missing: they were not read whole",
		"the scopes of tokens: declared of 1 identity, and not told by the tenant",
	}
	if diff := cmp.Diff(want, w.decided(t, History{}).Blind); diff != "" {
		t.Errorf("blind (-want +got):\n%s", diff)
	}
}
