package rules

import (
	"fmt"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "lifecycle/retired-still-used",
	Severity: lint.Error,
	Controls: []string{"NHI1:2025", "NIST CSF 2.0 ID.AM-08"},
	Waivable: true,
	Check:    retiredStillUsed,
	Doc: `nothing active depends on what is retired

# What
An active identity uses or starts a retired one, or is started by retired
webhooks alone.

# Why
A retirement that something still depends on is not carried out: somebody keeps
the credential alive so that nothing breaks. OWASP NHI1:2025 Improper
Offboarding; NIST CSF 2.0 ID.AM-08 asks that things are managed to the end of
their lives.

# Before
	state: "active"
	uses:  ["n8n-prod/legacy-crm"] // retired

# After
	state: "active"
	uses:  ["n8n-prod/salesforce-read"]

# How to mend
Move the active identity to what took its place, or retire it as well.
`,
})

func retiredStillUsed(p *lint.Pass) {
	starters := map[string][]*registry.Identity{} // webhooks by the workflow they start
	for _, id := range p.Head.Identities {
		if id.Kind == registry.Webhook && id.Workflow != "" {
			starters[id.Workflow] = append(starters[id.Workflow], id)
		}
	}
	for _, id := range p.Head.Identities {
		if id.State != registry.Active {
			continue
		}
		for i, used := range id.Uses {
			if isRetired(p, used) {
				reportRetired(p, id, fmt.Sprintf("uses[%d]", i), used)
			}
		}
		if isRetired(p, id.Workflow) {
			reportRetired(p, id, "workflow", id.Workflow)
		}
		if w := allRetired(starters[id.ID]); w != nil {
			p.Report(lint.Finding{
				Identity: id.ID,
				Field:    "trigger",
				Value:    w.ID,
				Message:  fmt.Sprintf("%s is started by %s alone, which is retired; give it another trigger, or retire it", named(id), named(w)),
			})
		}
	}
}

func isRetired(p *lint.Pass, ref string) bool {
	other := p.Head.Identity(ref)
	return other != nil && gone(other)
}

func reportRetired(p *lint.Pass, id *registry.Identity, field, ref string) {
	other := p.Head.Identity(ref)
	p.Report(lint.Finding{
		Identity: id.ID,
		Field:    field,
		Value:    ref,
		Message:  fmt.Sprintf("%s is active and names %s, which is retired; name what took its place, or retire it too", named(id), named(other)),
	})
}

// allRetired is the first of the identities if all are retired.
func allRetired(ids []*registry.Identity) *registry.Identity {
	for _, id := range ids {
		if !gone(id) {
			return nil
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return ids[0]
}
