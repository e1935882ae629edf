package rules

import (
	"fmt"
	"slices"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "lifecycle/illegal-transition",
	Severity: lint.Error,
	Controls: []string{"NHI1:2025", "NIST CSF 2.0 ID.AM-08", "NIST AI RMF 1.0 GOVERN 1.7"},
	Waivable: true,
	Needs:    lint.NeedsBase,
	Check:    illegalTransition,
	Doc: `an identity goes through its life in order

# What
A change moves an identity to a state that does not follow the one it is in, or
takes away the entry of one that is active or suspended. From proposed an identity
becomes active or retired; from active, suspended or retired; from suspended,
active or retired; and retired is the end, after which the entry may go.

# Why
An entry that goes while the thing still works leaves an identity behind that
nobody watches: OWASP NHI1:2025 Improper Offboarding. One that comes back after
its end skips the look that a new one gets. NIST CSF 2.0 ID.AM-08 and NIST AI RMF
GOVERN 1.7 ask for an orderly end.

# Before
	// the entry of an active workflow is removed

# After
	state:   "retired"
	retired: {on: "2026-11-24", reason: "replaced by the ERP's own export", by: "person/dana"}

# How to mend
Retire it first, and remove the entry in a later change, once it is gone from the
tenant. Instead of bringing back a retired identity, declare a new one. To stop an
active one for a while, set state: "suspended".
`,
})

// next are the states that follow a state.
var next = map[registry.State][]registry.State{
	registry.Proposed:  {registry.Active, registry.Retired},
	registry.Active:    {registry.Suspended, registry.Retired},
	registry.Suspended: {registry.Active, registry.Retired},
	registry.Retired:   {},
}

func illegalTransition(p *lint.Pass) {
	for _, pair := range p.Compared().Kept {
		from, to := pair.Base.State, pair.Head.State
		follow, known := next[from]
		if _, known2 := next[to]; from == to || !known || !known2 || slices.Contains(follow, to) {
			continue
		}
		p.Report(lint.Finding{
			Identity: pair.Head.ID,
			Field:    "state",
			Value:    string(to),
			Message:  fmt.Sprintf("%s goes from state %q to %q; %s", named(pair.Head), from, to, instead(from, to)),
		})
	}
	for _, id := range p.Compared().Removed {
		if id.State != registry.Active && id.State != registry.Suspended {
			continue
		}
		p.Report(lint.Finding{
			Identity: id.ID,
			Field:    "state",
			Value:    string(id.State),
			Pos:      registry.Pos{File: id.Source()},
			Message:  fmt.Sprintf("%s is removed while its state is %q; retire it first, and remove it in a later change", named(id), id.State),
		})
	}
}

// instead is the way out of a change of state that is not allowed.
func instead(from, to registry.State) string {
	switch {
	case from == registry.Retired:
		return "what is retired never comes back: declare a new identity"
	case to == registry.Proposed:
		return fmt.Sprintf("set state: %q to stop it for a while", registry.Suspended)
	}
	return fmt.Sprintf("what never ran is not suspended: leave it %q", from)
}
