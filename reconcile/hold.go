package reconcile

import (
	"fmt"
	"math"
	"strings"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// held is why nothing of the plan is reverted, whatever it wants, or "".
func (d *decider) held() string {
	if !d.policy.reverts() {
		return ""
	}
	declared := len(d.want.InTenant(d.got.Tenant))
	reverts, waits := d.tally()
	switch problems := d.want.Problems; {
	case d.want.Tenant(d.got.Tenant) == nil:
		return fmt.Sprintf("the registry does not declare tenant %q; nothing is reverted", d.got.Tenant)
	case len(problems) > 0:
		return fmt.Sprintf("the registry has %s, the first at %s: %s; nothing is reverted until it is mended",
			count(len(problems), "mistake"), problems[0].Pos, oneLine(problems[0].Message))
	case declared == 0:
		return fmt.Sprintf("the registry declares nothing in tenant %q; nothing is reverted", d.got.Tenant)
	case d.shrunk(declared):
		return fmt.Sprintf("the registry declares %s in tenant %q and declared %d before; nothing is reverted until a person confirms that: rollcall confirm --tenant %s",
			identities(declared), d.got.Tenant, d.seen.Declared, d.got.Tenant)
	case d.seen.Passes == 0 && reverts+waits > 0:
		return "this is the first look at the tenant; nothing is reverted on it"
	}
	return d.seen.paused(d.now)
}

// over is by what limit the plan wants too much, or "".
func (d *decider) over() string {
	if !d.policy.reverts() {
		return ""
	}
	declared := len(d.want.InTenant(d.got.Tenant))
	reverts, _ := d.tally()
	switch {
	case reverts > d.policy.Limits.Reverts:
		return fmt.Sprintf("%d reverts at once, over the limit of %d; nothing is reverted, for so much drift at once is more likely our mistake than theirs",
			reverts, d.policy.Limits.Reverts)
	case reverts > d.share(declared):
		return fmt.Sprintf("%s at once, over the limit of %g %% of %s; nothing is reverted, for so much drift at once is more likely our mistake than theirs",
			count(reverts, "revert"), math.Round(d.policy.Limits.Share*1000)/10, identities(declared))
	}
	return ""
}

func (d *decider) tally() (reverts, waits int) {
	for _, a := range d.actions {
		if a.Reverts() {
			reverts++
		}
		if a.Verb == DoWait {
			waits++
		}
	}
	return reverts, waits
}

func (d *decider) shrunk(declared int) bool {
	return shrunk(d.policy.Limits.Shrink, declared, d.seen.Declared)
}

// shrunk tells whether a registry is too much smaller than the one before.
func shrunk(limit float64, declared, before int) bool {
	return float64(declared) < (1-limit)*float64(before)
}

// share is how many reverts the limit by share allows. A share of less than one
// identity allows one: otherwise nothing in a small tenant could be mended.
func (d *decider) share(declared int) int {
	return max(1, int(d.policy.Limits.Share*float64(declared)))
}

// pause holds a plan that would revert something, now or later.
func (p *Plan) pause(why string) {
	if p.Held == "" && len(p.Reverts())+p.Count(DoWait) > 0 {
		p.Held, p.Limit, p.Approval = why, false, nil
		hold(p.Actions)
	}
}

// hold makes flags of a plan's reverts.
func hold(actions []Action) {
	for i := range actions {
		if a := &actions[i]; a.Reverts() {
			a.Would, a.Verb = a.Verb, DoFlag
			a.Why += "; held with the whole plan"
		}
	}
}

// administrators counts the enabled accounts that rule the tenant.
func (d *decider) administrators() int {
	n := 0
	for i := range d.got.Objects {
		o := &d.got.Objects[i]
		if o.Kind == registry.ServiceAccount && o.State == tenant.Enabled && d.rules(o) && d.tells(o, tenant.FieldRole) {
			n++
		}
	}
	return n
}

// rules tells whether an account rules the tenant: its role is privileged in
// the catalogue's entry of the platform, or sounds like it. One that does not
// tell its role may.
func (d *decider) rules(o *tenant.Object) bool {
	if o.Role == "" || !d.tells(o, tenant.FieldRole) {
		return true
	}
	if app := d.want.Catalogue.Apps[d.got.Platform]; app != nil {
		if tier, known := app.Roles[o.Role]; known {
			return tier == registry.Privileged
		}
	}
	role := strings.ToLower(o.Role)
	return strings.Contains(role, "admin") || strings.Contains(role, "owner") || strings.Contains(role, "root")
}

// lastAdministrator tells whether an act on the object would leave the tenant
// without a known administrator, and counts it as acted on where it would not.
func (d *decider) lastAdministrator(o *tenant.Object) bool {
	if o.Kind != registry.ServiceAccount || o.State == tenant.Disabled || !d.rules(o) {
		return false
	}
	if !d.tells(o, tenant.FieldRole) {
		return d.admins == 0
	}
	if d.admins <= 1 {
		return true
	}
	d.admins--
	return false
}
