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
	Unreadable Class = "unreadable" // the tenant, or part of it, could not be read
)

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

// A Mode is what is done about a class of drift.
type Mode string

// The modes.
const (
	Ignore  Mode = "ignore"
	Flag    Mode = "flag"
	Propose Mode = "propose"
	Revert  Mode = "revert"
)
