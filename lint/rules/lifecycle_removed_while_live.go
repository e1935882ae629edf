package rules

import (
	"cmp"
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
cannot be known, for the kind was not read whole, several things go by the name
or the tenant was not seen lately, it is a warning.

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
		if _, seen := p.Live[id.Tenant()]; !seen {
			reportUnseen(p, id)
		}
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

// reportUnseen says that an entry is removed of a tenant that was not seen
// lately.
func reportUnseen(p *lint.Pass, id *registry.Identity) {
	p.Report(lint.Finding{
		Severity: lint.Warning,
		Identity: id.ID, Field: "live", Pos: registry.Pos{File: id.Source()},
		Message: fmt.Sprintf("%s is removed, and whether tenant %q still has it is not known: the tenant was %s; look in the tenant, or put the entry back until the daemon has looked",
			named(id), id.Tenant(), cmp.Or(p.Unseen[id.Tenant()], "never seen")),
	})
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
		f.Message = fmt.Sprintf("%s is removed, and several objects in tenant %q match it, so that nobody can tell whether it still exists; look in the tenant, or put the entry back with its live.id", named(id), got.Tenant)
	case !got.Read[id.Kind].Whole:
		f.Severity = lint.Warning
		f.Message = fmt.Sprintf("%s is removed, and whether tenant %q still has it is not known: not all of its kind could be read; look in the tenant, or put the entry back until all is read", named(id), got.Tenant)
	default:
		return
	}
	p.Report(f)
}
