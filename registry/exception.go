package registry

import (
	"fmt"
	"slices"
)

// checkExceptions complains of those that do not say in one way what they are
// for, which the schema has no words for.
func (a *assembly) checkExceptions() {
	for _, ex := range a.Exceptions {
		one, other := len(ex.Identities) > 0, ex.Tenant != ""
		if one != other || slices.ContainsFunc(a.problems, func(p Problem) bool { return p.Pos.File == ex.file }) {
			continue // what is wrong with the file already says it
		}
		field, message := "tenant", fmt.Sprintf("exception %q names identities and tenant, and is for these identities alone; remove tenant, or else identities", clip(ex.ID))
		if !one {
			field, message = "", fmt.Sprintf(`exception %q names neither identities nor a tenant, and is for nothing; add one, as in identities: ["n8n-prod/crm-won-deals"]`, clip(ex.ID))
		}
		a.problems = append(a.problems, Problem{Rule: ruleSchema, Pos: ex.Pos(field), Field: field, Message: message})
	}
}
