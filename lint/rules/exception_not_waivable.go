package rules

import (
	"fmt"

	"github.com/rollcall-dev/rollcall/lint"
)

var _ = register(lint.Rule{
	ID:       "exception/not-waivable",
	Severity: lint.Error,
	Controls: []string{"NIST CSF 2.0 PR.AA-05", "NIST AI RMF 1.0 GOVERN 1.4"},
	Check:    notWaivable,
	Doc: `no exception is for a rule that may not be waived

# What
An exception names a rule that may not be waived, or policy sets such a rule
lower than an error. Neither has any effect.

# Why
Some rules protect the judging itself. Who reads the exception believes that it
holds; that it does not has to be said. NIST AI RMF GOVERN 1.4 asks for policies
that can be seen, NIST CSF 2.0 PR.AA-05 (formerly PR.AC-4) that they are
enforced.

# Before
	rule: "integrity/hostile"

# After
	// registry/exceptions/big-file.cue is removed

# How to mend
Remove the exception, or the line in policy, and mend what the rule found.
`,
})

func notWaivable(p *lint.Pass) {
	for _, ex := range p.Head.Exceptions {
		if r, ok := ruleOf(p, ex.Rule); !ok || r.Waivable {
			continue
		}
		p.Report(lint.Finding{
			Entry:    lint.EntryException,
			Identity: ex.ID,
			Field:    "rule",
			Value:    ex.Rule,
			Pos:      ex.Pos("rule"),
			Message:  fmt.Sprintf("exception %q is for rule %q, which cannot be waived; remove its file and mend what the rule finds", ex.ID, ex.Rule),
		})
	}
	policy := p.Head.Policy
	for _, id := range sortedKeys(policy.Rules) {
		severity := policy.Rules[id].Severity
		r, ok := ruleOf(p, id)
		if !ok || r.Waivable || r.Severity != lint.Error || severity == "" || severity == string(lint.Error) {
			continue
		}
		field := fmt.Sprintf("rules.%q.severity", id)
		p.Report(lint.Finding{
			Entry:   lint.EntryPolicy,
			Field:   field,
			Value:   severity,
			Pos:     policy.Pos(field),
			Message: fmt.Sprintf("policy sets %q to %q, but that rule cannot be %s; remove the line", id, severity, lowered(severity)),
		})
	}
}

// lowered says what a severity would do to a rule that is an error.
func lowered(severity string) string {
	if severity == "off" {
		return "switched off"
	}
	return "lowered"
}
