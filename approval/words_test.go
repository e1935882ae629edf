package approval

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cedar-policy/cedar-go/types"
	"pgregory.net/rapid"
)

// askedOf asks what a condition besides one approval hides.
func askedOf(t *testing.T, condition string) string {
	t.Helper()
	context := strings.Replace(schemaText, "reason: String,", "reason: String, amount: Long, marks: Set<String>,", 1)
	text := "permit (principal is identity, action == Action::\"grant\", resource is account) when { context.approvals == 1 && " + condition + " };" + noSelf
	one, _ := ask(acme(), mustReadIn(t, context, text), "prod/a")
	switch {
	case one.Permitted != nil:
		return "permitted"
	case one.Unknown != "":
		return "unknown"
	}
	return "no"
}

func TestNoConditionHidesASingleApprover(t *testing.T) {
	for condition, want := range map[string]string{
		`context.reason like "INC-*" && context.reason != "INC-"`:                                                "permitted",
		`context.reason like "INC-*" && context.reason like "*-URGENT"`:                                          "permitted",
		`context.reason like "INC-*" && context.reason like "*a*b*" && !(context.reason like "INC-a*")`:          "permitted",
		`context.reason like "*n*" && !(context.reason like "*any*")`:                                            "permitted",
		`!(context.reason like "*n*")`:                                                                           "permitted",
		`context.reason like "a\\*\u{e9}*" && context.reason != "a*\u{e9}"`:                                      "permitted",
		`context.reason like "INC-*" && context.reason like "CHG-*"`:                                             "no",
		`context.reason like "INC-*" && !(context.reason like "INC*")`:                                           "no",
		`context.reason == "INC-1" && !(context.reason like "INC-*")`:                                            "no",
		`context.amount > 3 && context.amount < 5`:                                                               "permitted",
		`context.amount + 7 == 100`:                                                                              "unknown",
		`context.amount * 3 - 1 == 200`:                                                                          "unknown",
		`-context.amount == 77777`:                                                                               "unknown",
		`context.approvals + 1 == 7`:                                                                             "no",
		`context.marks.contains("a") && !context.marks.contains("b")`:                                            "permitted",
		`context.marks.containsAll(["a", "b"])`:                                                                  "permitted",
		`context.marks == ["a", "b"]`:                                                                            "permitted",
		`context.marks.containsAll(["a", "b"]) && !context.marks.contains("c")`:                                  "permitted",
		`context.marks.containsAll(["a", "b"]) && !context.marks.contains("c") && context.reason == ""`:          "permitted",
		`context.marks.containsAll(["a", "b"]) && context.marks.contains("d") && !context.marks.contains("c")`:   "unknown",
		`context.marks.contains("a") && context.marks.contains("b") && !context.marks.contains("c")`:             "unknown",
		`context.marks.contains("a") && context.approvers.containsAll(principal.bots) && context.approvals == 2`: "no",
	} {
		if got := askedOf(t, condition); got != want {
			t.Errorf("%s: a single approver is %s, want %s", condition, got, want)
		}
	}
}

// TestWordsTellPatternsApartAsTextsDo compares with all short texts.
func TestWordsTellPatternsApartAsTextsDo(t *testing.T) {
	var every []types.String
	for _, a := range []string{"", "a", "b", "*", "c"} {
		for _, b := range []string{"", "a", "b", "*", "c"} {
			for _, c := range []string{"", "a", "b", "*", "c"} {
				for _, d := range []string{"", "a", "b", "*", "c"} {
					every = append(every, types.String(a+b+c+d))
				}
			}
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("ab*")), 0, 3, -1)
		texts := []types.String{types.String(text.Draw(r, "text"))}
		var patterns []types.Pattern
		for range rapid.IntRange(1, 3).Draw(r, "patterns") {
			var parts []any
			for range rapid.IntRange(1, 3).Draw(r, "parts") {
				if rapid.Bool().Draw(r, "star") {
					parts = append(parts, types.Wildcard{})
				}
				parts = append(parts, text.Draw(r, "part"))
			}
			patterns = append(patterns, types.NewPattern(parts...))
		}
		takes := func(word types.String) string {
			told := fmt.Sprint(word == texts[0])
			for _, p := range patterns {
				told += fmt.Sprint(p.Match(word))
			}
			return told
		}
		all, ok := words(texts, patterns)
		found := map[string]bool{}
		for _, word := range all {
			if found[takes(word)] {
				r.Errorf("%q is one more of its sort", word)
			}
			found[takes(word)] = true
		}
		for _, word := range every {
			if !found[takes(word)] || !ok {
				r.Errorf("of the sort of %q there is none in %q", word, all)
			}
		}
	})
}

func TestPatternsWithoutEndAreUnknown(t *testing.T) {
	var b strings.Builder
	for i := range 60 {
		fmt.Fprintf(&b, "context.reason like \"*%c%c*%d*\" && ", 'a'+i%26, 'a'+i/3, i)
	}
	if got := askedOf(t, "("+b.String()+"false)"); got != "unknown" {
		t.Errorf("a single approver is %s", got)
	}
}
