package reconcile

import (
	"time"

	"github.com/rollcall-dev/rollcall/tenant"
)

// A Verb is what an action does.
type Verb string

// The verbs.
const (
	DoFlag    Verb = "flag"    // tell people
	DoWait    Verb = "wait"    // tell people; revert it when its grace period is over
	DoPropose Verb = "propose" // a change to the registry, for people to decide on
	DoSuspend Verb = "suspend"
	DoResume  Verb = "resume"
	DoRevoke  Verb = "revoke"
	DoRestore Verb = "restore" // set governed fields back
)

// An Action is what is to be done about one object, and the drifts that are
// the reason.
type Action struct {
	ID     string         `json:"id"` // the same for the same act on the same state
	Verb   Verb           `json:"verb"`
	Drift  Drift          `json:"drift"`
	Why    string         `json:"why"`            // the decision in words: which policy, why not more
	Object *tenant.Object `json:"object"`         // as observed; nil for what is not live
	Good   *tenant.Object `json:"good,omitempty"` // of restore: what it becomes
	Due    time.Time      `json:"due,omitzero"`   // of wait: when its grace period is over and the change windows are open; zero where nobody can tell

	Identity string   `json:"identity,omitempty"` // of Object, where it has one; a webhook's drift may act on its workflow
	Would    Verb     `json:"would,omitempty"`    // of wait, and of what a held plan does not do: what would be done
	With     string   `json:"with,omitempty"`     // the id of the action that mends this drift too
	After    []string `json:"after,omitempty"`    // the ids of the acts without which this one is not begun
	Window   string   `json:"window,omitempty"`   // the break-glass window that suspends the revert
}

// Reverts tells whether the action writes to the tenant.
func (a Action) Reverts() bool {
	switch a.Verb {
	case DoSuspend, DoResume, DoRevoke, DoRestore:
		return true
	}
	return false
}

// A Plan is what would be done about a tenant's drift: data, made without
// touching anything, that can be printed, compared and stored.
type Plan struct {
	ID       string    `json:"id,omitempty"` // of the reverts that it wants, done or held: the same for the same acts on the same states; empty where it wants none
	Tenant   string    `json:"tenant"`
	Commit   string    `json:"commit"`
	Observed time.Time `json:"observed"`
	Actions  []Action  `json:"actions"`
	Held     string    `json:"held,omitempty"`  // why no revert of this plan is carried out; empty where they are
	Limit    bool      `json:"limit,omitempty"` // it is held by a limit alone, so that it can be let through once
	Blind    []string  `json:"blind,omitempty"` // what could not be known, a sentence each

	Ignored int `json:"ignored,omitempty"` // drifts of classes that the policy ignores

	Proposals []Proposal `json:"proposals,omitempty"` // of the actions that propose, in their order

	Approval *Approval `json:"approval,omitempty"` // by which it is let through although it is over a limit
}

// A Sighting is what is remembered of a drift. One of zero Times is over: it is
// kept for its Reverts, or because people were not told yet that it is over.
type Sighting struct {
	First   time.Time   `json:"first"`
	Last    time.Time   `json:"last"`
	Times   int         `json:"times"`
	Reverts []time.Time `json:"reverts,omitempty"` // outcomes that were seen to hold
	Failed  []time.Time `json:"failed,omitempty"`  // acts on it that failed
	Told    time.Time   `json:"told,omitzero"`     // when people were last told
	Drift   Drift       `json:"drift"`             // as last seen
}

// Last is what the last pass that could read the tenant came to.
type Last struct {
	Plan    string `json:"plan,omitempty"`    // [Plan.ID]
	Reverts int    `json:"reverts,omitempty"` // that it wants, done or held
	Held    string `json:"held,omitempty"`
	Limit   bool   `json:"limit,omitempty"`
}

// History is what is remembered of a tenant from pass to pass. The zero value
// is a tenant that was never seen.
type History struct {
	Drifts   map[string]Sighting      `json:"drifts,omitempty"`   // by Drift.Key
	Good     map[string]tenant.Object `json:"good,omitempty"`     // by identity: as last seen without drift
	Declared int                      `json:"declared,omitempty"` // identities of the tenant in the last registry that was followed
	Commit   string                   `json:"commit,omitempty"`
	Passes   int                      `json:"passes,omitempty"`
	At       time.Time                `json:"at,omitzero"`    // of the last pass that could read the tenant
	Held     string                   `json:"held,omitempty"` // the last plan's, where people were told

	Last     Last                  `json:"last,omitzero"`
	Pauses   []Pause               `json:"pauses,omitempty"`
	Asked    *Approval             `json:"asked,omitempty"`    // for which nobody has approved yet
	Approved *Approval             `json:"approved,omitempty"` // not used yet
	Accepted map[string]Acceptance `json:"accepted,omitempty"` // by Drift.Key

	Glass   map[string]Glass     `json:"glass,omitempty"`   // windows that people ordered, by name
	Windows []Window             `json:"windows,omitempty"` // that were open in the last pass, or owed a review
	Reviews map[string]Review    `json:"reviews,omitempty"` // that are overdue, where people were told, by window
	Leaving map[string]time.Time `json:"leaving,omitempty"` // retired identities that were last seen to act then, by id
}
