package rules

import (
	"fmt"
	"strings"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "separation/name-mismatch",
	Severity: lint.Warning,
	Controls: []string{"NHI8:2025", "NIST CSF 2.0 PR.AA-01"},
	Waivable: true,
	Each:     nameMismatch,
	Local:    true,
	Check:    tenantNameMismatch,
	Doc: `a name does not say another environment

# What
The name of an identity or a tenant begins or ends with the name of an
environment, such as "test" or "prod", and its environment is another one.

# Why
People go by names. Who believes to work on the test and works on production
does harm, and a reviewer who reads "test" looks less closely. OWASP NHI8:2025
Environment Isolation, NIST CSF 2.0 PR.AA-01.

# Before
	identities: "n8n-prod/crm-test": #Workflow & {

# After
	identities: "n8n-test/crm": #Workflow & {

# How to mend
Rename it, or correct its environment.
`,
})

// shortNames are what people call environments, by what they mean.
var shortNames = map[string]string{
	"prod": "production", "prd": "production", "production": "production",
	"test": "test", "tst": "test", "testing": "test", "qa": "test",
	"dev": "development", "development": "development",
	"stage": "staging", "stg": "staging", "staging": "staging", "preprod": "staging",
	"uat": "acceptance", "acceptance": "acceptance",
	"sandbox": "sandbox",
}

func nameMismatch(p *lint.Pass, id *registry.Identity) {
	if gone(id) {
		return
	}
	env := p.Head.EnvironmentOf(id)
	said := saidBy(id.Name(), p.Organisation())
	if env == "" || said == "" || said == meaning(env) {
		return
	}
	p.Report(lint.Finding{
		Identity: id.ID,
		Value:    id.Name(),
		Message:  fmt.Sprintf("%s says %q by its name, and is in %q; rename it, or correct its environment", named(id), said, env),
	})
}

func tenantNameMismatch(p *lint.Pass) {
	for _, t := range p.Head.Tenants {
		said := saidBy(t.ID, p.Organisation())
		if t.Environment == "" || said == "" || said == meaning(t.Environment) {
			continue
		}
		p.Report(lint.Finding{
			Entry:    lint.EntryTenant,
			Identity: t.ID,
			Field:    "environment",
			Value:    t.Environment,
			Message:  fmt.Sprintf("tenant %q says %q by its name, and has environment %q; rename it, or correct its environment", t.ID, said, t.Environment),
		})
	}
}

// saidBy is the environment that the first or the last word of a name says, or
// empty.
func saidBy(name string, o *registry.Organisation) string {
	const between = "-_."
	name = strings.Trim(name, between)
	cut, last := strings.IndexAny(name, between), strings.LastIndexAny(name, between)
	if cut < 0 {
		return ""
	}
	for _, w := range []string{name[last+1:], name[:cut]} {
		if _, ok := o.Environments[w]; ok {
			return meaning(w)
		}
		if env := shortNames[w]; env != "" {
			return env
		}
	}
	return ""
}

func meaning(env string) string {
	if long := shortNames[env]; long != "" {
		return long
	}
	return env
}
