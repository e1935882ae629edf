package reconcile

import (
	"cmp"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
)

// DefaultGrace is how long drift must stand before it is reverted, where
// neither the tenant nor the policy says.
const DefaultGrace = 10 * time.Minute

// A Policy is what is to be done about a tenant's drift: the tenant's own
// enforcement over the policy's over the default, which flags everything. It
// is made by [PolicyOf]; the zero Policy is of no use.
type Policy struct {
	Tenant  string
	Classes map[Class]Enforcement // classes that are not here are flagged
	Limits  registry.Limits       // none of them zero

	want *registry.Snapshot
}

// Enforcement is what is done about one class of drift.
type Enforcement struct {
	Mode    Mode
	Grace   time.Duration
	Windows registry.Calendar // when reverts may be made
}

// PolicyOf is the policy for a tenant. A mode that is none of the four counts
// as flag.
func PolicyOf(s *registry.Snapshot, name string) Policy {
	p := Policy{Tenant: name, Classes: map[Class]Enforcement{}, want: s}
	var own registry.Tenant
	if t := s.Tenant(name); t != nil {
		own = *t
	}
	for class, e := range s.Policy.Enforcement {
		p.Classes[Class(class)] = enforcement(e, own.Enforcement[class])
	}
	for class, e := range own.Enforcement {
		p.Classes[Class(class)] = enforcement(s.Policy.Enforcement[class], e)
	}
	p.Limits = limits(own.Limits, s.Policy.Limits, registry.DefaultLimits)
	return p
}

// enforcement lays a tenant's over the policy's. The windows of both count, for
// a layer may hold back and none may take that away.
func enforcement(policy, own registry.Enforcement) Enforcement {
	e := Enforcement{Grace: DefaultGrace, Windows: registry.CalendarOf(policy.Windows, own.Windows)}
	for _, g := range []*registry.Duration{policy.Grace, own.Grace} {
		if g != nil {
			e.Grace = time.Duration(*g)
		}
	}
	e.Mode = Mode(cmp.Or(own.Mode, policy.Mode))
	switch e.Mode {
	case Ignore, Flag, Propose, Revert:
	default:
		e.Mode = Flag
	}
	return e
}

func limits(layers ...registry.Limits) registry.Limits {
	var l registry.Limits
	for _, layer := range layers {
		l.Reverts = cmp.Or(l.Reverts, layer.Reverts)
		l.Share = cmp.Or(l.Share, layer.Share)
		l.Shrink = cmp.Or(l.Shrink, layer.Shrink)
		l.Repeats = cmp.Or(l.Repeats, layer.Repeats)
	}
	return l
}

func (p Policy) of(c Class) Enforcement {
	if e, ok := p.Classes[c]; ok {
		return e
	}
	return Enforcement{Mode: Flag, Grace: DefaultGrace}
}

// open is the break-glass window that is open on an identity, or nil.
func (p Policy) open(identity string, now time.Time) *registry.Access {
	for _, a := range p.want.WindowsOn(identity) {
		if a.Kind == breakGlass && isOpen(a, now) {
			return a
		}
	}
	return nil
}

// reverts tells whether any class is to be reverted.
func (p Policy) reverts() bool {
	for _, e := range p.Classes {
		if e.Mode == Revert {
			return true
		}
	}
	return false
}
