package rules

import (
	"fmt"
	"slices"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "separation/mixed-tenant",
	Severity: lint.Error,
	Controls: []string{"NHI8:2025", "NIST CSF 2.0 PR.IR-01"},
	Waivable: true,
	Check:    mixedTenant,
	Doc: `a tenant holds one environment, or keeps several apart

# What
A tenant holds several environments and its platform cannot keep them apart in one
tenant. Where the platform can, or nobody knows whether it can, an identity on such
a tenant names no environment. On any tenant, an identity names an environment that
the tenant does not list. That nobody knows is a warning.

# Why
Without a wall between them every credential of the test environment is one step
from production's. OWASP NHI8:2025 Environment Isolation; NIST CSF 2.0 PR.IR-01
asks that environments are protected from use that is not authorized.

# Before
	tenants: "n8n": #Tenant & {
		platform:     "n8n"
		environments: ["test", "production"]

# After
	tenants: "n8n-prod": #Tenant & {
		platform:    "n8n"
		environment: "production"

# How to mend
Give each environment a tenant of its own, and move its identities there. On a
platform that keeps environments apart, name the environment of each identity:
environment: "test".

# How to configure
The catalogue says which platforms can keep environments apart in one tenant.
`,
})

func mixedTenant(p *lint.Pass) {
	for _, t := range p.Head.Tenants {
		held := heldBy(p.Head, t)
		apart := p.Catalogue().Platform(t.Platform).Separates
		if len(held) > 1 {
			reportMixed(p, t, held, apart)
		}
		for _, id := range p.Head.InTenant(t.ID) {
			if !gone(id) {
				judgePlace(p, t, id, held, apart != nil && !*apart)
			}
		}
	}
}

// heldBy are the environments that a tenant lists or, where it lists none,
// those that its identities name.
func heldBy(s *registry.Snapshot, t *registry.Tenant) []string {
	held := slices.Clone(t.Environments)
	if t.Environment != "" {
		held = append(held, t.Environment)
	}
	if len(held) == 0 {
		for _, id := range s.InTenant(t.ID) {
			if !gone(id) && id.Environment != "" {
				held = append(held, id.Environment)
			}
		}
	}
	slices.Sort(held)
	return slices.Compact(held)
}

func reportMixed(p *lint.Pass, t *registry.Tenant, held []string, apart *bool) {
	f := lint.Finding{Entry: lint.EntryTenant, Identity: t.ID, Field: "environments"}
	switch {
	case apart == nil:
		f.Severity = lint.Warning
		f.Message = fmt.Sprintf("tenant %q holds %s, and the catalogue does not know whether %q can keep them apart in one tenant; look it up, or give each a tenant of its own",
			t.ID, both(held), t.Platform)
	case !*apart:
		f.Message = fmt.Sprintf("tenant %q holds %s, which %q cannot keep apart in one tenant; give each a tenant of its own",
			t.ID, both(held), t.Platform)
	default:
		return
	}
	p.Report(f)
}

// judgePlace looks whether an identity is in an environment that its tenant
// holds. Where the tenant itself is at fault, for its platform keeps nothing
// apart, identities need not say where they are.
func judgePlace(p *lint.Pass, t *registry.Tenant, id *registry.Identity, held []string, together bool) {
	f := lint.Finding{Identity: id.ID, Field: "environment", Value: id.Environment}
	switch {
	case id.Environment == "" && len(held) > 1 && t.Environment == "" && !together:
		f.Message = fmt.Sprintf("%s is on tenant %q, which holds %s, and names no environment; add environment: %s",
			named(id), t.ID, both(held), either(held))
	case id.Environment != "" && !slices.Contains(held, id.Environment):
		f.Message = fmt.Sprintf("%s has environment %q, and tenant %q holds %s alone; move it to a tenant of its environment",
			named(id), id.Environment, t.ID, both(held))
	default:
		return
	}
	p.Report(f)
}
