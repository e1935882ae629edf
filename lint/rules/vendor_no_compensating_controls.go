package rules

import (
	"fmt"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "vendor/no-compensating-controls",
	Severity: lint.Error,
	Controls: []string{"NHI3:2025", "NIST AI RMF 1.0 GOVERN 6.1", "NIST CSF 2.0 PR.AA-05"},
	Waivable: true,
	Each:     compensating,
	Local:    true,
	Doc: `what a vendor manages is fenced in

# What
A vendor-managed identity, which has one credential for a whole tenant, lacks a
network restriction, monitoring, or separate tenants for test and production.

# Why
The vendor's breach is then yours: OWASP NHI3:2025 Vulnerable Third-Party NHI.
Its permissions cannot be narrowed, so that what is around it has to be. NIST AI
RMF GOVERN 6.1 asks for policies on third parties, NIST CSF 2.0 PR.AA-05
(formerly PR.AC-4) for least privilege.

# Before
	vendorManaged: true

# After
	vendorManaged: true
	compensating: {
		network:         "the vendor's egress addresses only"
		monitoring:      "SIEM alert on sign-in from elsewhere"
		separateTenants: true
	}

# How to mend
Put the missing controls in place, and write down what they are.
`,
})

func compensating(p *lint.Pass, id *registry.Identity) {
	if gone(id) || !id.Vendor {
		return
	}
	c := registry.Compensating{}
	if id.Compensating != nil {
		c = *id.Compensating
	}
	var missing []string
	if c.Network == "" {
		missing = append(missing, "network")
	}
	if c.Monitoring == "" {
		missing = append(missing, "monitoring")
	}
	if !c.SeparateTenants {
		missing = append(missing, "separateTenants")
	}
	if len(missing) == 0 {
		return
	}
	p.Report(lint.Finding{
		Identity: id.ID,
		Field:    "compensating",
		Message: fmt.Sprintf("%s is vendor-managed and lacks compensating controls: %s; put them in place and add them to compensating",
			named(id), both(missing)),
	})
}
