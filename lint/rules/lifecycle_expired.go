package rules

import (
	"fmt"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "lifecycle/expired",
	Severity: lint.Error,
	Controls: []string{"NHI1:2025", "NIST CSF 2.0 PR.AA-01", "NIST CSF 2.0 ID.AM-08"},
	Waivable: true,
	Each:     expired,
	Local:    true,
	Doc: `what has expired is not active

# What
The expiry of an identity has passed, and its state is still "active".

# Why
On the day of its expiry somebody was to decide whether it is still needed, and
nobody did. It goes on acting with nobody's consent: OWASP NHI1:2025 Improper
Offboarding. NIST CSF 2.0 ID.AM-08 asks that what an organisation runs is managed
through its whole life.

# Before
	state:   "active"
	expires: "2026-10-31"

# After
	state:   "retired"
	expires: "2026-10-31"
	retired: {on: "2026-11-24", reason: "finance closed the report", by: "person/dana"}

# How to mend
Renew it: set a new expiry, and recertified with today and your name. Or retire
it. Which of the two is for its owner to say, so that nothing is mended by
itself.
`,
})

func expired(p *lint.Pass, id *registry.Identity) {
	end := id.Expires.End()
	if id.State != registry.Active || end.IsZero() || p.Now.Before(end) {
		return
	}
	p.Report(lint.Finding{
		Identity: id.ID,
		Field:    "expires",
		Value:    string(id.Expires),
		Message: fmt.Sprintf(`%s expired on %q and is still active; %s`,
			named(id), id.Expires, renewOrRetire(p)),
	})
}

// renewOrRetire is the way out of an expiry that is near or past.
func renewOrRetire(p *lint.Pass) string {
	return fmt.Sprintf(`set a later expires and recertified: {on: %q, by: "person/…"}, or retire it: state: "retired", retired: {on: %q, reason: "…", by: "person/…"}`,
		p.Today(), p.Today())
}
