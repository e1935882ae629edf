package rules

import (
	"slices"
	"testing"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

func TestWhatWasThereBeforeHidesNoPowerThatAChangeAdds(t *testing.T) {
	step := func(operation string) registry.Step {
		return registry.Step{App: "okta", Operation: operation, Effect: "grant"}
	}
	judged := func(steps ...registry.Step) *registry.Snapshot {
		s, err := registry.Load(files(t, archive(t, common)), "")
		if err != nil {
			t.Fatal(err)
		}
		s.Identities = append(s.Identities, &registry.Identity{ID: "n8n-prod/grows", Kind: registry.Workflow, Tier: "read-only", State: "active", Steps: steps})
		return registry.Build(*s)
	}
	base := judged(step("group:addUser"))
	for name, tt := range map[string]struct {
		head *registry.Snapshot
		adds string // the step that is new, if any
	}{
		"a step behind":       {judged(step("group:addUser"), step("user:create")), "user:create"},
		"a step in front":     {judged(step("user:create"), step("group:addUser")), "user:create"},
		"the same step again": {judged(step("group:addUser"), step("group:addUser")), ""},
	} {
		for _, id := range []string{"approval/missing", "tier/understated"} {
			rule, err := Find(id)
			if err != nil {
				t.Fatal(err)
			}
			res := lint.RunChange([]lint.Rule{rule}, lint.Pass{Base: base, Head: tt.head, Now: today})
			var added []string
			for _, f := range res.Findings {
				added = append(added, f.Value)
			}
			if want := slices.DeleteFunc([]string{tt.adds}, func(s string) bool { return s == "" }); !slices.Equal(added, want) {
				t.Errorf("%s: %s finds %q new, want %q", name, id, added, want)
			}
		}
	}
}
