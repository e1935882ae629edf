package reconcile

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
)

// An Order is what a person tells the reconciler of a tenant. It waits until a
// pass obeys it; what came of it is in the evidence.
type Order struct {
	Kind   OrderKind `json:"kind"`
	By     string    `json:"by"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at"`
	Until  time.Time `json:"until,omitzero"`  // of pause and accept: when it ends by itself; a pause without it does not
	Plan   string    `json:"plan,omitempty"`  // of ask and approve: [Plan.ID]
	Drift  string    `json:"drift,omitempty"` // of accept: [Drift.Key]
	Glass  *Glass    `json:"glass,omitempty"` // of breakGlass and closeGlass: the window; of closeGlass its name alone
}

// An OrderKind says what is ordered.
type OrderKind string

// The kinds of order.
const (
	OrderPause   OrderKind = "pause"   // nothing is reverted; counts at once, within a pass too
	OrderResume  OrderKind = "resume"  // ends what people paused, and no pause of policy or configuration
	OrderAsk     OrderKind = "ask"     // that a plan that a limit holds is let through
	OrderApprove OrderKind = "approve" // lets it through once; not by who asked
	OrderAccept  OrderKind = "accept"  // a drift is left as it is until the end
	OrderConfirm OrderKind = "confirm" // a registry that declares much less than before is meant

	OrderBreakGlass OrderKind = "breakGlass" // nothing of what a window names is reverted; counts at once, within a pass too
	OrderCloseGlass OrderKind = "closeGlass" // ends such a window, also one of the registry
)

// Orders keeps orders, by ids that sort in the order in which they were given.
type Orders interface {
	Orders(ctx context.Context, tenant string) (map[string][]byte, error)
	// Obeyed forgets an order. One that is not kept is no error.
	Obeyed(ctx context.Context, order string) error
}

// A Pause stops reverts until it ends or is ended.
type Pause struct {
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
	Until  time.Time `json:"until,omitzero"`
}

// An Approval lets one plan through, once.
type Approval struct {
	Plan   string    `json:"plan"`
	Asked  string    `json:"asked"` // who asked
	By     string    `json:"by,omitempty"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason,omitempty"`
}

// An Acceptance leaves a drift as it is, as long as it stays the same.
type Acceptance struct {
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	Until  time.Time `json:"until"`
	Want   string    `json:"want,omitempty"`
	Got    string    `json:"got,omitempty"`
}

// approvalTime is how long an approval is good for.
const approvalTime = 24 * time.Hour

// Obey is what is remembered of a tenant after an order, or why it is refused.
func (h History) Obey(o Order, want *registry.Snapshot, tenant string) (_ History, refused string) {
	switch o.Kind {
	case OrderPause:
		h.Pauses = append(slices.Clone(h.Pauses), Pause{By: o.By, Reason: o.Reason, At: o.At, Until: o.Until})
	case OrderResume:
		if len(h.Pauses) == 0 {
			return h, "it is not paused"
		}
		h.Pauses = nil
	case OrderAsk:
		h.Asked = &Approval{Plan: o.Plan, Asked: o.By, At: o.At, Reason: o.Reason}
	case OrderApprove:
		return h.approve(o)
	case OrderAccept:
		return h.accept(o, want.Policy)
	case OrderBreakGlass:
		return h.openGlass(o, want)
	case OrderCloseGlass:
		return h.closeGlass(o, want)
	case OrderConfirm:
		h.Declared, h.Commit = len(want.InTenant(tenant)), want.Commit
	default:
		return h, fmt.Sprintf("there is no order %q", o.Kind)
	}
	return h, ""
}

func (h History) approve(o Order) (History, string) {
	switch {
	case h.Asked == nil || h.Asked.Plan != o.Plan:
		return h, "nobody has asked for this plan"
	case h.Asked.Asked == o.By:
		return h, "who asks for a plan does not approve it; another person has to"
	case o.At.Sub(h.Asked.At) > approvalTime:
		return h, fmt.Sprintf("it was asked for longer than %s ago; ask again", registry.Duration(approvalTime))
	}
	h.Approved = &Approval{Plan: o.Plan, Asked: h.Asked.Asked, By: o.By, At: o.At, Reason: h.Asked.Reason}
	h.Asked = nil
	return h, ""
}

func (h History) accept(o Order, policy *registry.Policy) (History, string) {
	s, known := h.Drifts[o.Drift]
	switch {
	case !known || s.Times == 0:
		return h, "there is no such drift now"
	case o.Until.IsZero() || o.Reason == "":
		return h, "a drift is accepted for a reason, and until a day"
	}
	if most := policy.Exceptions.MaxDuration; most != nil && o.Until.Sub(o.At) > time.Duration(*most) {
		return h, fmt.Sprintf("the policy lets nothing be accepted for longer than %s", *most)
	}
	h.Accepted = maps.Clone(h.Accepted)
	if h.Accepted == nil {
		h.Accepted = map[string]Acceptance{}
	}
	h.Accepted[o.Drift] = Acceptance{By: o.By, Reason: o.Reason, Until: o.Until, Want: s.Drift.Want, Got: s.Drift.Got}
	return h, ""
}

// paused is why people paused the reverts, or "".
func (h History) paused(now time.Time) string {
	for _, p := range h.Pauses {
		if p.Until.IsZero() || now.Before(p.Until) {
			return sayPaused(p)
		}
	}
	return ""
}

func sayPaused(p Pause) string {
	s := fmt.Sprintf("%q paused the reverts at %s", p.By, clock(p.At))
	if !p.Until.IsZero() {
		s += ", until " + clock(p.Until)
	}
	return s + ": " + oneLine(p.Reason)
}

// accepted is why a drift is left as it is, or "".
func (h History) accepted(x Drift, now time.Time) string {
	a, ok := h.Accepted[x.Key()]
	if !ok || !now.Before(a.Until) || a.Want != x.Want || a.Got != x.Got {
		return ""
	}
	return fmt.Sprintf("%q accepted it until %s: %s", a.By, clock(a.Until), oneLine(a.Reason))
}

// approves is the approval that lets a plan through, or nil.
func (h History) approves(plan string, now time.Time) *Approval {
	if a := h.Approved; a != nil && a.Plan == plan && now.Sub(a.At) <= approvalTime {
		return a
	}
	return nil
}

// settled is what remains of orders after a pass: what has ended, and an
// approval that was used, are forgotten.
func (h History) settled(plan Plan, now time.Time) History {
	h.Pauses = slices.DeleteFunc(slices.Clone(h.Pauses), func(p Pause) bool { return !p.Until.IsZero() && !now.Before(p.Until) })
	h.Accepted = maps.Clone(h.Accepted)
	maps.DeleteFunc(h.Accepted, func(_ string, a Acceptance) bool { return !now.Before(a.Until) })
	if plan.Approval != nil && plan.Held == "" || h.Approved != nil && now.Sub(h.Approved.At) > approvalTime {
		h.Approved = nil
	}
	return h
}

// obey does what people ordered since the last pass, each after it is in the
// evidence.
func (p *pass) obey(ctx context.Context) error {
	if p.Orders == nil {
		return nil
	}
	orders, err := p.Orders.Orders(ctx, p.Tenant)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(orders)) {
		if id > p.memory.LastOrder {
			if err := p.obeyOne(ctx, id, orders[id]); err != nil {
				return err
			}
		}
		if err := p.Orders.Obeyed(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

func (p *pass) obeyOne(ctx context.Context, id string, body []byte) error {
	var o Order
	if err := json.Unmarshal(body, &o); err != nil {
		return fmt.Errorf("read the order %s: %w", id, err)
	}
	history, refused := p.memory.History.Obey(o, p.want, p.Tenant)
	if o.Kind == OrderConfirm {
		o.Reason = strings.TrimSpace(fmt.Sprintf("%s declared instead of %d %s", identities(history.Declared), p.memory.History.Declared, o.Reason))
	}
	if o.Glass != nil {
		window := Glass{Name: clip(o.Glass.Name, shortText)}
		if refused == "" {
			window = history.Glass[o.Glass.Name] // as it counts, which may be shorter than it was asked for
		}
		o.Glass = &window
	}
	r := p.record(RecordOrder)
	r.Act, r.Approver = id, o.By
	r.Data.Order, r.Data.Reason = &o, clip(refused, longText)
	if err := p.append(r); err != nil {
		return err
	}
	p.memory.History, p.memory.LastOrder = history, id
	return p.save(ctx)
}

// halted tells whether a pause, or a break-glass window, was ordered since the
// pass began, which counts before the next write.
func (p *pass) halted(ctx context.Context) (bool, error) {
	if p.Orders == nil {
		return false, nil
	}
	orders, err := p.Orders.Orders(ctx, p.Tenant)
	if err != nil {
		return false, err
	}
	for _, body := range orders {
		var o Order
		if err := json.Unmarshal(body, &o); err != nil || o.Kind == OrderPause || o.Kind == OrderBreakGlass {
			return true, nil // one that cannot be read may be a pause
		}
	}
	return false, nil
}
