package reconcile

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// drawWorld is any small tenant, with drift of every class.
func drawWorld(t *rapid.T) (*world, History) {
	var ids []*registry.Identity
	var objects []tenant.Object
	seen := History{Drifts: map[string]Sighting{}, Good: map[string]tenant.Object{}, Passes: rapid.IntRange(0, 2).Draw(t, "passes")}
	states := []registry.State{registry.Active, registry.Proposed, registry.Suspended, registry.Retired}
	for i := range rapid.IntRange(0, 12).Draw(t, "size") {
		kind := rapid.SampledFrom(tenant.Kinds).Draw(t, "kind")
		name := fmt.Sprintf("%s-%d", kind, rapid.IntRange(0, 8).Draw(t, "name"))
		id := &registry.Identity{ID: fmt.Sprintf("t/%d-%s", i, name), Kind: kind, State: rapid.SampledFrom(states).Draw(t, "state")}
		id.Live.Name, id.Role, id.Auth = name, rapid.SampledFrom([]string{"", "admin"}).Draw(t, "role"), rapid.SampledFrom([]string{"", "header"}).Draw(t, "auth")
		o := live(kind, fmt.Sprint(i), name)
		o.State = rapid.SampledFrom([]string{tenant.Enabled, tenant.Disabled, tenant.StateUnknown}).Draw(t, "live")
		o.Role = rapid.SampledFrom([]string{"admin", "member"}).Draw(t, "live role")
		o.Self = rapid.IntRange(0, 9).Draw(t, "self") == 0
		if kind == registry.Webhook {
			o.Workflow = fmt.Sprint(rapid.IntRange(0, 11).Draw(t, "workflow"))
		}
		if rapid.Bool().Draw(t, "declared") {
			ids = append(ids, id)
		}
		if rapid.Bool().Draw(t, "is live") {
			objects = append(objects, o)
		}
		if rapid.Bool().Draw(t, "known good") {
			good := o
			good.Version, good.Auth = "v0", "header"
			seen.Good[id.ID] = good
		}
	}
	s := registryOf(enforcing(Undeclared, Changed, Expired, Retired, Unreleased), append(ids, manyRetired(rapid.SampledFrom([]int{0, 5, 60}).Draw(t, "others"))...)...)
	s.Tenants[0].Limits.Reverts = rapid.IntRange(1, 4).Draw(t, "limit")
	w := newWorld(s, objects...)
	for _, k := range tenant.Kinds {
		cover := w.read[k]
		cover.Whole = rapid.IntRange(0, 4).Draw(t, "whole") > 0
		w.read[k] = cover
		w.can[k] = rapid.SampledFrom([][]tenant.Ability{nil, {tenant.CanSuspend, tenant.CanResume, tenant.CanRestore}, {tenant.CanRevoke}}).Draw(t, "can")
	}
	got, _ := w.Observe(t.Context())
	for _, x := range Diff(w.want, got, noon) {
		age := time.Duration(rapid.IntRange(0, 20).Draw(t, "age")) * time.Minute
		if rapid.IntRange(0, 4).Draw(t, "seen") > 0 {
			seen.Drifts[x.Key()] = Sighting{First: noon.Add(-age), Times: 1, Drift: x}
		}
	}
	return w, seen
}

func TestTheSameInputsInAnyOrderGiveTheSameBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, seen := drawWorld(t)
		got, _ := w.Observe(t.Context())
		got.At = noon
		drifts := Diff(w.want, got, noon)
		first := plain(t, PolicyOf(w.want, "t").Decide(drifts, got, seen, noon))
		got.Objects = rapid.Permutation(got.Objects).Draw(t, "objects")
		other := *w.want
		other.Identities = rapid.Permutation(other.Identities).Draw(t, "identities")
		want := registry.Build(other)
		drifts = rapid.Permutation(Diff(want, got, noon)).Draw(t, "drifts")
		if diff := cmp.Diff(first, plain(t, PolicyOf(want, "t").Decide(drifts, got, seen, noon))); diff != "" {
			t.Fatalf("another order gives another plan:\n%s", diff)
		}
	})
}

func plain(t *rapid.T, p Plan) string {
	var b strings.Builder
	if err := p.Text(&b); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return b.String() + string(text) + p.Digest()
}

func TestNoPlanBreaksARule(t *testing.T) {
	reverts := 0
	for round := 0; reverts < 50 && round < 100; round++ { // most worlds have nothing that may be reverted
		rapid.Check(t, func(t *rapid.T) { reverts += provePlan(t) })
	}
	if reverts < 50 {
		t.Errorf("the plans had %d reverts, so next to nothing was proven", reverts)
	}
}

// provePlan draws a world and checks its plan; it counts the reverts in it.
func provePlan(t *rapid.T) (reverts int) {
	w, seen := drawWorld(t)
	got, _ := w.Observe(t.Context())
	p := PolicyOf(w.want, "t").Decide(Diff(w.want, got, noon), got, seen, noon)
	if n := len(p.Reverts()); n > w.want.Tenants[0].Limits.Reverts || n > 0 && p.Held != "" {
		t.Fatalf("%d reverts, over the limit or held: %q", n, p.Held)
	}
	touched := map[string]bool{}
	for _, a := range p.Reverts() {
		reverts++
		if touched[a.Object.Key()] {
			t.Fatalf("%s is acted on twice", a.Object.Key())
		}
		touched[a.Object.Key()] = true
		if !got.Read[a.Object.Kind].Whole || !got.Read[a.Drift.Kind].Whole || a.Object.Self || seen.Passes == 0 {
			t.Fatalf("acted on an unreadable kind, on itself or at first sight: %+v", a)
		}
		for _, x := range p.Actions {
			s := seen.Drifts[x.Drift.Key()]
			mended := x.ID == a.ID || x.With == a.ID && a.Verb == DoRestore
			if mended && (s.Times == 0 || noon.Sub(s.First) < DefaultGrace) {
				t.Fatalf("acted on what was not seen twice, the grace apart: %+v", x)
			}
		}
	}
	return reverts
}
