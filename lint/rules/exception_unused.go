package rules

import (
	"fmt"
	"slices"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "exception/unused",
	Severity: lint.Warning,
	Controls: []string{"NIST CSF 2.0 PR.AA-05", "NIST AI RMF 1.0 GOVERN 1.4"},
	Needs:    lint.NeedsOutcome,
	Check:    exceptionUnused,
	Doc: `an exception silences something

# What
An exception that has not ended silences nothing: what it was for is mended, or it
names something else than what is wrong.

# Why
Left in place, it lets the same mistake come back unseen. NIST AI RMF GOVERN 1.4
asks for policies that can be seen, NIST CSF 2.0 PR.AA-05 (formerly PR.AC-4) that
they are managed.

# Before
	rule:       "privilege/wildcard-scope"
	identities: ["n8n-prod/crm"] // whose scopes are mended

# After
	// registry/exceptions/crm-scopes.cue is removed

# How to mend
Remove its file.
`,
})

func exceptionUnused(p *lint.Pass) {
	for _, ex := range p.Head.Exceptions {
		counts := slices.ContainsFunc(p.Exceptions(), func(other *registry.Exception) bool { return other.ID == ex.ID })
		if !counts || !p.Ran(ex.Rule) || p.Silences(ex.ID) > 0 || !p.Now.Before(ex.Until.End()) {
			continue
		}
		if r, ok := ruleOf(p, ex.Rule); ok && !r.Waivable {
			continue // exception/not-waivable says so
		}
		p.Report(lint.Finding{
			Entry:    lint.EntryException,
			Identity: ex.ID,
			Value:    ex.Rule,
			Pos:      ex.Pos(""),
			Message:  fmt.Sprintf("exception %q for %q silences nothing; remove its file", ex.ID, ex.Rule),
		})
	}
}
