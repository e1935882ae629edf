package reconcile

import (
	"fmt"
	"slices"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// blind is what could not be known, a sentence each: what the driver says of
// itself, the kinds that were not read whole, and the fields that are declared
// and not told.
func (d *decider) blind() []string {
	all := set(d.got.Blind)
	declared, untold := map[tenant.Kind]int{}, map[tenant.Kind]map[tenant.Field]int{}
	for _, id := range d.ids {
		declared[id.Kind]++
		for _, f := range declares(id) {
			if slices.Contains(d.got.Read[id.Kind].Fields, f) {
				continue
			}
			if untold[id.Kind] == nil {
				untold[id.Kind] = map[tenant.Field]int{}
			}
			untold[id.Kind][f]++
		}
	}
	for _, k := range tenant.Kinds {
		if declared[k] > 0 && !d.got.Read[k].Whole {
			all = append(all, fmt.Sprintf("whether any of the %s is missing: they were not read whole", plural(k)))
		}
		for _, f := range governed {
			if n := untold[k][f]; n > 0 {
				all = append(all, fmt.Sprintf("the %s of %s: declared of %s, and not told by the tenant", f, plural(k), identities(n)))
			}
		}
	}
	return all
}

// governed are the fields that are compared.
var governed = []tenant.Field{
	tenant.FieldState, tenant.FieldScopes, tenant.FieldRole, tenant.FieldUses, tenant.FieldTrigger, tenant.FieldAuth,
	tenant.FieldPath, tenant.FieldAccount, tenant.FieldApp, tenant.FieldExpires,
}

// declares are the governed fields that an identity declares. Its expiry
// counts for tokens alone: other things have none of their own.
func declares(id *registry.Identity) []tenant.Field {
	fields := []tenant.Field{tenant.FieldState}
	add := func(declared bool, f tenant.Field) {
		if declared {
			fields = append(fields, f)
		}
	}
	add(id.Scopes != nil, tenant.FieldScopes)
	add(id.Role != "", tenant.FieldRole)
	add(id.Uses != nil, tenant.FieldUses)
	add(id.Trigger != nil, tenant.FieldTrigger)
	add(id.Auth != "", tenant.FieldAuth)
	add(id.Path != "", tenant.FieldPath)
	add(id.Account != "", tenant.FieldAccount)
	add(id.App != "", tenant.FieldApp)
	add(id.Expires != "" && id.Kind == registry.Token, tenant.FieldExpires)
	return fields
}
