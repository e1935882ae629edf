package rules

import (
	"fmt"
	"slices"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "ownership/department-missing",
	Severity: lint.Error,
	Controls: []string{"NIST CSF 2.0 PR.AA-01", "NIST AI RMF 1.0 GOVERN 2.1"},
	Waivable: true,
	Each:     departmentMissing,
	Local:    true,
	Doc: `on a shared tenant, an identity names its department

# What
An identity stands on a tenant that several departments share and names none, or
names one that the tenant does not list.

# Why
On a shared tenant everybody sees everybody's connectors. Without a department
nobody can say whose they are, and whose budget and whose data: NIST AI RMF
GOVERN 2.1 and NIST CSF 2.0 PR.AA-01 ask for that.

# Before
	// tenants/n8n-prod.cue: departments: ["sales", "finance"]
	owner: "team/crm"

# After
	owner:      "team/crm"
	department: "sales"

# How to mend
Add the department, or let the tenant list it.
`,
})

func departmentMissing(p *lint.Pass, id *registry.Identity) {
	t := p.Head.Tenant(id.Tenant())
	if gone(id) || t == nil || len(t.Departments) == 0 || slices.Contains(t.Departments, id.Department) {
		return
	}
	f := lint.Finding{Identity: id.ID, Field: "department", Value: id.Department}
	if id.Department == "" {
		if len(t.Departments) == 1 {
			return
		}
		f.Message = fmt.Sprintf("%s is on tenant %q, which departments share, and has no department; add department: %s",
			named(id), t.ID, either(t.Departments))
	} else {
		f.Message = fmt.Sprintf("%s has department %q, which tenant %q does not list; set department: %s",
			named(id), id.Department, t.ID, either(t.Departments))
	}
	p.Report(f)
}
