package rules

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

// withRules is the good registry with files added.
func withRules(t *testing.T, add map[string]string) *registry.Snapshot {
	t.Helper()
	fsys := files(t, archive(t, common), archive(t, "testdata/good.txtar"))
	for name, text := range add {
		fsys[name] = &fstest.MapFile{Data: []byte("package registry\n\n" + text)}
	}
	s, err := registry.Load(fsys, "")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ownRule(id string, waivable bool) string {
	return fmt.Sprintf("rules: %q: {severity: \"error\", message: \"mend it\", waivable: %t, #must: backup: _}\n", id, waivable)
}

func TestNoOrganisationTakesTheIDOfARuleOfOurs(t *testing.T) {
	var all strings.Builder
	for _, r := range All() {
		all.WriteString(ownRule(r.ID, true))
	}
	s := withRules(t, map[string]string{registry.RulesFile: all.String()})
	refused := 0
	for _, p := range s.Problems {
		if p.Pos.File == registry.RulesFile && strings.Contains(p.Message, "as rules of the program do") {
			refused++
		}
	}
	if refused != len(All()) {
		t.Errorf("%d of %d ids are refused; add the group of a new rule to registry's ruleGroups", refused, len(All()))
	}
}

func TestPolicyAndExceptionsMayNameAnOrganisationsRule(t *testing.T) {
	exception := `exceptions: "x": #Exception & {rule: %q, identities: ["n8n-prod/crm"], reason: "it is old", approvedBy: "person/sam", until: "2026-12-31"}` + "\n"
	policy := "policy: {rules: %q: severity: \"warning\", exceptions: maxDuration: \"90d\"}\n"
	found := func(waivable bool, rule string) (all []string) {
		s := withRules(t, map[string]string{
			registry.RulesFile:          ownRule("acme/backs", waivable),
			"registry/exceptions/x.cue": fmt.Sprintf(exception, rule),
			"registry/policy.cue":       fmt.Sprintf(policy, rule),
		})
		res := lint.Run(All(), lint.Pass{Head: s, Now: today})
		for _, f := range res.Findings {
			if f.Value == rule || strings.Contains(f.Message, rule) {
				all = append(all, f.Rule)
			}
		}
		slices.Sort(all)
		return all
	}
	if got := found(true, "acme/backs"); len(got) > 0 {
		t.Errorf("a rule of the registry's own cannot be named: %q", got)
	}
	if got := found(true, "acme/bakcs"); !slices.Equal(got, []string{"integrity/dangling-reference", "integrity/dangling-reference"}) {
		t.Errorf("a rule that is misspelt is found by %q", got)
	}
	if got := found(false, "acme/backs"); !slices.Equal(got, []string{"exception/not-waivable", "exception/not-waivable"}) {
		t.Errorf("a rule that may not be waived is found by %q", got)
	}
}

func TestRulesThatCannotBeJudgedAreAnErrorThatNothingSilences(t *testing.T) {
	base := withRules(t, map[string]string{registry.RulesFile: ownRule("acme/backs", true)})
	head := withRules(t, map[string]string{registry.RulesFile: ownRule("acme/backs", true)})
	problem := registry.Problem{Rule: "integrity/hostile", Pos: registry.Pos{File: registry.RulesFile, Line: 1, Column: 1}, Message: "over the budget"}
	for name, pass := range map[string]lint.Pass{
		"a registry": {Head: head, Now: today},
		"a change":   {Head: head, Base: base, Now: today},
	} {
		pass.Rulings = map[*registry.Snapshot]registry.Ruling{head: {Problems: []registry.Problem{problem}}, base: {}}
		res := lint.RunChange(append(All(), lint.OrganisationRules(head)...), pass)
		if res.Counts.Errors != 1 || res.Findings[0].Rule != "integrity/hostile" {
			t.Errorf("%s passes though nothing was judged: %+v", name, res.Counts)
		}
	}
}
