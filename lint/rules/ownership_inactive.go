package rules

import (
	"fmt"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "ownership/inactive",
	Severity: lint.Error,
	Controls: []string{"NHI1:2025", "NIST CSF 2.0 PR.AA-01", "NIST AI RMF 1.0 GOVERN 2.1"},
	Waivable: true,
	Each:     ownerInactive,
	Local:    true,
	Check:    tenantOwnerInactive,
	Doc: `owner and backup are still here

# What
The owner or the backup of an identity or a tenant is a person who has left, or
a team in which nobody is active any more.

# Why
People leave, and what they built goes on with their authority: OWASP NHI1:2025
Improper Offboarding. NIST AI RMF GOVERN 2.1 asks that it is clear who is
responsible, and NIST CSF 2.0 PR.AA-01 that identities are managed.

# Before
	// organisation.cue: people: dana: left: "2026-08-31"
	owner: "person/dana"

# After
	owner: "person/sam"

# How to mend
Hand the identity over: name who answers for it now, or add an active member to
the team. If nobody answers for it, retire it.
`,
})

func ownerInactive(p *lint.Pass, id *registry.Identity) {
	if gone(id) {
		return
	}
	for _, f := range inactive(p, func() string { return named(id) }, id.Owner, id.Backup) {
		f.Identity = id.ID
		p.Report(f)
	}
}

func tenantOwnerInactive(p *lint.Pass) {
	for _, t := range p.Head.Tenants {
		for _, f := range inactive(p, func() string { return fmt.Sprintf("tenant %q", t.ID) }, t.Owner, t.Backup) {
			f.Entry, f.Identity = lint.EntryTenant, t.ID
			p.Report(f)
		}
	}
}

func inactive(p *lint.Pass, who func() string, owner, backup string) (found []lint.Finding) {
	o := p.Organisation()
	for _, f := range []struct{ field, ref string }{{"owner", owner}, {"backup", backup}} {
		if !o.Knows(f.ref) || o.Active(f.ref, p.Today()) {
			continue
		}
		found = append(found, lint.Finding{
			Field:   f.field,
			Value:   f.ref,
			Message: fmt.Sprintf("%s has %s %q, %s", who(), f.field, f.ref, whyInactive(o, f.ref, f.field)),
		})
	}
	return found
}

// whyInactive says why nobody is behind a reference and what to do about it.
func whyInactive(o *registry.Organisation, ref, field string) string {
	if person, ok := personOf(o, ref); ok {
		return fmt.Sprintf("who left on %q; name a person or a team that is still here", person.Left)
	}
	return fmt.Sprintf("which has no active member; add one in registry/organisation.cue, or name another %s", field)
}
