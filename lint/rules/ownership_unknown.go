package rules

import (
	"fmt"
	"iter"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "ownership/unknown",
	Severity: lint.Error,
	Controls: []string{"NIST CSF 2.0 PR.AA-01", "NIST AI RMF 1.0 GOVERN 2.1"},
	Waivable: true,
	Each:     ownerUnknown,
	Local:    true,
	Check:    tenantOwnerUnknown,
	Doc: `owner and backup are people or teams of the organisation

# What
An identity or a tenant names an owner or a backup that the organisation file
does not have, or names none.

# Why
What nobody answers for is renewed by nobody, is looked at by nobody, and is
still there when the people who made it are not. A name that is no name is the
same as none. NIST CSF 2.0 PR.AA-01 asks that the organisation manages its
identities, and NIST AI RMF GOVERN 2.1 that it is clear who is responsible.

# Before
	owner:  "team/crmm"
	backup: "dana"

# After
	owner:  "team/crm"
	backup: "person/dana"

# How to mend
Write "person/NAME" or "team/NAME" as registry/organisation.cue has them. Who is
new goes into that file first, in a change of its own: a change is judged by the
organisation that was there before it.
`,
})

func ownerUnknown(p *lint.Pass, id *registry.Identity) {
	if gone(id) {
		return
	}
	for _, f := range responsible(owners(p), func() string { return named(id) }, id.Owner, id.Backup) {
		f.Identity = id.ID
		p.Report(f)
	}
}

func tenantOwnerUnknown(p *lint.Pass) {
	for _, t := range p.Head.Tenants {
		for _, f := range responsible(owners(p), func() string { return fmt.Sprintf("tenant %q", t.ID) }, t.Owner, t.Backup) {
			if f.Field == "backup" && t.Backup == "" {
				continue // a tenant may do without
			}
			f.Entry, f.Identity = lint.EntryTenant, t.ID
			p.Report(f)
		}
	}
}

// responsible is what is wrong with the names of those who answer for an entry.
func responsible(known target, who func() string, owner, backup string) (found []lint.Finding) {
	for _, f := range []struct{ field, ref string }{{"owner", owner}, {"backup", backup}} {
		switch {
		case f.ref == "":
			found = append(found, lint.Finding{
				Field:   f.field,
				Message: fmt.Sprintf(`%s has no %s; add %s: "person/…" or "team/…"`, who(), f.field, f.field),
			})
		case !known.known(f.ref):
			out := suggestion(f.ref, known.fitting(f.ref), `name a "person/…" or "team/…" of registry/organisation.cue`)
			found = append(found, lint.Finding{
				Field:   f.field,
				Value:   f.ref,
				Message: fmt.Sprintf("%s has %s %q, who is nobody in the organisation; %s", who(), f.field, f.ref, out),
			})
		}
	}
	return found
}

// people are all who can answer for something on a day, as references.
func people(o *registry.Organisation, on registry.Date) iter.Seq[string] {
	return func(yield func(string) bool) {
		for name, person := range o.People {
			if ref := "person/" + name; (person.Kind == "" || person.Kind == "human") && o.Active(ref, on) && !yield(ref) {
				return
			}
		}
		for name := range o.Teams {
			if ref := "team/" + name; o.Active(ref, on) && !yield(ref) {
				return
			}
		}
	}
}
