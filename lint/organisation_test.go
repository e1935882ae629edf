package lint

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
)

// own is a registry with one rule of its own, which one identity breaks.
func own(severity string, waivable bool) (*registry.Snapshot, Pass) {
	s := registry.Build(registry.Snapshot{
		Policy:     &registry.Policy{Rules: map[string]registry.RulePolicy{}},
		Identities: []*registry.Identity{{ID: "t/one"}, {ID: "t/two"}},
		Rules:      []*registry.OrganisationRule{{ID: "acme/x", Severity: severity, Message: "mend it", Must: "{\n\t\tbackup: _\n\t}", Waivable: waivable}},
		Exceptions: []*registry.Exception{{ID: "first", Rule: "acme/x", Identities: []string{"t/two"}, Until: "2027-01-31"}},
	})
	return s, Pass{Head: s, Now: time.Date(2027, 1, 15, 12, 0, 0, 0, time.UTC), Rulings: map[*registry.Snapshot]registry.Ruling{
		s: {Breaches: []registry.Breach{
			{Rule: "acme/x", Identity: "t/one", Field: "backup", Message: "has no backup; mend it"},
			{Rule: "acme/x", Identity: "t/two", Field: "backup", Message: "has no backup; mend it"},
		}},
	}}
}

func TestAnOrganisationsRuleIsOneLikeOurs(t *testing.T) {
	s, pass := own("error", true)
	res := Run(OrganisationRules(s), pass)
	if len(res.Findings) != 1 || res.Findings[0].Identity != "t/one" || res.Findings[0].Severity != Error || len(res.Silenced) != 1 {
		t.Errorf("its exception and its severity do not count: %+v", res)
	}
	s.Policy.Rules["acme/x"] = registry.RulePolicy{Severity: "notice"}
	if res := Run(OrganisationRules(s), pass); res.Counts.Notices != 1 {
		t.Errorf("policy does not set its severity: %+v", res.Counts)
	}
	s.Policy.Rules["acme/x"] = registry.RulePolicy{Severity: "off"}
	if res := Run(OrganisationRules(s), pass); len(res.Findings) != 0 || res.Counts.Skipped != 1 {
		t.Errorf("policy does not switch it off: %+v", res)
	}
}

func TestAnOrganisationsRuleThatMayNotBeWaivedStands(t *testing.T) {
	s, pass := own("error", false)
	s.Policy.Rules["acme/x"] = registry.RulePolicy{Severity: "off"}
	if res := Run(OrganisationRules(s), pass); res.Counts.Errors != 2 || len(res.Silenced) != 0 {
		t.Errorf("it is waived, or switched off: %+v", res)
	}
}

func TestARuleWhoseSeverityCannotBeReadIsAnError(t *testing.T) {
	s, pass := own("", true)
	if res := Run(OrganisationRules(s), pass); res.Counts.Errors != 1 {
		t.Errorf("it is none: %+v", res.Counts)
	}
}

func TestRulesThatWereNotEvaluatedAreSaidToBeSkipped(t *testing.T) {
	s, pass := own("error", true)
	pass.Rulings = nil
	res := Run(OrganisationRules(s), pass)
	if len(res.Skipped) != 1 || res.Counts.Rules != 0 {
		t.Errorf("it passes unseen: %+v", res)
	}
}

func TestWhatBrokeARuleBeforeAChangeDoesNotBlockIt(t *testing.T) {
	base, pass := own("error", true)
	head := registry.Build(*base)
	pass.Base, pass.Head = base, head
	was := pass.Rulings[base]
	pass.Rulings[head] = registry.Ruling{Breaches: append(slices.Clone(was.Breaches),
		registry.Breach{Rule: "acme/x", Identity: "t/one", Field: "tier", Message: "new"})}
	res := RunChange(OrganisationRules(base), pass)
	if len(res.Findings) != 1 || res.Findings[0].Message != "new" || len(res.Before) != 1 {
		t.Errorf("the change adds %+v, and before it there was %+v", res.Findings, res.Before)
	}
}

func TestThePageOfAnOrganisationsRuleShowsItsConstraints(t *testing.T) {
	s, _ := own("error", true)
	doc := OrganisationRules(s)[0].Doc
	for _, want := range []string{"mend it\n\n# What\n", "\t{\n\t\tbackup: _\n\t}\n", "\n# Why\n", "\n# How to mend\n"} {
		if !strings.Contains(doc, want) {
			t.Errorf("the page has no %q:\n%s", want, doc)
		}
	}
}
