package reconcile

import "github.com/rollcall-dev/rollcall/tenant"

// A Class is a class of drift.
type Class string

// The classes of drift.
const (
	Undeclared Class = "undeclared" // live, not in the registry
	Missing    Class = "missing"    // declared active, not live
	Changed    Class = "changed"    // a governed field differs
	Expired    Class = "expired"    // live and enabled past its expiry
	Retired    Class = "retired"    // declared retired or suspended, still enabled
	Unreleased Class = "unreleased" // declared proposed, already enabled
	Unlocked   Class = "unlocked"   // a just-in-time identity that is enabled outside every window

	Environment Class = "environment"  // a live reference crosses environments, or a credential is live in two
	AccessStep  Class = "access-step"  // a live step changes access, and is not declared
	Shared      Class = "shared"       // a live credential is used by more workflows than declared
	Dormant     Class = "dormant"      // not used for longer than its tier allows
	StaleSecret Class = "stale-secret" // a credential that is older than its tier allows

	Unreadable Class = "unreadable" // the tenant, or part of it, could not be read
)

// watched tells whether drift of a class can only be told to people: no act in
// the tenant mends it, and none is kept back for its sake.
func watched(c Class) bool {
	switch c {
	case Missing, Environment, Shared, Dormant, StaleSecret, Unreadable:
		return true
	}
	return false
}

// A Drift is one difference between what is declared and what is live.
type Drift struct {
	Tenant   string       `json:"tenant"`
	Class    Class        `json:"class"`
	Identity string       `json:"identity,omitempty"` // id in the registry; empty where it has none
	Kind     tenant.Kind  `json:"kind,omitempty"`
	ObjectID string       `json:"objectId,omitempty"` // the tenant's own id; empty where it is missing
	Name     string       `json:"name,omitempty"`     // as the tenant shows it
	Field    tenant.Field `json:"field,omitempty"`    // of class changed
	Want     string       `json:"want,omitempty"`     // what the registry declares
	Got      string       `json:"got,omitempty"`      // what the tenant has
	Message  string       `json:"message"`            // one sentence for people
	Owner    string       `json:"owner,omitempty"`    // who answers for it
	Editor   string       `json:"editor,omitempty"`   // who changed it last, where the platform tells
}

// Key names a drift over many passes: it stays the same while the drift does.
func (d Drift) Key() string {
	subject := d.Identity
	if d.Class == Undeclared || subject == "" {
		subject = string(d.Kind) + ":" + d.ObjectID
	}
	return d.Tenant + " " + string(d.Class) + " " + subject + " " + string(d.Field)
}

// A Severity says how soon people should look.
type Severity string

// The severities.
const (
	Critical Severity = "critical" // something can act that must not, or nobody knows whether it can
	Warning  Severity = "warning"
)

// Severity is that of a drift.
func (d Drift) Severity() Severity {
	switch d.Class {
	case Missing, Shared, Dormant, StaleSecret:
		return Warning
	case Changed:
		if d.Field == tenant.FieldDraft || d.Field == tenant.FieldState {
			return Warning // it does not run
		}
	}
	return Critical
}

// A Mode is what is done about a class of drift.
type Mode string

// The modes.
const (
	Ignore  Mode = "ignore"
	Flag    Mode = "flag"
	Propose Mode = "propose"
	Revert  Mode = "revert"
)
