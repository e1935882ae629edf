package lint_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// noPurpose is a small rule to try the engine with.
var noPurpose = lint.Rule{
	ID:       "purpose/missing",
	Severity: lint.Warning,
	Controls: []string{"NHI1:2025"},
	Waivable: true,
	Each: func(p *lint.Pass, id *registry.Identity) {
		if id.Purpose == "" {
			p.Report(lint.Finding{Identity: id.ID, Field: "purpose", Message: id.ID + " has no purpose; add one"})
		}
	},
}

func snapshot(policy map[string]registry.RulePolicy, exceptions ...*registry.Exception) *registry.Snapshot {
	return registry.Build(registry.Snapshot{
		Policy:     &registry.Policy{Rules: policy},
		Exceptions: exceptions,
		Tenants:    []*registry.Tenant{{ID: "n8n-prod"}, {ID: "n8n-test"}},
		Identities: []*registry.Identity{{ID: "n8n-prod/a"}, {ID: "n8n-prod/b", Purpose: "known"}, {ID: "n8n-test/c"}},
	})
}

func blamed(res lint.Result) (ids []string) {
	for _, f := range res.Findings {
		ids = append(ids, fmt.Sprintf("%s %s %s", f.Severity, f.Rule, f.Identity))
	}
	return ids
}

func TestReportFillsInWhatTheRuleLeavesOut(t *testing.T) {
	res := lint.Run([]lint.Rule{noPurpose}, lint.Pass{Head: snapshot(nil), Now: now})
	want := []string{"warning purpose/missing n8n-prod/a", "warning purpose/missing n8n-test/c"}
	if diff := cmp.Diff(want, blamed(res)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(noPurpose.Controls, res.Findings[0].Controls); diff != "" {
		t.Errorf("controls of the rule are not on its finding (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(lint.Counts{Identities: 3, Rules: 1, Warnings: 2}, res.Counts); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

func TestPolicySetsTheSeverityOfARule(t *testing.T) {
	res := lint.Run([]lint.Rule{noPurpose}, lint.Pass{
		Head: snapshot(map[string]registry.RulePolicy{noPurpose.ID: {Severity: "error"}}), Now: now,
	})
	if res.Counts.Errors != 2 {
		t.Errorf("policy made the rule an error, and %d errors were found of 2", res.Counts.Errors)
	}
}

func TestARuleThatPolicySwitchesOffIsSaidToBeSkipped(t *testing.T) {
	res := lint.Run([]lint.Rule{noPurpose}, lint.Pass{
		Head: snapshot(map[string]registry.RulePolicy{noPurpose.ID: {Severity: "off"}}), Now: now,
	})
	want := []lint.Skipped{{Rule: noPurpose.ID, Why: "switched off by policy"}}
	if diff := cmp.Diff(want, res.Skipped); diff != "" || len(res.Findings) > 0 {
		t.Errorf("%d findings of a rule that is off; skipped (-want +got):\n%s", len(res.Findings), diff)
	}
}

func TestPolicyCannotLowerWhatMayNotBeWaived(t *testing.T) {
	hard := noPurpose
	hard.Waivable, hard.Severity = false, lint.Error
	for _, severity := range []string{"off", "notice"} {
		res := lint.Run([]lint.Rule{hard}, lint.Pass{
			Head: snapshot(map[string]registry.RulePolicy{hard.ID: {Severity: severity}}), Now: now,
		})
		if res.Counts.Errors != 2 {
			t.Errorf("policy says %q to a rule that may not be waived, and %d of 2 errors are left", severity, res.Counts.Errors)
		}
	}
}

func TestRulesWithoutTheirNeedAreSkippedAndSaidToBe(t *testing.T) {
	base, live := noPurpose, noPurpose
	base.ID, base.Needs = "a/base", lint.NeedsBase
	live.ID, live.Needs = "b/live", lint.NeedsLive
	res := lint.Run([]lint.Rule{live, base}, lint.Pass{Head: snapshot(nil), Now: now})
	want := []lint.Skipped{
		{Rule: "a/base", Why: "needs a base to compare with"},
		{Rule: "b/live", Why: "needs a recent observation of the tenants"},
	}
	if diff := cmp.Diff(want, res.Skipped); diff != "" {
		t.Errorf("skipped (-want +got):\n%s", diff)
	}
}

func TestAnExceptionSilencesWhatItNamesUntilItEnds(t *testing.T) {
	rule := noPurpose.ID
	for name, tc := range map[string]struct {
		ex   registry.Exception
		left []string
	}{
		"the identity it names":      {registry.Exception{Rule: rule, Identities: []string{"n8n-prod/a"}, Until: "2026-12-31"}, []string{"n8n-test/c"}},
		"the tenant it names":        {registry.Exception{Rule: rule, Tenant: "n8n-test", Until: "2026-12-31"}, []string{"n8n-prod/a"}},
		"on its last day":            {registry.Exception{Rule: rule, Tenant: "n8n-test", Until: "2026-11-24"}, []string{"n8n-prod/a"}},
		"not the day after":          {registry.Exception{Rule: rule, Tenant: "n8n-test", Until: "2026-11-23"}, []string{"n8n-prod/a", "n8n-test/c"}},
		"not without an end":         {registry.Exception{Rule: rule, Tenant: "n8n-test"}, []string{"n8n-prod/a", "n8n-test/c"}},
		"not another rule":           {registry.Exception{Rule: "purpose/vague", Tenant: "n8n-test", Until: "2026-12-31"}, []string{"n8n-prod/a", "n8n-test/c"}},
		"not a name that starts so":  {registry.Exception{Rule: rule, Tenant: "n8n", Until: "2026-12-31"}, []string{"n8n-prod/a", "n8n-test/c"}},
		"its identities alone":       {registry.Exception{Rule: rule, Identities: []string{"n8n-prod/a"}, Tenant: "n8n-test", Until: "2026-12-31"}, []string{"n8n-test/c"}},
		"nothing if it names nobody": {registry.Exception{Rule: rule, Until: "2026-12-31"}, []string{"n8n-prod/a", "n8n-test/c"}},
	} {
		t.Run(name, func(t *testing.T) {
			tc.ex.ID = "legacy"
			res := lint.Run([]lint.Rule{noPurpose}, lint.Pass{Head: snapshot(nil, &tc.ex), Now: now})
			var left []string
			for _, f := range res.Findings {
				left = append(left, f.Identity)
			}
			if diff := cmp.Diff(tc.left, left); diff != "" {
				t.Errorf("findings that stand (-want +got):\n%s", diff)
			}
			if len(res.Silenced)+len(left) != 2 {
				t.Errorf("%d findings stand and %d are silenced, of 2: one is lost", len(left), len(res.Silenced))
			}
			for _, s := range res.Silenced {
				if s.Exception != "legacy" {
					t.Errorf("finding on %q is silenced by %q, not by the exception that did it", s.Finding.Identity, s.Exception)
				}
			}
		})
	}
}

func TestNoExceptionSilencesWhatMayNotBeWaived(t *testing.T) {
	hard := noPurpose
	hard.Waivable = false
	ex := &registry.Exception{ID: "x", Rule: hard.ID, Tenant: "n8n-test", Until: "2026-12-31"}
	res := lint.Run([]lint.Rule{hard}, lint.Pass{Head: snapshot(nil, ex), Now: now})
	if len(res.Findings) != 2 || len(res.Silenced) != 0 {
		t.Errorf("an exception silenced %d findings of a rule that may not be waived", len(res.Silenced))
	}
}

func TestAChangeCannotBringItsOwnLaw(t *testing.T) {
	off := map[string]registry.RulePolicy{noPurpose.ID: {Severity: "off"}}
	ex := &registry.Exception{ID: "x", Rule: noPurpose.ID, Tenant: "n8n-test", Until: "2026-12-31"}
	res := lint.Run([]lint.Rule{noPurpose}, lint.Pass{Base: snapshot(nil), Head: snapshot(off, ex), Now: now})
	if len(res.Findings) != 2 {
		t.Errorf("a change that brings its own policy and exception has %d findings of 2", len(res.Findings))
	}
}

func TestOutcomeRulesSeeWhatTheExceptionsDid(t *testing.T) {
	ex := &registry.Exception{ID: "legacy", Rule: noPurpose.ID, Tenant: "n8n-prod", Until: "2026-12-31"}
	seen := -1
	last := lint.Rule{ID: "a/first-by-name", Needs: lint.NeedsOutcome, Check: func(p *lint.Pass) {
		seen = p.Silences("legacy")
	}}
	lint.Run([]lint.Rule{last, noPurpose}, lint.Pass{Head: snapshot(nil, ex), Now: now})
	if seen != 1 {
		t.Errorf("the outcome rule saw %d silenced findings, not 1", seen)
	}
}

func TestTheSamePassGivesTheSameResult(t *testing.T) {
	var ids []*registry.Identity
	for i := range 5000 {
		ids = append(ids, &registry.Identity{ID: fmt.Sprintf("n8n-prod/w%04d", 5000-i)})
	}
	head := registry.Build(registry.Snapshot{Identities: ids})
	second := noPurpose
	second.ID = "purpose/again"
	want := lint.Run([]lint.Rule{noPurpose, second}, lint.Pass{Head: head, Now: now})
	if len(want.Findings) != 10000 {
		t.Fatalf("%d findings of 10000: the workers lost some", len(want.Findings))
	}
	for range 5 {
		got := lint.Run([]lint.Rule{second, noPurpose}, lint.Pass{Head: head, Now: now})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("the same registry was judged differently (-first +again):\n%s", strings.SplitAfterN(diff, "\n", 20)[0])
		}
	}
}
