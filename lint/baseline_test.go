package lint_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var baselineRules = []lint.Rule{noPurpose, {ID: "integrity/hostile", Severity: lint.Error, Strict: true}}

func at(line int, rule, identity string) lint.Finding {
	return lint.Finding{Rule: rule, Severity: lint.Error, Identity: identity, Field: "purpose", Pos: registry.Pos{File: "x.cue", Line: line}}
}

func TestABaselineAcceptsWhatIsFoundTodayAndNothingElse(t *testing.T) {
	today := lint.Result{Findings: []lint.Finding{at(3, noPurpose.ID, "n8n/a"), at(9, noPurpose.ID, "n8n/b")}}
	written, _ := lint.NewBaseline(baselineRules, today)
	b, err := lint.ReadBaseline(written.Text())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(written, b); diff != "" {
		t.Errorf("the file does not hold what was accepted (-written +read):\n%s", diff)
	}
	res := lint.Result{Findings: []lint.Finding{at(30, noPurpose.ID, "n8n/a"), at(31, noPurpose.ID, "n8n/a"), at(40, noPurpose.ID, "n8n/c")}}
	res.Accept(baselineRules, b)
	if diff := cmp.Diff([]lint.Finding{at(31, noPurpose.ID, "n8n/a"), at(40, noPurpose.ID, "n8n/c")}, res.Findings); diff != "" {
		t.Errorf("findings that stand (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]lint.Finding{at(30, noPurpose.ID, "n8n/a")}, res.Accepted); diff != "" {
		t.Errorf("a finding that only moved is not accepted (-want +got):\n%s", diff)
	}
	if len(res.Outdated) != 1 || res.Outdated[0].Identity != "n8n/b" {
		t.Errorf("what was mended is not said: %v", res.Outdated)
	}
	if diff := cmp.Diff(lint.Counts{Errors: 2, Accepted: 1, Outdated: 1}, res.Counts); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

func TestNoBaselineAcceptsWhatStrictRulesFind(t *testing.T) {
	hostile := at(1, "integrity/hostile", "n8n/a")
	b, left := lint.NewBaseline(baselineRules, lint.Result{Findings: []lint.Finding{hostile}})
	if len(b.Findings) > 0 || len(left) != 1 {
		t.Errorf("the baseline accepts %v and leaves %v", b.Findings, left)
	}
	b.Findings = []lint.Accepted{{Fingerprint: hostile.Fingerprint()}} // written by hand
	res := lint.Result{Findings: []lint.Finding{hostile}}
	res.Accept(baselineRules, b)
	if res.Counts.Errors != 1 {
		t.Error("a baseline that was written by hand accepts a hostile file")
	}
}

func TestABaselineThatCannotBeReadIsAnError(t *testing.T) {
	for text, want := range map[string]string{
		"":              "unexpected end",
		`{"version":2}`: "its version is 2, and this rollcall reads version 1; write it again",
		`{"version":1,"findings":[{"rule":"a/b"}]}`: "finding 1 has no fingerprint",
	} {
		if _, err := lint.ReadBaseline([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("baseline %q reads as %v; want %q", text, err, want)
		}
	}
}
