package reconcile

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// users notes which enabled workflows use which credential.
func (d *differ) users() {
	d.usedBy = map[ref][]int32{}
	for i := range d.got.Objects {
		o := &d.got.Objects[i]
		if o.Kind != registry.Workflow || o.State != tenant.Enabled {
			continue
		}
		for _, to := range o.Uses {
			if to.Kind != registry.Connector && to.Kind != registry.Token {
				continue
			}
			key := ref{to.Kind, to.ID}
			if of := d.usedBy[key]; len(of) == 0 || of[len(of)-1] != int32(i) {
				d.usedBy[key] = append(of, int32(i))
			}
		}
	}
}

// shared is drift where workflows that are not declared to use a credential
// use it, and so more than are declared.
func (d *differ) shared(id *registry.Identity, o *tenant.Object) {
	users := d.usedBy[ref{o.Kind, o.ID}]
	if len(users) == 0 {
		return
	}
	var strangers []string
	for _, i := range users {
		owner := d.identityOf(registry.Workflow, d.got.Objects[i].ID)
		if owner == nil {
			strangers = append(strangers, show(d.got.Objects[i].Name, d.got.Objects[i].ID))
		} else if !slices.Contains(owner.Uses, id.ID) {
			strangers = append(strangers, owner.ID)
		}
	}
	if len(strangers) == 0 {
		return
	}
	declared := d.declaredUsers(id)
	if len(users) <= declared {
		return
	}
	x := d.of(Shared, id, o)
	x.Field, x.Want, x.Got = tenant.FieldUses, fmt.Sprintf("used by %d", declared), fmt.Sprintf("used by %d", len(users))
	x.Message = fmt.Sprintf("%s is used by %s in the tenant, and declared for %d; not declared: %s",
		subject(x), count(len(users), "enabled workflow"), declared, few(set(strangers)))
	d.add(x)
}

// declaredUsers is how many workflows of the tenant declare to use an identity.
func (d *differ) declaredUsers(id *registry.Identity) int {
	if d.usesOf == nil {
		d.usesOf = map[string]int{}
		for _, w := range d.ids {
			for _, used := range w.Uses {
				d.usesOf[used]++
			}
		}
	}
	return d.usesOf[id.ID]
}

// An account is one that connectors sign in to an application as.
type account struct{ app, name string }

// crossings is drift where what is live crosses environments: a workflow that
// uses what belongs to another one, or a connector that signs in as an account
// that another environment's connector is declared for.
func (d *differ) crossings(id *registry.Identity, o *tenant.Object) {
	here := d.want.EnvironmentOf(id)
	if here == "" {
		return
	}
	var uses, signsIn []*registry.Identity
	for _, to := range o.Uses {
		if name, known := d.resolve(to); known {
			uses = d.abroad(uses, here, d.want.Identity(name))
		}
	}
	d.crossing(id, o, tenant.FieldUses, "uses", uses)
	if o.Kind == registry.Connector && o.Account != "" && d.tells(o, tenant.FieldAccount) {
		for _, other := range d.accounts()[account{strings.ToLower(o.App), strings.ToLower(o.Account)}] {
			signsIn = d.abroad(signsIn, here, other)
		}
		d.crossing(id, o, tenant.FieldAccount, fmt.Sprintf("signs in to %q as %q, the account of", o.App, o.Account), signsIn)
	}
}

// abroad adds an identity that is of another environment than here.
func (d *differ) abroad(to []*registry.Identity, here string, other *registry.Identity) []*registry.Identity {
	if other == nil {
		return to
	}
	if there := d.want.EnvironmentOf(other); there == "" || there == here {
		return to
	}
	return append(to, other)
}

func (d *differ) crossing(id *registry.Identity, o *tenant.Object, f tenant.Field, does string, others []*registry.Identity) {
	if len(others) == 0 {
		return
	}
	var there []string
	for _, other := range others {
		there = append(there, fmt.Sprintf("%q of %q", other.ID, d.want.EnvironmentOf(other)))
	}
	x := d.of(Environment, id, o)
	x.Field, x.Want, x.Got = f, d.want.EnvironmentOf(id), list(there)
	x.Message = fmt.Sprintf("%s of environment %q %s %s%s", subject(x), x.Want, does, few(set(there)), by(x.Editor))
	d.add(x)
}

// accounts are the connectors of the whole registry by what they are declared
// to sign in as.
func (d *differ) accounts() map[account][]*registry.Identity {
	if d.signIn == nil {
		d.signIn = map[account][]*registry.Identity{}
		for _, id := range d.want.Identities {
			if id.Kind == registry.Connector && id.Account != "" && id.State == registry.Active {
				key := account{strings.ToLower(id.App), strings.ToLower(id.Account)}
				d.signIn[key] = append(d.signIn[key], id)
			}
		}
	}
	return d.signIn
}

// aged is drift of what nobody uses any more, and of credentials that are too
// old, by the limits of the tier.
func (d *differ) aged(id *registry.Identity, o *tenant.Object) {
	limits := d.want.Policy.Tiers[id.Tier]
	if max := limits.Dormant; max != nil && !o.LastUsed.IsZero() && d.powerful(o) && d.now.Sub(o.LastUsed) > time.Duration(*max) {
		x := d.of(Dormant, id, o)
		x.Want, x.Got = fmt.Sprintf("used within %s", *max), "last used on "+o.LastUsed.UTC().Format(time.DateOnly)
		x.Message = fmt.Sprintf("%s was last used on %s, longer ago than the %s of tier %q; retire it if nobody needs it",
			subject(x), o.LastUsed.UTC().Format(time.DateOnly), *max, id.Tier)
		d.add(x)
	}
	since := secretSince(o)
	if max := limits.StaleSecret; max != nil && !since.IsZero() && d.powerful(o) && d.now.Sub(since) > time.Duration(*max) {
		x := d.of(StaleSecret, id, o)
		x.Want, x.Got = fmt.Sprintf("changed within %s", *max), "not changed since "+since.UTC().Format(time.DateOnly)
		x.Message = fmt.Sprintf("the secret of %s was not changed since %s, longer ago than the %s of tier %q; rotate it",
			subject(x), since.UTC().Format(time.DateOnly), *max, id.Tier)
		d.add(x)
	}
}

// secretSince is the moment after which a credential's secret was certainly not
// changed: that of a token stays as it was made, and that of a connector was
// last changed no later than the connector. Zero where the tenant does not tell.
func secretSince(o *tenant.Object) time.Time {
	switch o.Kind {
	case registry.Token:
		return o.Created
	case registry.Connector:
		if o.Updated.IsZero() {
			return o.Created
		}
		return o.Updated
	}
	return time.Time{}
}

// accessSteps is drift where a workflow runs steps that change access, by the
// catalogue, and its entry does not declare them as such.
func (d *differ) accessSteps(id *registry.Identity, o *tenant.Object) {
	if o.State != tenant.Enabled {
		return
	}
	var found []string
	for _, s := range o.Steps {
		effect, known := d.want.Catalogue.OperationEffect(s.App, s.Operation)
		if known && effect.ChangesAccess() && !d.declares(id, s) {
			found = append(found, s.App+" "+s.Operation)
		}
	}
	if len(found) == 0 {
		return
	}
	x := d.of(AccessStep, id, o)
	x.Field, x.Want, x.Got = tenant.FieldSteps, none, list(found)
	x.Message = fmt.Sprintf("%s changes access in a way that its entry does not declare: %s%s", subject(x), few(set(found)), by(x.Editor))
	d.add(x)
}

// declares tells whether an entry has a step as one that changes access.
func (d *differ) declares(id *registry.Identity, s tenant.Step) bool {
	return slices.ContainsFunc(id.Steps, func(t registry.Step) bool {
		return t.Operation == s.Operation && d.want.Catalogue.Same(t.App, s.App) && t.Effect != "" && t.Effect != none
	})
}
