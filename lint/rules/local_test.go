package rules

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

// twins is a snapshot that shares no identity with the one it is a copy of.
func twins(s *registry.Snapshot) *registry.Snapshot {
	c := *s
	c.Identities = nil
	for _, id := range s.Identities {
		twin := *id
		c.Identities = append(c.Identities, &twin)
	}
	return registry.Build(c)
}

// TestWhatAChangeLeavesAloneIsJudgedTheSame changes the registry of each golden
// at random and judges the change twice: with identities that both sides
// share, which are judged once, and with sides that share nothing.
func TestWhatAChangeLeavesAloneIsJudgedTheSame(t *testing.T) {
	registries := map[string]*registry.Snapshot{}
	for _, rule := range All() {
		s, err := registry.Load(files(t, archive(t, common), archive(t, golden(rule.ID))), "")
		if err != nil {
			t.Fatal(err)
		}
		registries[rule.ID] = s
	}
	rapid.Check(t, func(t *rapid.T) {
		rule := rapid.SampledFrom(sortedKeys(registries)).Draw(t, "rule")
		base := registries[rule]
		head := *base
		head.Identities = slices.Clone(base.Identities)
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			if len(head.Identities) == 0 {
				break
			}
			i := rapid.IntRange(0, len(head.Identities)-1).Draw(t, "identity")
			id := *head.Identities[i]
			switch rapid.IntRange(0, 4).Draw(t, "change") {
			case 0:
				head.Identities = slices.Delete(head.Identities, i, i+1)
				continue
			case 1:
				id.Owner = rapid.SampledFrom([]string{"person/dana", "person/nobody", ""}).Draw(t, "owner")
			case 2:
				id.State = rapid.SampledFrom([]registry.State{registry.Active, registry.Retired}).Draw(t, "state")
			case 3:
				id.Uses = append(slices.Clone(id.Uses), rapid.SampledFrom(head.Identities).Draw(t, "used").ID)
			case 4:
				id.Purpose, id.Department = "tbd", "nowhere"
			}
			head.Identities[i] = &id
		}
		if len(head.Tenants) > 0 && rapid.Bool().Draw(t, "tenant") {
			tenant := *head.Tenants[0]
			tenant.Departments, tenant.Environment = []string{"sales", "nowhere"}, "elsewhere"
			head.Tenants = append([]*registry.Tenant{&tenant}, head.Tenants[1:]...)
		}
		shared := registry.Build(head)
		judge := func(head *registry.Snapshot) lint.Result {
			return lint.RunChange(All(), lint.Pass{Base: base, Head: head, Now: today})
		}
		if diff := cmp.Diff(judge(twins(shared)), judge(shared), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("the registry of rule %s, changed (-each side judged by itself +what is the same judged once):\n%s", rule, diff)
		}
	})
}

// TestLocalRulesLookAtNothingElse gives the local rules an identity and its
// tenant, and nothing besides, in place of the registry.
func TestLocalRulesLookAtNothingElse(t *testing.T) {
	var local []lint.Rule
	for _, r := range All() {
		if r.Local {
			r.Check = nil
			local = append(local, r)
		}
	}
	if len(local) == 0 {
		t.Fatal("no rule is local")
	}
	for _, rule := range All() {
		fsys := files(t, archive(t, common), archive(t, golden(rule.ID)))
		law, err := registry.Load(fsys, "")
		if err != nil {
			t.Fatal(err)
		}
		var alone []lint.Finding
		for _, id := range law.Identities {
			head := registry.Snapshot{Identities: []*registry.Identity{id}, Problems: law.Problems}
			if tenant := law.Tenant(id.Tenant()); tenant != nil {
				head.Tenants = []*registry.Tenant{tenant}
			}
			alone = append(alone, lint.Run(local, lint.Pass{Base: law, Head: registry.Build(head), Now: today}).Findings...)
		}
		whole := lint.Run(local, lint.Pass{Base: law, Head: law, Now: today}).Findings
		byMessage := cmpopts.SortSlices(func(a, b lint.Finding) bool { return a.Rule+a.Message < b.Rule+b.Message })
		if diff := cmp.Diff(whole, alone, byMessage, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("the registry of %s (-whole +one identity at a time):\n%s", rule.ID, diff)
		}
	}
}
