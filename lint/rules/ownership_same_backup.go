package rules

import (
	"fmt"
	"strings"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "ownership/same-backup",
	Severity: lint.Error,
	Controls: []string{"NIST CSF 2.0 PR.AA-01", "NIST AI RMF 1.0 GOVERN 2.1"},
	Waivable: true,
	Each:     sameBackup,
	Local:    true,
	Doc: `the backup is somebody else than the owner

# What
The backup of an identity is its owner, or owner and backup come down to one
person: a team whose only active member is the other of the two.

# Why
A backup is there for the day on which the owner is not. If it is the same
person, that day finds nobody who may renew, suspend or explain the identity.
NIST CSF 2.0 PR.AA-01 asks that identities are managed, on that day too.

# Before
	owner:  "person/dana"
	backup: "person/dana"

# After
	owner:  "person/dana"
	backup: "person/sam"

# How to mend
Name a second person, or a team in which somebody else is active.
`,
})

func sameBackup(p *lint.Pass, id *registry.Identity) {
	o := p.Organisation()
	if gone(id) || id.Backup == "" || !o.Knows(id.Owner) || !o.Knows(id.Backup) {
		return
	}
	why := ""
	owner, backup := soleActive(o, id.Owner, p.Today()), soleActive(o, id.Backup, p.Today())
	switch {
	case id.Backup == id.Owner:
		why = "who is its owner"
	case owner == "" || owner != backup:
		return
	case strings.HasPrefix(id.Backup, "team/"):
		why = fmt.Sprintf("in which nobody but %q is active, who is its owner", backup)
	default:
		why = fmt.Sprintf("who is the only active member of its owner %q", id.Owner)
	}
	p.Report(lint.Finding{
		Identity: id.ID,
		Field:    "backup",
		Value:    id.Backup,
		Message:  fmt.Sprintf("%s has backup %q, %s; name somebody else", named(id), id.Backup, why),
	})
}

// soleActive is the one person that a reference comes down to, or empty where
// it is several or none.
func soleActive(o *registry.Organisation, ref string, on registry.Date) string {
	name, isTeam := strings.CutPrefix(ref, "team/")
	if !isTeam {
		return ref
	}
	sole := ""
	for _, m := range o.Teams[name].Members {
		if !o.Active(m, on) || m == sole {
			continue
		}
		if sole != "" {
			return ""
		}
		sole = m
	}
	return sole
}
