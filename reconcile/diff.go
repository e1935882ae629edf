package reconcile

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// Diff compares what is declared of a tenant with what was observed of it, and
// returns every difference in an order of its own: the same inputs, in
// whatever order, give the same drifts. It depends on now for what has
// expired, and who has left.
//
// Only what the tenant tells is compared, and only where the registry declares
// it: a nil list is not declared, an empty one declares that there is none.
// What must not run is compared no further. A just-in-time identity is to be
// enabled within its windows, and disabled outside of them. A kind that was not read whole is unreadable, and nothing of it is
// missing; what was seen of it is compared all the same.
//
// What is live, not declared and disabled is no drift, for it has no power.
// Connectors and tokens count whenever they exist, and so does what does not
// tell whether it is enabled. An account of a person of the organisation who
// has not left is known.
//
// What cannot be told apart (two objects of the name that an identity is found
// by, two identities that claim one object) is [Unreadable] and never guessed.
func Diff(want *registry.Snapshot, got tenant.Observation, now time.Time) []Drift {
	d := differ{roll: match(want, &got), now: now}
	d.unread()
	d.users()
	for k, id := range d.ids {
		d.identity(int32(k), id)
	}
	d.undeclared()
	sortDrifts(d.drifts)
	return d.drifts
}

type differ struct {
	*roll
	now    time.Time
	drifts []Drift
	usedBy map[ref][]int32                  // enabled workflows, by the credential that they use
	usesOf map[string]int                   // how many workflows declare to use an identity; made when first asked for
	signIn map[account][]*registry.Identity // declared connectors by account; made when first asked for
}

func (d *differ) add(x Drift) {
	x.Tenant = d.got.Tenant
	d.drifts = append(d.drifts, x)
}

// of is a drift of an identity and its object, which may be nil.
func (d *differ) of(c Class, id *registry.Identity, o *tenant.Object) Drift {
	x := Drift{Class: c, Identity: id.ID, Kind: id.Kind, Owner: id.Owner, Name: id.Live.Name, ObjectID: id.Live.ID}
	if o != nil {
		x.ObjectID, x.Name, x.Editor = o.ID, o.Name, o.Editor
	}
	return x
}

func (d *differ) unread() {
	declared := map[tenant.Kind]int{}
	for _, id := range d.ids {
		declared[id.Kind]++
	}
	for _, k := range tenant.Kinds {
		cover, offered := d.got.Read[k]
		if cover.Whole || !offered && declared[k] == 0 {
			continue
		}
		x := Drift{Class: Unreadable, Kind: k, Owner: tenantOwner(d.want, d.got.Tenant), Got: string(cover.Cause)}
		x.Message = sayUnread(d.got.Tenant, d.got.Platform, k, cover, offered, declared[k])
		d.add(x)
	}
}

func (d *differ) identity(k int32, id *registry.Identity) {
	i := d.object[k]
	if i == unclear {
		x := d.of(Unreadable, id, nil)
		x.Message = d.sayUnclear(id)
		d.add(x)
		return
	}
	if i == nobody {
		d.absent(id)
		return
	}
	o := &d.got.Objects[i]
	if class := d.overdue(id, o); class != "" {
		x := d.of(class, id, o)
		x.Want, x.Got = wantOf(class, id), o.State
		x.Message = sayOverdue(x)
		d.add(x)
	}
	if id.State != registry.Active || expired(id, d.now) {
		return
	}
	d.changed(id, o)
	d.accessSteps(id, o)
	d.crossings(id, o)
	d.shared(id, o)
	d.aged(id, o)
}

func (d *differ) absent(id *registry.Identity) {
	if id.State != registry.Active || id.Access == justInTime || expired(id, d.now) || !d.got.Read[id.Kind].Whole {
		return
	}
	x := d.of(Missing, id, nil)
	x.Want = string(registry.Active)
	x.Message = sayMissing(d.got.Tenant, id)
	d.add(x)
}

// overdue is the class of what may act and must not, or "".
func (d *differ) overdue(id *registry.Identity, o *tenant.Object) Class {
	if !d.powerful(o) {
		return ""
	}
	switch {
	case id.State == registry.Proposed:
		return Unreleased
	case id.State == registry.Suspended, id.State == registry.Retired:
		return Retired
	case id.State == registry.Active && expired(id, d.now):
		return Expired
	case id.State == registry.Active && id.Access == justInTime && openWindow(d.want, id.ID, d.now) == nil:
		return Unlocked
	}
	return ""
}

func (d *differ) changed(id *registry.Identity, o *tenant.Object) {
	if o.State == tenant.Disabled && d.tells(o, tenant.FieldState) && (id.Access != justInTime || openWindow(d.want, id.ID, d.now) != nil) {
		x := d.of(Changed, id, o)
		x.Field, x.Want, x.Got = tenant.FieldState, tenant.Enabled, o.State
		x.Message = sayChanged(x)
		d.add(x)
	}
	for _, diff := range d.differences(id, o) {
		x := d.of(Changed, id, o)
		x.Field, x.Want, x.Got = diff.field, diff.want, diff.got
		x.Message = sayChanged(x)
		d.add(x)
	}
	if o.Draft == nil {
		return
	}
	if diffs := d.draft(id, o); len(diffs) > 0 {
		x := d.of(Changed, id, o)
		x.Field = tenant.FieldDraft
		x.Want, x.Got = bothSides(diffs)
		x.Message = sayDraft(x, diffs)
		d.add(x)
	}
}

func (d *differ) undeclared() {
	people := d.people()
	for i := range d.got.Objects {
		o := &d.got.Objects[i]
		if d.claim[i] != nobody || !d.exists(o) || o.Kind == registry.ServiceAccount && people[strings.ToLower(o.Login)] {
			continue
		}
		x := Drift{Class: Undeclared, Kind: o.Kind, ObjectID: o.ID, Name: o.Name, Got: o.State, Editor: o.Editor}
		x.Owner = tenantOwner(d.want, d.got.Tenant)
		x.Message = sayUndeclared(d.got.Tenant, o)
		d.add(x)
	}
}

// people are the e-mails, in small letters, of the people who are here.
func (d *differ) people() map[string]bool {
	today := registry.Date(d.now.UTC().Format(time.DateOnly))
	known := map[string]bool{}
	for _, p := range d.want.Organisation.People {
		human := p.Kind == "" || p.Kind == "human"
		if human && p.Email != "" && (p.Left == "" || p.Left > today) {
			known[strings.ToLower(p.Email)] = true
		}
	}
	return known
}

// exists tells whether something undeclared counts.
func (d *differ) exists(o *tenant.Object) bool {
	if o.Kind == registry.Connector || o.Kind == registry.Token {
		return true
	}
	return o.State != tenant.Disabled || !d.tells(o, tenant.FieldState)
}

// powerful tells whether an object may act now. A credential that does not
// tell may; of anything else that does not tell nothing is known.
func (d *differ) powerful(o *tenant.Object) bool {
	if o.Kind == registry.Token && !o.Expires.IsZero() && !o.Expires.After(d.now) && d.tells(o, tenant.FieldExpires) {
		return false
	}
	if d.tells(o, tenant.FieldState) && o.State != tenant.StateUnknown && o.State != "" {
		return o.State == tenant.Enabled
	}
	return o.Kind == registry.Connector || o.Kind == registry.Token
}

func expired(id *registry.Identity, now time.Time) bool {
	end := id.Expires.End()
	return !end.IsZero() && !now.Before(end)
}

func tenantOwner(want *registry.Snapshot, name string) string {
	if t := want.Tenant(name); t != nil {
		return t.Owner
	}
	return ""
}

func sortDrifts(drifts []Drift) {
	slices.SortFunc(drifts, func(a, b Drift) int {
		return cmp.Or(
			cmp.Compare(slices.Index(tenant.Kinds, a.Kind), slices.Index(tenant.Kinds, b.Kind)),
			cmp.Compare(a.Identity, b.Identity),
			cmp.Compare(a.ObjectID, b.ObjectID),
			cmp.Compare(a.Class, b.Class),
			cmp.Compare(a.Field, b.Field),
			cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Message, b.Message),
		)
	})
}
