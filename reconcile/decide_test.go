package reconcile

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// decided is the plan at noon for a world whose drift was all seen for an hour.
func (w *world) decided(t *testing.T, seen History) Plan {
	t.Helper()
	got, _ := w.Observe(t.Context())
	got.At = noon
	drifts := Diff(w.want, got, noon)
	if seen.Drifts == nil {
		seen.Drifts = map[string]Sighting{}
	}
	for _, x := range drifts {
		if _, ok := seen.Drifts[x.Key()]; !ok {
			seen.Drifts[x.Key()] = Sighting{First: noon.Add(-time.Hour), Last: noon.Add(-time.Minute), Times: 3, Drift: x}
		}
	}
	if seen.Passes == 0 {
		seen.Passes = 1
	}
	return PolicyOf(w.want, "t").Decide(drifts, got, seen, noon)
}

// acts are a plan's actions: verb, what it would be, subject, field.
func acts(p Plan) []string {
	lines := []string{}
	for _, a := range p.Actions {
		subject := a.Drift.Identity
		if subject == "" {
			subject = string(a.Drift.Kind) + ":" + a.Drift.ObjectID
		}
		lines = append(lines, strings.Join(strings.Fields(fmt.Sprint(a.Verb, " ", a.Would, " ", subject, " ", a.Drift.Field)), " "))
	}
	return lines
}

func why(p Plan) string {
	var all []string
	for _, a := range p.Actions {
		all = append(all, a.Why)
	}
	return strings.Join(all, "\n")
}

func wantActs(t *testing.T, p Plan, reason string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, acts(p)); diff != "" {
		t.Errorf("actions (-want +got):\n%s", diff)
	}
	if !strings.Contains(why(p)+p.Held, reason) {
		t.Errorf("the plan does not say %q but:\n%s\n%s", reason, why(p), p.Held)
	}
}

func TestTheDefaultFlagsEverythingAndRevertsNothing(t *testing.T) {
	w := newWorld(registryOf(&registry.Tenant{ID: "t"}, workflow("gone")), live(registry.Workflow, "1", "new"))
	p := w.decided(t, History{})
	wantActs(t, p, "the policy flags what is undeclared", "flag workflow:1", "flag t/gone")
	if p.Held != "" {
		t.Errorf("a plan without reverts is held: %s", p.Held)
	}
}

func TestTheTenantGoesBeforeThePolicyAndThePolicyBeforeTheDefault(t *testing.T) {
	hour := registry.Duration(time.Hour)
	s := registryOf(enforcing(Retired))
	s.Policy = &registry.Policy{
		Enforcement: map[string]registry.Enforcement{
			"retired":    {Mode: "flag", Grace: &hour, Windows: []registry.ChangeWindow{{Freeze: true}}},
			"undeclared": {Mode: "propose"},
			"expired":    {Mode: "destroy"},
		},
		Limits: registry.Limits{Reverts: 9, Repeats: 2},
	}
	s.Tenants[0].Limits.Reverts = 7
	p := PolicyOf(registry.Build(s), "t")
	want := map[Class]Enforcement{Retired: {Revert, time.Hour, registry.Calendar{{{Freeze: true}}}}, Undeclared: {Mode: Propose, Grace: DefaultGrace}, Expired: {Mode: Flag, Grace: DefaultGrace}}
	if diff := cmp.Diff(want, p.Classes, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("classes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(registry.Limits{Reverts: 7, Share: 0.1, Shrink: 0.2, Repeats: 2}, p.Limits); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
}

func TestWhatMustNotActIsSuspendedAndOnlyTokensAreRevoked(t *testing.T) {
	off := live(registry.Connector, "3", "off")
	w := newWorld(registryOf(enforcing(Undeclared)), live(registry.Workflow, "1", "new"), live(registry.Token, "2", "key"), off)
	w.can[registry.Connector] = []tenant.Ability{tenant.CanRevoke}
	w.want = registry.Build(registryOf(enforcing(Undeclared), manyRetired(40)...))
	wantActs(t, w.decided(t, History{}), "what is undeclared is revoked only where it is a token",
		"suspend workflow:1", "flag connector:3", "revoke token:2")
}

func TestWithoutAGracePeriodDriftIsStillSeenTwice(t *testing.T) {
	s := registryOf(enforcing(Undeclared), manyRetired(40)...)
	s.Tenants[0].Enforcement["undeclared"] = registry.Enforcement{Mode: "revert", Grace: new(registry.Duration)}
	w := newWorld(s, live(registry.Workflow, "1", "new"))
	for first, want := range map[time.Time]string{noon: "wait suspend workflow:1", noon.Add(-time.Second): "suspend workflow:1"} {
		seen := map[string]Sighting{"t undeclared workflow:1 ": {First: first, Times: 1}}
		wantActs(t, w.decided(t, History{Drifts: seen}), "", want)
	}
}

// manyRetired are identities that are not there, so that a share of them is a
// number.
func manyRetired(n int) []*registry.Identity {
	var ids []*registry.Identity
	for i := range n {
		id := workflow(fmt.Sprintf("old-%03d", i))
		id.State = registry.Retired
		ids = append(ids, id)
	}
	return ids
}

func TestARevertWaitsForASecondLookTheGraceApart(t *testing.T) {
	w := newWorld(registryOf(enforcing(Undeclared), manyRetired(40)...), live(registry.Workflow, "1", "new"))
	key := "t undeclared workflow:1 "
	for _, c := range []struct {
		name  string
		seen  Sighting
		first string
	}{
		{"never seen before", Sighting{Reverts: []time.Time{noon.Add(-time.Hour)}}, "wait suspend workflow:1"},
		{"seen just now", Sighting{First: noon, Times: 1}, "wait suspend workflow:1"},
		{"seen nine minutes ago", Sighting{First: noon.Add(-9 * time.Minute), Times: 9}, "wait suspend workflow:1"},
		{"seen ten minutes ago", Sighting{First: noon.Add(-10 * time.Minute), Times: 1}, "suspend workflow:1"},
	} {
		p := w.decided(t, History{Drifts: map[string]Sighting{key: c.seen}})
		if got := acts(p); got[0] != c.first {
			t.Errorf("%s: %q, want %q", c.name, got, c.first)
		}
	}
}

func TestItLocksNobodyOut(t *testing.T) {
	self := live(registry.Token, "1", "rollcall")
	self.Self = true
	admin, other, member := live(registry.ServiceAccount, "2", "a"), live(registry.ServiceAccount, "3", "b"), live(registry.ServiceAccount, "4", "m")
	admin.Role, other.Role, member.Role = "global:admin", "global:owner", "global:member"
	w := newWorld(registryOf(enforcing(Undeclared), manyRetired(40)...), self, admin, other, member)
	wantActs(t, w.decided(t, History{}), "last enabled administrator", "flag token:1", "suspend serviceAccount:2", "flag serviceAccount:3", "suspend serviceAccount:4")
	wantActs(t, w.decided(t, History{}), "rollcall signs in with it", "flag token:1", "suspend serviceAccount:2", "flag serviceAccount:3", "suspend serviceAccount:4")
	w.read[registry.ServiceAccount] = tenant.Coverage{Whole: true, Fields: []tenant.Field{tenant.FieldState}}
	wantActs(t, w.decided(t, History{}), "last enabled administrator", "flag token:1", "flag serviceAccount:2", "flag serviceAccount:3", "flag serviceAccount:4")
}
