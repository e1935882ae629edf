package lint_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

func of(problems []registry.Problem, ids ...*registry.Identity) *registry.Snapshot {
	return registry.Build(registry.Snapshot{Identities: ids, Problems: problems})
}

// compared is what a rule is told about a change.
func compared(base, head *registry.Snapshot) *lint.Comparison {
	var c *lint.Comparison
	lint.Run([]lint.Rule{{ID: "a/b", Check: func(p *lint.Pass) { c = p.Compared() }}}, lint.Pass{Base: base, Head: head, Now: now})
	return c
}

func TestAnIdentityIsRecognisedByWhatItStandsFor(t *testing.T) {
	workflow := func(id, liveID, name, purpose string) *registry.Identity {
		return &registry.Identity{ID: id, Kind: registry.Workflow, Purpose: purpose, Live: registry.Live{ID: liveID, Name: name}}
	}
	for name, tc := range map[string]struct {
		base, head           []*registry.Identity
		kept, added, removed int
	}{
		"by its id":                    {[]*registry.Identity{workflow("n8n/a", "", "", "x")}, []*registry.Identity{workflow("n8n/a", "7", "", "y")}, 1, 0, 0},
		"by the tenant's id":           {[]*registry.Identity{workflow("n8n/a", "7", "", "x")}, []*registry.Identity{workflow("n8n/b", "7", "", "y")}, 1, 0, 0},
		"by the live name":             {[]*registry.Identity{workflow("n8n/a", "", "A", "x")}, []*registry.Identity{workflow("n8n/b", "", "A", "y")}, 1, 0, 0},
		"by its old name":              {[]*registry.Identity{workflow("n8n/a", "", "", "x")}, []*registry.Identity{workflow("n8n/b", "", "a", "y")}, 1, 0, 0},
		"by all that is declared":      {[]*registry.Identity{workflow("n8n/a", "", "", "x")}, []*registry.Identity{workflow("n8n/b", "", "", "x")}, 1, 0, 0},
		"not where all is other":       {[]*registry.Identity{workflow("n8n/a", "", "", "x")}, []*registry.Identity{workflow("n8n/b", "", "", "y")}, 0, 1, 1},
		"not in another tenant":        {[]*registry.Identity{workflow("n8n/a", "7", "", "x")}, []*registry.Identity{workflow("m8m/a", "7", "", "x")}, 0, 1, 1},
		"not where two could be meant": {[]*registry.Identity{workflow("n8n/a", "", "", "x")}, []*registry.Identity{workflow("n8n/b", "", "", "x"), workflow("n8n/c", "", "", "x")}, 0, 2, 1},
	} {
		t.Run(name, func(t *testing.T) {
			c := compared(of(nil, tc.base...), of(nil, tc.head...))
			if len(c.Kept) != tc.kept || len(c.Added) != tc.added || len(c.Removed) != tc.removed {
				t.Errorf("%d are kept, %d added, %d removed; want %d, %d, %d",
					len(c.Kept), len(c.Added), len(c.Removed), tc.kept, tc.added, tc.removed)
			}
		})
	}
}

func TestAnEntryThatCannotBeReadIsNotRemoved(t *testing.T) {
	broken := []registry.Problem{{Rule: "integrity/schema", Identity: "n8n/a", Message: "no CUE"}}
	if c := compared(of(nil, &registry.Identity{ID: "n8n/a"}), of(broken)); len(c.Removed) > 0 {
		t.Error("an identity whose file is broken counts as removed")
	}
}

func TestAChangeIsToldByWhatIsDeclared(t *testing.T) {
	a := &registry.Identity{ID: "n8n/a", Scopes: []string{"x"}}
	for _, tc := range []struct {
		head *registry.Identity
		want bool
	}{
		{&registry.Identity{ID: "n8n/a", Scopes: []string{"x"}}, false},
		{&registry.Identity{ID: "n8n/a", Scopes: []string{"y"}}, true},
		{&registry.Identity{ID: "n8n/a", Scopes: []string{"x"}, Retired: &registry.Retirement{}}, true},
	} {
		if got := (lint.Pair{Base: a, Head: tc.head}).Changed(); got != tc.want {
			t.Errorf("changed is %v of %+v, want %v", got, tc.head, tc.want)
		}
	}
}

func TestOnlyWhatAChangeAddsIsAFinding(t *testing.T) {
	live := registry.Live{ID: "7"}
	base := of(nil, &registry.Identity{ID: "n8n/old"}, &registry.Identity{ID: "n8n/was", Live: live})
	head := of(nil, &registry.Identity{ID: "n8n/old"}, &registry.Identity{ID: "n8n/is", Live: live}, &registry.Identity{ID: "n8n/new"})
	quoted := noPurpose
	quoted.Each = func(p *lint.Pass, id *registry.Identity) {
		p.Report(lint.Finding{Identity: id.ID, Field: "purpose", Message: `workflow "` + id.ID + `" has no purpose; add one`})
	}
	res := lint.RunChange([]lint.Rule{quoted}, lint.Pass{Base: base, Head: head, Now: now})
	if diff := cmp.Diff([]string{"warning purpose/missing n8n/new"}, blamed(res)); diff != "" {
		t.Errorf("what the change adds (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(lint.Counts{Identities: 3, Rules: 1, Warnings: 1, Before: 2}, res.Counts); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

func TestOneGapIsOneFinding(t *testing.T) {
	problems := []registry.Problem{{Rule: "integrity/schema", Identity: "n8n/a", Field: "purpose", Message: "is empty"}}
	schema := lint.Rule{ID: "integrity/schema", Severity: lint.Error, Check: func(p *lint.Pass) {
		p.Report(lint.Finding{Identity: "n8n/a", Field: "purpose", Message: "is empty"})
	}}
	owner := lint.Rule{ID: "integrity/dangling-reference", Severity: lint.Error, Each: func(p *lint.Pass, id *registry.Identity) {
		p.Report(lint.Finding{Identity: id.ID, Field: "purpose"})
		p.Report(lint.Finding{Identity: id.ID, Field: "owner"})
		p.Report(lint.Finding{Identity: id.ID})
	}}
	head := of(problems, &registry.Identity{ID: "n8n/a"}, &registry.Identity{ID: "n8n/b"})
	res := lint.Run([]lint.Rule{schema, owner, noPurpose}, lint.Pass{Head: head, Now: now})
	said := map[string]int{}
	for _, f := range res.Findings {
		said[f.Identity+" "+f.Field]++
	}
	want := map[string]int{"n8n/a purpose": 1, "n8n/a owner": 1, "n8n/a ": 1, "n8n/b purpose": 2, "n8n/b owner": 1, "n8n/b ": 1}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("findings by field; the schema has said what is wrong with n8n/a purpose (-want +got):\n%s", diff)
	}
}
