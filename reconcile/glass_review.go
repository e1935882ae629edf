package reconcile

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// A Window is a window of temporary access, and how it stands.
type Window struct {
	Name       string      `json:"name"`
	Kind       string      `json:"kind"` // jit, breakGlass, migration
	State      WindowState `json:"state"`
	Identities []string    `json:"identities"`
	Owner      string      `json:"owner,omitempty"`
	By         string      `json:"by,omitempty"` // who asked for it
	Reason     string      `json:"reason,omitempty"`
	From       time.Time   `json:"from,omitzero"`
	Until      time.Time   `json:"until,omitzero"`
	ReviewBy   time.Time   `json:"reviewBy,omitzero"` // of one that is closed: until when it is to be reviewed; zero where the policy does not say
	Ordered    bool        `json:"ordered,omitempty"` // by "--now"; the registry does not have it yet
}

// A WindowState is where a window stands.
type WindowState string

// The states.
const (
	WindowAhead    WindowState = "ahead"    // it has not begun
	WindowOpen     WindowState = "open"     //
	WindowClosed   WindowState = "closed"   // a break-glass window that is over, and owed a review
	WindowOverdue  WindowState = "overdue"  // the same, and the time for it is over
	WindowReviewed WindowState = "reviewed" //
	WindowOver     WindowState = "over"     // another one that is over
)

// Windows are the windows of temporary access of a registry, by name.
func Windows(want *registry.Snapshot, now time.Time) []Window {
	all := make([]Window, 0, len(want.Access))
	for _, a := range want.Access {
		all = append(all, windowOf(want, a, now))
	}
	return all
}

// At is the window as it stands at a later moment.
func (w Window) At(now time.Time) Window {
	switch {
	case w.State == WindowOpen && w.Kind == breakGlass && !now.Before(w.Until):
		w.State = WindowClosed
	case w.State == WindowOpen && !now.Before(w.Until):
		w.State = WindowOver
	}
	if w.State == WindowClosed && !w.ReviewBy.IsZero() && !now.Before(w.ReviewBy) {
		w.State = WindowOverdue
	}
	return w
}

func windowOf(want *registry.Snapshot, a *registry.Access, now time.Time) Window {
	w := Window{
		Name: a.ID, Kind: a.Kind, Identities: a.Identities, Owner: a.Owner, By: a.RequestedBy, Reason: a.Reason,
		From: a.From.Time(), Until: a.Until.Time(), State: WindowOver,
	}
	if within := reviewWithin(want, a.Identities); within > 0 && a.Kind == breakGlass && a.Reviewed == nil {
		w.ReviewBy = w.Until.Add(within)
	}
	switch {
	case now.Before(w.From):
		w.State = WindowAhead
	case isOpen(a, now):
		w.State = WindowOpen
	case a.Kind == breakGlass && a.Reviewed != nil:
		w.State = WindowReviewed
	case a.Kind == breakGlass && !w.Until.IsZero():
		w.State = WindowClosed
	}
	return w.At(now)
}

// reviewWithin is the least time that the policy gives the tiers of some
// identities for the review of a window; 0 where it gives none.
func reviewWithin(want *registry.Snapshot, ids []string) (least time.Duration) {
	for _, ref := range ids {
		id := want.Identity(ref)
		if id == nil {
			continue
		}
		if limit := want.Policy.Tiers[id.Tier].ReviewWithin; limit != nil && (least == 0 || time.Duration(*limit) < least) {
			least = time.Duration(*limit)
		}
	}
	return least
}

// concern tells whether a window names anything of a tenant.
func (w Window) concerns(name string) bool {
	return slices.ContainsFunc(w.Identities, func(id string) bool { return tenantOf(id) == name })
}

func tenantOf(id string) string {
	name, _, _ := strings.Cut(id, "/")
	return name
}

// windows are those of the tenant that people should know of: what is open,
// and what is owed a review.
func (p *pass) windows() []Window {
	var all []Window
	for _, w := range Windows(p.want, p.now) {
		w.Ordered = accessOf(p.plain, w.Name) == nil
		if w.concerns(p.Tenant) && (w.State == WindowOpen || w.State == WindowClosed || w.State == WindowOverdue) {
			all = append(all, w)
		}
	}
	return all
}

// tellReviews tells whoever answers for a break-glass window that its review
// is overdue, as often as of other critical things, and when it was made. Of a
// window over several tenants the first that it names tells.
func (p *pass) tellReviews(ctx context.Context) (changed bool, failures []error) {
	overdue := map[string]Window{}
	for _, w := range p.windows() {
		if w.State == WindowOverdue && tenantOf(w.Identities[0]) == p.Tenant {
			overdue[w.Name] = w
		}
	}
	say := func(kind AlertKind, w Window, message string) bool {
		err := p.Alert(ctx, p.reviewAlert(kind, w, message))
		failures = append(failures, err)
		changed = changed || err == nil
		return err == nil
	}
	owed := maps.Clone(p.memory.History.Reviews)
	if owed == nil {
		owed = map[string]Review{}
	}
	for _, name := range slices.Sorted(maps.Keys(overdue)) {
		w, before := overdue[name], owed[name]
		kind, message := Opened, sayOverdueReview(w)
		if every := p.Remind[Critical]; !before.Told.IsZero() {
			if every <= 0 || p.now.Sub(before.Told) < every {
				continue
			}
			kind, message = Reminded, "still so: "+message
		}
		if say(kind, w, message) {
			owed[name] = Review{Told: p.now, Window: w}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(owed)) {
		if _, still := overdue[name]; still {
			continue
		}
		if say(Resolved, owed[name].Window, fmt.Sprintf("the review of break-glass window %q is no longer overdue", name)) {
			delete(owed, name)
		}
	}
	p.memory.History.Reviews = owed
	return changed, failures
}

// A Review is an overdue one of which people were told.
type Review struct {
	Told   time.Time `json:"told"`
	Window Window    `json:"window"`
}

// unreviewed and accessKind name an overdue review where drift has its class
// and kind. It is no drift: nothing in the tenant differs.
const (
	unreviewed Class       = "unreviewed"
	accessKind tenant.Kind = "access"
)

func (p *pass) reviewAlert(kind AlertKind, w Window, message string) Alert {
	x := Drift{Tenant: p.Tenant, Class: unreviewed, Kind: accessKind, ObjectID: w.Name, Name: w.Name, Owner: w.Owner, Message: message}
	return Alert{Kind: kind, Tenant: p.Tenant, Time: p.now, Drift: &x, Since: w.ReviewBy, Message: message, Severity: Critical}
}

func sayOverdueReview(w Window) string {
	s := fmt.Sprintf("break-glass window %q on %s closed at %s and was to be reviewed by %s; somebody who did not use it has to look, and write reviewed into registry/access/%s.cue",
		w.Name, few(w.Identities), clock(w.Until), clock(w.ReviewBy), w.Name)
	if w.Ordered {
		s += ", which the registry does not have yet"
	}
	return s
}
