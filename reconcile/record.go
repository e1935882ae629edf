package reconcile

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rollcall-dev/rollcall/tenant"
)

// A Recorder keeps evidence. Append returns when the record is durable, with
// what names it in the log. It cannot be cancelled, on purpose.
type Recorder interface {
	Append(r Record) (ref string, err error)
}

// A RecordKind says what a record tells of.
type RecordKind string

// The kinds of record.
const (
	RecordPlan       RecordKind = "plan"       // what would be done; kept when it changed, and in every pass inside a break-glass window
	RecordUnreadable RecordKind = "unreadable" // the tenant could not be read at all
	RecordIntent     RecordKind = "intent"     // about to act
	RecordDropped    RecordKind = "dropped"    // an act that was not begun, for the object changed since it was decided on, or what comes before it was not done
	RecordOutcome    RecordKind = "outcome"    // what came of an intent
	RecordProposed   RecordKind = "proposed"   // a proposal was opened, or brought up to date
	RecordWithdrawn  RecordKind = "withdrawn"  // a proposal that rollcall no longer keeps, and why
	RecordOffboarded RecordKind = "offboarded" // nothing of a retired identity acts any more, as was seen again
	RecordOrder      RecordKind = "order"      // what a person told the reconciler to do, and whether it was refused
)

// A Record is one piece of evidence. It holds no secret, for an observation
// and a receipt hold none, and is well below 64 KiB.
type Record struct {
	Kind     RecordKind `json:"kind"`
	Time     time.Time  `json:"time"`
	Tenant   string     `json:"tenant"`
	Identity string     `json:"identity,omitempty"`
	Act      string     `json:"act,omitempty"` // ties an outcome to its intent; each attempt has its own
	Commit   string     `json:"commit,omitempty"`
	Approver string     `json:"approver,omitempty"` // where one was needed
	Data     RecordData `json:"data"`
}

// RecordData is what a record tells beyond its head.
type RecordData struct {
	Plan    *RecordedPlan   `json:"plan,omitempty"`
	Action  *RecordedAction `json:"action,omitempty"`
	Result  Result          `json:"result,omitempty"` // of outcome
	Reason  string          `json:"reason,omitempty"` // why it was dropped, failed or unreadable
	Receipt *tenant.Receipt `json:"receipt,omitempty"`
	Undo    string          `json:"undo,omitempty"` // how a person takes it back
	Order   *Order          `json:"order,omitempty"`

	Proposal *RecordedProposal `json:"proposal,omitempty"`
}

// A Result is what came of an act.
type Result string

// The results.
const (
	Done         Result = "done"                            // and seen to hold
	Failed       Result = "failed"                          // and seen not to hold
	FoundDone    Result = "found done"                      // after a crash between intent and outcome
	FoundNotDone Result = "found not done; decided anew"    // after such a crash; it is not repeated blindly
	Unknown      Result = "unknown; looked at again"        // the tenant did not answer: the next pass finds out
	Dropped      Result = "dropped; the object has changed" // no intent was recorded
	Postponed    Result = "not begun; what comes before it was not done"
)

// A RecordedPlan is what evidence keeps of a plan.
type RecordedPlan struct {
	Digest  string           `json:"digest"`
	Counts  map[Verb]int     `json:"counts"`
	Ignored int              `json:"ignored,omitempty"`
	Held    string           `json:"held,omitempty"`
	Actions []RecordedAction `json:"actions,omitempty"` // reverts first
	More    int              `json:"more,omitempty"`    // actions that are left out
	Blind   []string         `json:"blind,omitempty"`
}

// A RecordedAction is what evidence keeps of an action.
type RecordedAction struct {
	ID     string `json:"id"`
	Verb   Verb   `json:"verb"`
	Would  Verb   `json:"would,omitempty"`
	Drift  Drift  `json:"drift"`
	Policy string `json:"policy"` // the decision in words
	Window string `json:"window,omitempty"`
	Object *Sight `json:"object,omitempty"`
	Good   *Sight `json:"good,omitempty"`
}

// A Sight is which state of which object was seen.
type Sight struct {
	Kind    tenant.Kind `json:"kind"`
	ID      string      `json:"id"`
	State   string      `json:"state,omitempty"`
	Version string      `json:"version,omitempty"`
	Updated time.Time   `json:"updated,omitzero"`
}

func sight(o *tenant.Object) *Sight {
	if o == nil {
		return nil
	}
	return &Sight{Kind: o.Kind, ID: clip(o.ID, shortText), State: o.State, Version: clip(o.Version, shortText), Updated: o.Updated}
}

// recorded keeps of each text of an action as many bytes at most.
func recorded(a Action, longest int) RecordedAction {
	x := a.Drift
	for _, s := range []*string{&x.Identity, &x.ObjectID, &x.Name, &x.Want, &x.Got, &x.Message, &x.Owner, &x.Editor} {
		*s = clip(*s, longest)
	}
	return RecordedAction{
		ID: a.ID, Verb: a.Verb, Would: a.Would, Drift: x, Policy: clip(a.Why, longest), Window: clip(a.Window, longest),
		Object: sight(a.Object), Good: sight(a.Good),
	}
}

// Evidence keeps at most this many actions and blind spots of a plan, and this
// many bytes of a text, or fewer where there are many of them.
const (
	mostRecorded = 10
	longText     = 1000
	shortText    = 200
)

func recordedPlan(p Plan) *RecordedPlan {
	r := &RecordedPlan{Digest: p.Digest(), Counts: map[Verb]int{}, Ignored: p.Ignored, Held: clip(p.Held, longText)}
	for _, v := range verbs {
		for _, a := range p.Actions {
			if a.Verb != v.verb {
				continue
			}
			r.Counts[a.Verb]++
			if len(r.Actions) < mostRecorded {
				r.Actions = append(r.Actions, recorded(a, shortText))
			}
		}
	}
	r.More = len(p.Actions) - len(r.Actions)
	for _, b := range p.Blind[:min(len(p.Blind), mostRecorded)] {
		r.Blind = append(r.Blind, clip(b, shortText))
	}
	return r
}

// clip keeps a text short enough for evidence; what others wrote may be long.
func clip(s string, longest int) string {
	s = oneLine(strings.ToValidUTF8(s, "\uFFFD"))
	if len(s) <= longest {
		return s
	}
	end := longest
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

func clipReceipt(r tenant.Receipt) *tenant.Receipt {
	if r == (tenant.Receipt{}) {
		return nil
	}
	return &tenant.Receipt{Request: clip(r.Request, longText), Response: clip(r.Response, longText), Undo: clip(r.Undo, longText)}
}
