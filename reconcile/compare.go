package reconcile

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// A difference is one governed field that is not as declared.
type difference struct {
	field     tenant.Field
	want, got string
}

const none = "none"

// differences are the governed fields, the state apart, in which an object is
// not what its identity declares: those that are declared and told.
func (r *roll) differences(id *registry.Identity, o *tenant.Object) []difference {
	var diffs []difference
	differ := func(f tenant.Field, want, got string) {
		if r.tells(o, f) {
			diffs = append(diffs, difference{f, cmp.Or(want, none), cmp.Or(got, none)})
		}
	}
	if id.Scopes != nil && !sameSet(id.Scopes, o.Scopes) {
		differ(tenant.FieldScopes, list(id.Scopes), list(o.Scopes))
	}
	if id.Role != "" && id.Role != o.Role {
		differ(tenant.FieldRole, id.Role, o.Role)
	}
	if id.Auth != "" && id.Auth != cmp.Or(o.Auth, none) {
		differ(tenant.FieldAuth, id.Auth, o.Auth)
	}
	if id.Path != "" && strings.Trim(id.Path, "/") != strings.Trim(o.Path, "/") {
		differ(tenant.FieldPath, id.Path, o.Path)
	}
	if id.App != "" && !strings.EqualFold(id.App, o.App) {
		differ(tenant.FieldApp, id.App, o.App)
	}
	if id.Account != "" && !strings.EqualFold(id.Account, o.Account) {
		differ(tenant.FieldAccount, id.Account, o.Account)
	}
	if id.Trigger != nil && !sameTrigger(*id.Trigger, o.Triggers) {
		differ(tenant.FieldTrigger, triggerText(tenant.Trigger(*id.Trigger)), triggersText(o.Triggers))
	}
	if id.Uses != nil {
		if want, got, same := r.uses(id, o); !same {
			differ(tenant.FieldUses, want, got)
		}
	}
	if outlives(id, o) {
		differ(tenant.FieldExpires, string(id.Expires), expiryText(o.Expires))
	}
	return diffs
}

// draft are the fields that publishing an object's draft would change away
// from what is declared.
func (r *roll) draft(id *registry.Identity, o *tenant.Object) []difference {
	after := *o.Draft
	after.Kind, after.ID = o.Kind, o.ID
	live := r.differences(id, o)
	return slices.DeleteFunc(r.differences(id, &after), func(d difference) bool {
		return slices.Contains(live, d)
	})
}

// uses compares by identity, and only within the tenant: what is declared of
// another cannot be seen here. Where one use is not known, none is compared.
func (r *roll) uses(id *registry.Identity, o *tenant.Object) (want, got string, same bool) {
	var declared, live []string
	for _, u := range id.Uses {
		if t, _, _ := strings.Cut(u, "/"); t == r.got.Tenant {
			declared = append(declared, u)
		}
	}
	for _, to := range o.Uses {
		switch to.Kind {
		case registry.Connector, registry.Token, registry.Workflow:
		default:
			continue
		}
		name, known := r.resolve(to)
		if !known {
			return "", "", true
		}
		live = append(live, name)
	}
	if sameSet(declared, live) {
		return "", "", true
	}
	return list(declared), list(live), false
}

// usesKnown tells whether everything that an object uses can be named.
func (r *roll) usesKnown(o *tenant.Object) bool {
	for _, to := range o.Uses {
		if _, known := r.resolve(to); !known {
			return false
		}
	}
	return true
}

// sameTrigger tells whether a workflow starts as declared and in no other way.
// A manual trigger beside it starts nothing by itself, and a schedule that the
// tenant does not tell as cron is not compared.
func sameTrigger(want registry.Trigger, got []tenant.Trigger) bool {
	found := false
	for _, t := range got {
		cron := strings.Join(strings.Fields(t.Cron), " ")
		declared := strings.Join(strings.Fields(want.Cron), " ")
		switch {
		case t.Type == want.Type && (cron == "" || declared == "" || cron == declared):
			found = true
		case t.Type != "manual":
			return false
		}
	}
	return found
}

// outlives tells whether an object may act longer than is declared. One that
// ends earlier is no drift.
func outlives(id *registry.Identity, o *tenant.Object) bool {
	end := id.Expires.End()
	return !end.IsZero() && (o.Expires.IsZero() || o.Expires.After(end))
}

func expiryText(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format(time.RFC3339)
}

func sameSet(a, b []string) bool {
	if slices.Equal(a, b) {
		return true
	}
	return slices.Equal(set(a), set(b))
}

func set(s []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(s)))
}

func list(s []string) string { return strings.Join(set(s), ", ") }

func triggerText(t tenant.Trigger) string { return strings.TrimSpace(t.Type + " " + t.Cron) }

func triggersText(ts []tenant.Trigger) string {
	var all []string
	for _, t := range ts {
		all = append(all, triggerText(t))
	}
	return list(all)
}

// sameSight tells whether two sights of an object are of the same state: the
// same governed fields, and the same version where both tell it.
func sameSight(a, b *tenant.Object) bool {
	return sameGoverned(a, b) && a.State == b.State && a.Version == b.Version && a.Updated.Equal(b.Updated) &&
		(a.Draft == nil) == (b.Draft == nil) && (a.Draft == nil || sameGoverned(a.Draft, b.Draft))
}

func sameGoverned(a, b *tenant.Object) bool {
	return sameSet(a.Scopes, b.Scopes) && a.Role == b.Role && a.Auth == b.Auth && a.Path == b.Path &&
		a.App == b.App && a.Account == b.Account && a.Workflow == b.Workflow &&
		triggersText(a.Triggers) == triggersText(b.Triggers) && slices.Equal(refs(a.Uses), refs(b.Uses)) &&
		a.Expires.Equal(b.Expires)
}

func refs(uses []tenant.Ref) []string {
	var all []string
	for _, u := range uses {
		all = append(all, string(u.Kind)+":"+u.ID)
	}
	return set(all)
}
