package approval

import (
	"fmt"
	"strings"

	"github.com/rollcall-dev/rollcall/registry"
)

// Accounts are the people of the organisation file who are none.
type accounts struct {
	names []string
	why   map[string]string // by name, as messages say it
}

// all is who they are, as one text.
func (a *accounts) all() string { return strings.Join(a.names, "\n") }

// accounts are those in the eyes of the identities of a tenant: what signs in
// elsewhere is a person here.
func (t *Trial) accounts(tenant string) *accounts {
	if a := t.machines[tenant]; a != nil {
		return a
	}
	logins := map[string]string{}
	for _, id := range t.Registry.InTenant(tenant) {
		if id.Account != "" {
			logins[strings.ToLower(id.Account)] = fmt.Sprintf("whose e-mail is the account of %s %q", id.Kind.Noun(), id.ID)
		}
		if id.Login != "" {
			logins[strings.ToLower(id.Login)] = fmt.Sprintf("whose e-mail is the login of %s %q", id.Kind.Noun(), id.ID)
		}
	}
	a := &accounts{names: []string{}, why: map[string]string{}}
	for _, name := range sorted(t.Organisation.People) {
		if why := noPerson(t.Organisation.People[name], logins); why != "" {
			a.names, a.why[name] = append(a.names, name), why
		}
	}
	if t.machines == nil {
		t.machines = map[string]*accounts{}
	}
	t.machines[tenant] = a
	return a
}

// noPerson says why somebody in the organisation file is no person, or nothing.
func noPerson(p registry.Person, logins map[string]string) string {
	switch p.Kind {
	case "", "human":
		return logins[strings.ToLower(p.Email)]
	case "mailingList":
		return "which is a mailing list"
	}
	return "which is a bot"
}

// Unpersoned says why an approver counts as no person to an identity, as in
// "which is a bot"; nothing where it is one.
func (t *Trial) Unpersoned(approver string, id *registry.Identity) string {
	name, is := strings.CutPrefix(approver, "person/")
	switch {
	case is:
		return t.accounts(id.Tenant()).why[name]
	case approver == id.ID:
		return "which is the identity itself"
	}
	return "which is its approval bot"
}
