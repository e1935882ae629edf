package rules

import (
	"fmt"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "separation/cross-environment",
	Severity: lint.Error,
	Controls: []string{"NHI8:2025", "NIST CSF 2.0 PR.IR-01"},
	Waivable: true,
	Each:     crossEnvironment,
	Doc: `a workflow stays in its environment

# What
A workflow uses, calls or is triggered by an identity of another environment.

# Why
A chain that leads from test into production lets whoever may write tests write
to production. OWASP NHI8:2025 Environment Isolation names it; NIST CSF 2.0
PR.IR-01 asks that environments are protected from each other's access.

# Before
	identities: "n8n-test/invoices": #Workflow & {
		uses: ["n8n-prod/netsuite"]

# After
	identities: "n8n-test/invoices": #Workflow & {
		uses: ["n8n-test/netsuite-sandbox"]

# How to mend
Use the identity that does the same in the workflow's own environment, or make
one there. If the entry is in the wrong environment, move it.
`,
})

func crossEnvironment(p *lint.Pass, id *registry.Identity) {
	if gone(id) {
		return
	}
	for i, used := range id.Uses {
		if crosses(p, id, used) {
			reportCrossing(p, id, fmt.Sprintf("uses[%d]", i), used)
		}
	}
	if crosses(p, id, id.Workflow) {
		reportCrossing(p, id, "workflow", id.Workflow)
	}
}

// crosses tells whether an identity names one of another environment.
func crosses(p *lint.Pass, id *registry.Identity, ref string) bool {
	other := p.Head.Identity(ref)
	if other == nil {
		return false
	}
	here, there := p.Head.EnvironmentOf(id), p.Head.EnvironmentOf(other)
	return here != "" && there != "" && here != there
}

func reportCrossing(p *lint.Pass, id *registry.Identity, field, ref string) {
	other := p.Head.Identity(ref)
	here, there := p.Head.EnvironmentOf(id), p.Head.EnvironmentOf(other)
	verb := "uses"
	if field == "workflow" {
		verb = "starts"
	}
	p.Report(lint.Finding{
		Identity: id.ID,
		Field:    field,
		Value:    ref,
		Message: fmt.Sprintf("%s in %q %s %q, which is in %q; name its counterpart in %q",
			named(id), here, verb, ref, there, here),
	})
}
