package rules

import (
	"fmt"

	"github.com/rollcall-dev/rollcall/lint"
)

var _ = register(lint.Rule{
	ID:       "exception/expired",
	Severity: lint.Error,
	Controls: []string{"NIST CSF 2.0 PR.AA-05", "NIST AI RMF 1.0 GOVERN 1.4"},
	Check:    exceptionExpired,
	Doc: `an exception that has ended is taken away

# What
An exception is past its end. It silences nothing any more.

# Why
An end is a promise that the cause is gone by then. Whether it was kept has to be
looked at: NIST CSF 2.0 PR.AA-05 (formerly PR.AC-4) and NIST AI RMF GOVERN 1.4 ask
that what policy allows is managed in the open.

# Before
	until: "2026-10-31"

# After
	// registry/exceptions/legacy-scope.cue is removed

# How to mend
Mend what it was for and remove its file, or have a new end approved.
`,
})

func exceptionExpired(p *lint.Pass) {
	for _, ex := range p.Head.Exceptions {
		if ex.Until == "" || p.Now.Before(ex.Until.End()) {
			continue // without a day it was refused, which is told already
		}
		p.Report(lint.Finding{
			Entry:    lint.EntryException,
			Identity: ex.ID,
			Field:    "until",
			Value:    string(ex.Until),
			Pos:      ex.Pos("until"),
			Message:  fmt.Sprintf("exception %q for %q ended on %q; remove it, or have a new end approved", ex.ID, ex.Rule, ex.Until),
		})
	}
}
