package rules

import (
	"fmt"

	"github.com/rollcall-dev/rollcall/registry"
)

// A power is what one field of an identity lets it do.
type power struct {
	tier    registry.Tier
	because string // the field and its value, as messages say it
}

// powers are what the scopes, the role and the steps of an identity imply, as
// far as the catalogue knows them.
func powers(c *registry.Catalogue, s *registry.Snapshot, id *registry.Identity) (all []power) {
	app := appOf(s, id)
	for _, scope := range id.Scopes {
		if t, ok := c.ScopePower(app, scope); ok {
			all = append(all, power{t, fmt.Sprintf("scope %q", scope)})
		}
	}
	if id.Role != "" {
		if t, ok := c.RolePower(app, id.Role); ok {
			all = append(all, power{t, fmt.Sprintf("role %q", id.Role)})
		}
	}
	for _, step := range id.Steps {
		because := fmt.Sprintf("step %q of %q", step.Operation, step.App)
		effect, known := c.OperationEffect(step.App, step.Operation)
		if stepChangesAccess(c, step) {
			all = append(all, power{registry.Privileged, because})
		} else if known {
			all = append(all, power{effect.Power, because})
		}
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
