package reconcile

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
)

// A Glass is a break-glass window that a person ordered, for the case that git
// is what is broken. It counts like one of the registry until the registry has
// the window of that name, whose times count from then on.
type Glass struct {
	Name       string    `json:"name"`
	Identities []string  `json:"identities,omitempty"`
	By         string    `json:"by,omitempty"`
	Reason     string    `json:"reason,omitempty"`
	Owner      string    `json:"owner,omitempty"`
	Rollback   string    `json:"rollback,omitempty"`
	From       time.Time `json:"from,omitzero"`
	Until      time.Time `json:"until,omitzero"`
	Closed     time.Time `json:"closed,omitzero"` // when a person ended it; also of a window of the registry, which is over from then on
}

const (
	unlimitedGlass = 4 * time.Hour // how long a window may be ordered for where the policy sets no limit
	widestGlass    = 100           // how many identities an ordered window may name
)

// GlassLimit is how long a break-glass window on some identities may be: the
// least that the policy allows their tiers, and at most four hours where it
// sets no limit for the most privileged of them. Tier is whose limit that is,
// or empty.
func GlassLimit(want *registry.Snapshot, ids []string) (limit time.Duration, tier registry.Tier) {
	var most registry.Tier
	for _, ref := range ids {
		id := want.Identity(ref)
		if id == nil {
			continue
		}
		if id.Tier.Rank() > most.Rank() {
			most = id.Tier
		}
		if l := want.Policy.Tiers[id.Tier].TemporaryAccess; l != nil && (tier == "" || time.Duration(*l) < limit) {
			limit, tier = time.Duration(*l), id.Tier
		}
	}
	if want.Policy.Tiers[most].TemporaryAccess == nil && (tier == "" || limit > unlimitedGlass) {
		return unlimitedGlass, ""
	}
	return limit, tier
}

// openGlass opens a window, or says why not. One that would be longer than the
// policy allows ends when that is over: in an emergency a shorter window is of
// more use than none.
func (h History) openGlass(o Order, want *registry.Snapshot) (History, string) {
	if o.Glass == nil || o.Glass.Name == "" || len(o.Glass.Identities) == 0 || o.Reason == "" {
		return h, "a window has a name, a reason, and identities that it names"
	}
	g := *o.Glass
	if len(g.Identities) > widestGlass {
		return h, fmt.Sprintf("it names %d identities; name at most %d", len(g.Identities), widestGlass)
	}
	if _, ordered := h.Glass[g.Name]; ordered {
		return h, fmt.Sprintf("window %q was ordered before; give this one another name", g.Name)
	}
	if accessOf(want, g.Name) != nil {
		return h, fmt.Sprintf("the registry has the window %q by now, and that one counts", g.Name)
	}
	for _, id := range g.Identities {
		if want.Identity(id) == nil {
			return h, fmt.Sprintf("the registry declares no %q", id)
		}
	}
	g.By, g.Reason, g.From, g.Closed = o.By, o.Reason, h.afterLast(o.At), time.Time{}
	g.Owner, g.Rollback = clip(g.Owner, shortText), clip(g.Rollback, longText)
	limit, _ := GlassLimit(want, g.Identities)
	if last := o.At.Add(limit); g.Until.IsZero() || g.Until.After(last) {
		g.Until = last
	}
	if g.Until = g.Until.UTC().Truncate(time.Second); !g.Until.After(g.From) {
		return h, fmt.Sprintf("it would be over at %s, before it begins", clock(g.Until))
	}
	return h.withGlass(g), ""
}

// closeGlass ends a window that was ordered, or one of the registry.
func (h History) closeGlass(o Order, want *registry.Snapshot) (History, string) {
	if o.Glass == nil || o.Glass.Name == "" {
		return h, "a window has a name"
	}
	g, known := h.Glass[o.Glass.Name]
	if a := accessOf(want, o.Glass.Name); a != nil && a.Kind == breakGlass && !(known && !g.Closed.IsZero()) {
		known = true
		g = Glass{Name: a.ID, Identities: a.Identities, By: o.By, Reason: o.Reason, Owner: a.Owner, From: a.From.Time(), Until: a.Until.Time()}
	}
	at := h.afterLast(o.At)
	if !known || !g.Closed.IsZero() || at.Before(g.From) || !at.Before(g.Until) {
		return h, fmt.Sprintf("no break-glass window %q is open", o.Glass.Name)
	}
	g.Until, g.Closed = at, at
	return h.withGlass(g), ""
}

// afterLast is a moment, or the first after the last pass: an order that came
// while a pass ran counts from after it.
func (h History) afterLast(at time.Time) time.Time {
	if !at.After(h.At) {
		return h.At.Add(time.Millisecond)
	}
	return at
}

func (h History) withGlass(g Glass) History {
	h.Glass = maps.Clone(h.Glass)
	if h.Glass == nil {
		h.Glass = map[string]Glass{}
	}
	h.Glass[g.Name] = g
	return h
}

// Over is a registry with the windows that people ordered over it, and the
// history without those that the registry has by now.
func (h History) Over(want *registry.Snapshot, now time.Time) (History, *registry.Snapshot) {
	h.Glass = maps.Clone(h.Glass)
	maps.DeleteFunc(h.Glass, func(name string, g Glass) bool {
		a := accessOf(want, name)
		return a != nil && (g.Closed.IsZero() || !now.Before(a.Until.Time()))
	})
	if len(h.Glass) == 0 {
		return h, want
	}
	over := *want
	over.Access = nil
	for _, a := range want.Access {
		if g, ok := h.Glass[a.ID]; ok && g.Closed.Before(a.Until.Time()) {
			shut := *a
			shut.Until = timeOf(g.Closed)
			a = &shut
		}
		over.Access = append(over.Access, a)
	}
	for _, name := range slices.Sorted(maps.Keys(h.Glass)) {
		if accessOf(want, name) == nil {
			over.Access = append(over.Access, h.Glass[name].access())
		}
	}
	slices.SortStableFunc(over.Access, func(a, b *registry.Access) int { return cmp.Compare(a.ID, b.ID) })
	return h, registry.Build(over)
}

func (g Glass) access() *registry.Access {
	return &registry.Access{
		ID: g.Name, Kind: breakGlass, Identities: g.Identities, Reason: g.Reason, Owner: g.Owner, RequestedBy: g.By,
		From: timeOf(g.From), Until: timeOf(g.Until), Rollback: g.Rollback,
	}
}

func timeOf(t time.Time) registry.Time { return registry.Time(t.UTC().Format(time.RFC3339Nano)) }

func accessOf(want *registry.Snapshot, name string) *registry.Access {
	for _, a := range want.Access {
		if a.ID == name {
			return a
		}
	}
	return nil
}
