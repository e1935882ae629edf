package rules

import (
	"fmt"

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

// strongest is the first of the highest of what the scopes, the role and the
// steps of an identity imply above a tier, as far as the catalogue knows them;
// the tier itself where nothing is above it.
func strongest(c *registry.Catalogue, s *registry.Snapshot, id *registry.Identity) power {
	app := appOf(s, id)
	most := power{tier: id.Tier}
	take := func(pw power) {
		if pw.tier.Rank() > most.tier.Rank() {
			most = pw
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
		effect, known := c.OperationEffect(step.App, step.Operation)
		if stepChangesAccess(c, step) {
			take(power{registry.Privileged, "step", step.Operation, step.App})
		} else if known {
			take(power{effect.Power, "step", step.Operation, step.App})
		}
	}
	return most
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
