package reconcile

import (
	"fmt"
	"testing"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

func BenchmarkDiff(b *testing.B) {
	want, got := large(100_000)
	b.ReportAllocs()
	for b.Loop() {
		if drifts := Diff(want, got, noon); len(drifts) != 0 {
			b.Fatalf("%d drifts, the first: %s", len(drifts), drifts[0].Message)
		}
	}
}

// large is a tenant of n identities and n objects, all matched: workflows that
// use two connectors each, half of everything found by name.
func large(n int) (*registry.Snapshot, tenant.Observation) {
	s := registryOf(enforcing())
	got := tenant.Observation{Tenant: "t", Platform: "fake", At: noon, Read: map[tenant.Kind]tenant.Coverage{}}
	for _, k := range tenant.Kinds {
		got.Read[k] = tenant.Coverage{Whole: true, Fields: everyField}
	}
	for i := range n {
		kind, name := registry.Connector, fmt.Sprintf("name-%06d", i)
		if i%2 == 1 {
			kind = registry.Workflow
		}
		id := &registry.Identity{ID: "t/" + name, Kind: kind, State: registry.Active, Tier: registry.ReadOnly}
		o := live(kind, fmt.Sprintf("native-%06d", i), name)
		if i%4 < 2 {
			id.Live.ID = o.ID
		}
		if kind == registry.Workflow {
			id.Uses = []string{fmt.Sprintf("t/name-%06d", i-1), fmt.Sprintf("t/name-%06d", (i+1)%n)}
			o.Uses = []tenant.Ref{{Kind: registry.Connector, ID: fmt.Sprintf("native-%06d", (i+1)%n)}, {Kind: registry.Connector, ID: fmt.Sprintf("native-%06d", i-1)}}
		} else {
			id.App, o.App = "crm", "crm"
			id.Scopes, o.Scopes = []string{"read", "write"}, []string{"write", "read"}
		}
		s.Identities = append(s.Identities, id)
		got.Objects = append(got.Objects, o)
	}
	return registry.Build(s), got
}

func BenchmarkDecideAndAdvance(b *testing.B) {
	want, got := large(100_000)
	policy := PolicyOf(want, "t")
	b.ReportAllocs()
	for b.Loop() {
		plan := policy.Decide(nil, got, History{Passes: 1}, noon)
		Advance(History{Passes: 1}, nil, plan, got, want, noon)
	}
}
