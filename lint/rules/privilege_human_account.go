package rules

import (
	"fmt"
	"strings"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "privilege/human-account",
	Severity: lint.Error,
	Controls: []string{"NHI10:2025", "NIST CSF 2.0 PR.AA-05"},
	Waivable: true,
	Check:    humanAccount,
	Doc: `no connector signs in as a person

# What
The account of a connector is the e-mail address or the GitHub account of a
person of the organisation, or is one that administrators sign in with ("admin",
"administrator", "root").

# Why
What the connector does looks like the person's doing, it may do all that the
person may, and it stops on the day on which the person leaves. OWASP NHI10:2025
Human Use of NHI is the same mistake from the other end; NIST CSF 2.0 PR.AA-05
(formerly PR.AC-4) asks for least privilege and separation of duties.

# Before
	account: "dana@example.com"

# After
	account: "svc-crm-read@example.com"

# How to mend
Make a service account with the scopes that the connector needs, and sign in as
that.
`,
})

// adminAccounts are the names that administrators' accounts have by default.
var adminAccounts = set("admin administrator root sysadmin superuser sa")

func humanAccount(p *lint.Pass) {
	humans := map[string]string{} // reference by e-mail address or GitHub account
	o := p.Organisation()
	for _, name := range sortedKeys(o.People) {
		person := o.People[name]
		if person.Kind != "" && person.Kind != "human" {
			continue
		}
		for _, account := range []string{person.Email, person.GitHub} {
			if account != "" {
				humans[strings.ToLower(account)] = "person/" + name
			}
		}
	}
	for _, id := range p.Head.Identities {
		if gone(id) || id.Kind != registry.Connector || id.Account == "" {
			continue
		}
		account := strings.ToLower(id.Account)
		local, _, _ := strings.Cut(account, "@")
		whose := ""
		if ref := humans[account]; ref != "" {
			whose = fmt.Sprintf("the account of %q", ref)
		} else if adminAccounts[local] {
			whose = "an administrator's account by its name"
		} else {
			continue
		}
		p.Report(lint.Finding{
			Identity: id.ID,
			Field:    "account",
			Value:    id.Account,
			Message:  fmt.Sprintf("%s signs in as %q, %s; give it a service account of its own", named(id), id.Account, whose),
		})
	}
}
