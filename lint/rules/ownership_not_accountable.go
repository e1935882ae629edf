package rules

import (
	"fmt"
	"strings"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "ownership/not-accountable",
	Severity: lint.Error,
	Controls: []string{"NIST CSF 2.0 PR.AA-01", "NIST AI RMF 1.0 GOVERN 2.1"},
	Waivable: true,
	Check:    notAccountable,
	Doc: `the owner is somebody who can answer

# What
The owner of an identity is a mailing list, a bot or an account that is itself
an identity of the registry; or it is a team that names no lead.

# Why
A list has many readers and nobody who answers. NIST AI RMF GOVERN 2.1 asks for
responsibilities that are clear to people, and NIST CSF 2.0 PR.AA-01 for
identities that are managed by somebody.

# Before
	owner: "person/crm-list" // organisation.cue: kind: "mailingList"

# After
	owner: "team/crm" // organisation.cue: lead: "person/dana"

# How to mend
Name a person, or a team whose lead stands in registry/organisation.cue.
`,
})

func notAccountable(p *lint.Pass) {
	accounts := map[string]string{} // identities by login, as messages name them
	for _, id := range p.Head.Identities {
		if id.Login != "" {
			accounts[strings.ToLower(id.Login)] = named(id)
		}
	}
	for _, id := range p.Head.Identities {
		why := unaccountable(p.Organisation(), id.Owner, accounts)
		if gone(id) || why == "" {
			continue
		}
		p.Report(lint.Finding{
			Identity: id.ID,
			Field:    "owner",
			Value:    id.Owner,
			Message:  fmt.Sprintf("%s has owner %q, %s", named(id), id.Owner, why),
		})
	}
}

// unaccountable says why somebody cannot answer for anything and what to do
// about it, or nothing.
func unaccountable(o *registry.Organisation, ref string, accounts map[string]string) string {
	if team, ok := teamOf(o, ref); ok {
		if team.Lead == "" {
			return "which names no lead; add its lead to registry/organisation.cue"
		}
		return ""
	}
	person, ok := personOf(o, ref)
	if !ok {
		return ""
	}
	switch person.Kind {
	case "mailingList":
		return "which is a mailing list; name a person or a team"
	case "bot":
		return "which is a bot; name a person or a team"
	}
	if account := accounts[strings.ToLower(person.Email)]; account != "" && person.Email != "" {
		return fmt.Sprintf("whose e-mail is the login of %s; name a person or a team", account)
	}
	return ""
}
