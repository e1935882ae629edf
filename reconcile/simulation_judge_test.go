package reconcile

import (
	"slices"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// declared is what an object is rightly declared as.
func (s *simulation) declared(o tenant.Object) registry.Identity {
	for _, id := range s.base {
		if id.Kind == o.Kind && id.Live.ID == o.ID {
			return *id
		}
	}
	return registry.Identity{}
}

// ordered tells by the evidence whether a break-glass window that a person
// ordered is open on an object.
func (s *simulation) ordered(o tenant.Object) bool {
	id := s.declared(o).ID
	return slices.ContainsFunc(s.log, func(r Record) bool {
		if r.Kind != RecordOrder || r.Data.Order.Kind != OrderBreakGlass || r.Data.Reason != "" {
			return false
		}
		g := r.Data.Order.Glass
		return slices.Contains(g.Identities, id) && time.Now().Before(g.Until)
	})
}

// used is the enabled workflow that uses an object, or "".
func (s *simulation) used(o tenant.Object) string {
	for key, w := range s.objects {
		if w.Kind == registry.Workflow && w.State == tenant.Enabled && slices.Contains(w.Uses, tenant.Ref{Kind: o.Kind, ID: o.ID}) {
			return key
		}
	}
	return ""
}

// converged checks that nothing acts that must not.
func (s *simulation) converged() {
	by := map[string]*registry.Identity{}
	for _, id := range s.base {
		by[string(id.Kind)+":"+id.Live.ID] = id
	}
	for key, o := range s.objects {
		id := by[key]
		if o.State != tenant.Enabled || o.Self || s.administrators() == 1 && o.Role == "admin" {
			continue
		}
		if id != nil && id.State == registry.Retired && s.used(o) != "" {
			continue // the plan says who uses it
		}
		if id == nil || id.State != registry.Active || id.Access == justInTime {
			s.broke("with all faults gone %s still acts, which is declared %+v", key, id)
		}
	}
}

func (s *simulation) administrators() (n int) {
	for _, o := range s.objects {
		if o.State == tenant.Enabled && o.Role == "admin" {
			n++
		}
	}
	return n
}

// answered checks that each intent has one outcome, and each write an intent.
func (s *simulation) answered() {
	outcomes := map[string]int{}
	for _, r := range s.log {
		if r.Kind == RecordOutcome {
			outcomes[r.Act]++
		}
	}
	for _, r := range s.log {
		if r.Kind == RecordIntent && outcomes[r.Act] < 1 {
			s.broke("the intent %s has no outcome", r.Act)
		}
	}
	if len(s.acts) > 0 {
		s.broke("%d acts are still open", len(s.acts))
	}
}
