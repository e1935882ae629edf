package rules

import (
	"fmt"
	"time"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "exception/too-long",
	Severity: lint.Error,
	Controls: []string{"NIST CSF 2.0 PR.AA-05", "NIST AI RMF 1.0 GOVERN 1.4"},
	Check:    exceptionTooLong,
	Doc: `an exception ends within the time that policy allows

# What
The end of an exception is further away than policy allows.

# Why
An exception without a near end is a second policy that nobody wrote. NIST AI RMF
GOVERN 1.4 asks for policies that can be seen, NIST CSF 2.0 PR.AA-05 (formerly
PR.AC-4) that they are enforced.

# Before
	until: "2036-12-31"

# After
	until: "2027-02-22"

# How to mend
Set the day that the message names, or one before it, and ask again if that is
not enough.

# How to configure
exceptions: maxDuration: "90d" in registry/policy.cue. Without it there is no
limit.
`,
})

func exceptionTooLong(p *lint.Pass) {
	limit := p.Policy().Exceptions.MaxDuration
	if limit == nil {
		return
	}
	last := registry.Date(p.Now.UTC().Add(time.Duration(*limit)).Format(time.DateOnly))
	for _, ex := range p.Head.Exceptions {
		if ex.Until <= last {
			continue
		}
		p.Report(lint.Finding{
			Entry:    lint.EntryException,
			Identity: ex.ID,
			Field:    "until",
			Value:    string(ex.Until),
			Pos:      ex.Pos("until"),
			Message: fmt.Sprintf("exception %q for %q ends on %q, later than the %s that policy allows; set until: %q or earlier",
				ex.ID, ex.Rule, ex.Until, *limit, last),
			Edit: replace(ex, "until", string(last)),
		})
	}
}
