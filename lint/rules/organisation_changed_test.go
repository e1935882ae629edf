package rules

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

// changedRules are what review/policy-changed finds between two files of rules.
func changedRules(t *testing.T, base, head map[string]string) (found []lint.Finding) {
	t.Helper()
	res := lint.RunChange(All(), lint.Pass{Base: withRules(t, base), Head: withRules(t, head), Now: today})
	for _, f := range res.Findings {
		if f.Rule == "review/policy-changed" {
			found = append(found, f)
		}
	}
	return found
}

func TestAChangeOfManyRulesIsOneFinding(t *testing.T) {
	many := func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(ownRule(fmt.Sprintf("acme/r%d", i), true))
		}
		return b.String()
	}
	for n, want := range map[int]int{1: 1, 20: 20, 21: 1, 300: 1} {
		found := changedRules(t, nil, map[string]string{registry.RulesFile: many(n)})
		if len(found) != want {
			t.Errorf("a change that adds %d rules is %d findings, want %d", n, len(found), want)
		}
		if last := found[len(found)-1]; n == 20 && last.Pos.Line != 22 {
			t.Errorf("the last of 20 rules is found at %s", last.Pos)
		}
		if n > 20 && !strings.Contains(found[0].Message, fmt.Sprintf("adds %d, touches 0 and removes 0", n)) {
			t.Errorf("of %d rules it is said: %s", n, found[0].Message)
		}
	}
}

func TestOnlyWhatRulesNameIsSaidToTouchThem(t *testing.T) {
	rules := "_sales: or([for name, p in organisation.people if p.department != _|_ if p.department == \"sales\" {\"person/\\(name)\"}])\n" +
		"rules: \"acme/x\": {severity: \"error\", message: \"mend it\", #must: owner: _sales}\n"
	with := func(policy string) map[string]string {
		return map[string]string{registry.RulesFile: rules, "registry/policy.cue": policy}
	}
	const before = "policy: exceptions: maxDuration: \"90d\"\n"
	for _, f := range changedRules(t, with(before), with("policy: exceptions: maxDuration: \"30d\"\n")) {
		if strings.Contains(f.Message, "made of") {
			t.Errorf("rules that do not name the policy are said to be touched: %s: %s", f.Pos, f.Message)
		}
	}
}
