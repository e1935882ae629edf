package rules

import (
	"fmt"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

var _ = register(lint.Rule{
	ID:       "lifecycle/removed-while-live",
	Severity: lint.Error,
	Controls: []string{"NHI1:2025", "NIST CSF 2.0 ID.AM-08", "NIST AI RMF 1.0 GOVERN 1.7"},
	Waivable: true,
	Needs:    lint.NeedsBaseAndLive,
	Check:    removedWhileLive,
	Doc: `an entry stays until the tenant no longer has what it declares

# What
A change takes away the entry of something that the tenant still had when the
daemon saw it last, enabled or not, and no other entry declares it. Where that
cannot be known, for the kind was not read whole or several things go by the
name, it is a warning.

# Why
What is live without an entry has no owner, no end and nobody who looks at it:
OWASP NHI1:2025 Improper Offboarding. After the merge the daemon would call it
undeclared. NIST CSF 2.0 ID.AM-08 and NIST AI RMF GOVERN 1.7 ask that things are
managed until they are gone.

# Before
	// the entry is removed; the workflow still stands in the tenant

# After
	state:   "retired"
	retired: {on: "2026-11-24", reason: "replaced by the ERP's own export", by: "person/dana"}

# How to mend
Take the thing out of the tenant first, and remove the entry once the daemon has
seen that it is gone. Until then keep the entry, retired. It is judged by
"rollcall lint --live --base REV", with what the daemon saw.
`,
})

func removedWhileLive(p *lint.Pass) {
	removed := map[*registry.Identity]bool{}
	tenants := map[string]bool{}
	for _, id := range p.Compared().Removed {
		removed[id], tenants[id.Tenant()] = true, true
	}
	for name := range tenants {
		got, seen := p.Live[name]
		if !seen {
			continue
		}
		before, after := tenant.Call(p.Base.InTenant(name), &got), tenant.Call(p.Head.InTenant(name), &got)
		for k, id := range before.Identities {
			if removed[id] {
				reportLive(p, id, &got, before.Objects[k], after)
			}
		}
	}
}

// reportLive says what became of the live object, i of what was seen, of an
// entry that is removed.
func reportLive(p *lint.Pass, id *registry.Identity, got *tenant.Observation, i int32, after *tenant.Roll) {
	f := lint.Finding{Identity: id.ID, Field: "live", Pos: registry.Pos{File: id.Source()}}
	switch {
	case i >= 0 && after.Claims[i] >= 0:
		return // another entry declares it
	case i >= 0:
		o := got.Objects[i]
		f.Value = o.ID
		f.Message = fmt.Sprintf("%s is removed, and tenant %q still has it: %q (id %q), %s; take it out of the tenant first, or keep the entry, retired",
			named(id), got.Tenant, o.Name, o.ID, o.State)
	case i == tenant.Unclear:
		f.Severity = lint.Warning
		f.Message = fmt.Sprintf("%s is removed, and whether tenant %q still has it is not known: it is not told apart from others; look there first", named(id), got.Tenant)
	case !got.Read[id.Kind].Whole:
		f.Severity = lint.Warning
		f.Message = fmt.Sprintf("%s is removed, and whether tenant %q still has it is not known: not all of its kind could be read; look there first", named(id), got.Tenant)
	default:
		return
	}
	p.Report(f)
}
