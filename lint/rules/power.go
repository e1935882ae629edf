package rules

import (
	"fmt"
	"slices"

	"github.com/rollcall-dev/rollcall/registry"
)

// A power is what one field of an identity lets it do.
type power struct {
	tier        registry.Tier
	noun, value string // the field: a scope, a role or a step
	app         string // of a step
}

// because is the field and its value, as messages say it.
func (pw power) because() string {
	if pw.app != "" {
		return fmt.Sprintf("%s %q of %q", pw.noun, pw.value, pw.app)
	}
	return fmt.Sprintf("%s %q", pw.noun, pw.value)
}

// powers are what the scopes, the role and the steps of an identity imply above
// its tier, as far as the catalogue knows them; each once, in their order.
func powers(c *registry.Catalogue, s *registry.Snapshot, id *registry.Identity) (all []power) {
	app := appOf(s, id)
	take := func(pw power) {
		if pw.tier.Rank() > id.Tier.Rank() && !slices.ContainsFunc(all, func(p power) bool { return p.because() == pw.because() }) {
			all = append(all, pw)
		}
	}
	for _, scope := range id.Scopes {
		if t, ok := c.ScopePower(app, scope); ok {
			take(power{tier: t, noun: "scope", value: scope})
		}
	}
	if id.Role != "" {
		if t, ok := c.RolePower(app, id.Role); ok {
			take(power{tier: t, noun: "role", value: id.Role})
		}
	}
	for _, step := range id.Steps {
		pw := power{noun: "step", value: step.Operation, app: step.App}
		if effect, known := c.OperationEffect(step.App, step.Operation); known {
			pw.tier = effect.Power
		}
		if stepChangesAccess(c, step) {
			pw.tier = registry.Privileged
		}
		take(pw)
	}
	return all
}

// appOf is the application whose words the scopes and the role of an identity
// are: a connector's own, and the platform for all others.
func appOf(s *registry.Snapshot, id *registry.Identity) string {
	if id.App != "" {
		return id.App
	}
	if t := s.Tenant(id.Tenant()); t != nil {
		return t.Platform
	}
	return ""
}

// stepChangesAccess tells whether a step grants, revokes or modifies access, as
// it declares itself or as the catalogue knows it.
func stepChangesAccess(c *registry.Catalogue, step registry.Step) bool {
	effect, known := c.OperationEffect(step.App, step.Operation)
	return changesAccess(step.Effect) || known && changesAccess(effect.Access)
}
