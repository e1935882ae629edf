// Package lint judges a registry: rules look at a snapshot and report
// findings. A rule is a value; package lint/rules is the book of them.
package lint

import (
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// Severity says what a finding does to a change.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // blocks a merge
	Warning Severity = "warning" // is shown
	Notice  Severity = "notice"  // is shown in reports only
)

// A Rule is one claim about a registry.
type Rule struct {
	ID       string // "ownership/unknown"
	Doc      string // a sentence, a blank line, and the page that `rollcall explain` shows
	Severity Severity
	Controls []string // "NHI5:2025", "NIST CSF 2.0 PR.AA-05"
	Waivable bool
	Strict   bool // no baseline accepts its findings either
	Needs    Need // what it cannot be judged without

	// Each judges one identity by itself, and several at a time; Check looks
	// at whatever it wants to. A rule has one of them or both.
	Each  func(*Pass, *registry.Identity)
	Check func(*Pass)

	// Local says that Each looks, of Head, at nothing but the identity and its
	// tenant's entry, and of the rest of the pass only at what is the base's
	// law, and at the time: what a change leaves alone is then judged once for
	// both of its sides.
	Local bool
}

// A Need is what a rule cannot be judged without.
type Need string

// The needs. A rule without its need is skipped, and said to be skipped.
const (
	NeedsNothing Need = ""
	NeedsBase    Need = "base"   // compares a change with what was there before
	NeedsLive    Need = "live"   // compares with what the daemon saw
	NeedsFiles   Need = "files"  // looks into the files themselves
	NeedsRuling  Need = "ruling" // tells what the organisation's own rules came to

	// NeedsBaseAndLive compares a change with what the daemon saw.
	NeedsBaseAndLive Need = "base and live"

	// NeedsOutcome is for rules that judge what the others' findings came to:
	// they run last.
	NeedsOutcome Need = "outcome"
)

// A Pass is what a rule sees. Everything in it is read-only.
type Pass struct {
	Head  *registry.Snapshot
	Base  *registry.Snapshot            // nil where only one commit is known
	Live  map[string]tenant.Observation // by tenant, recent ones alone
	Files []*Files                      // that are searched: those judged, then older states of them
	Now   time.Time

	// Rulings are what the organisation's own rules come to, by snapshot: see
	// [registry.JudgeRules] and [OrganisationRules].
	Rulings map[*registry.Snapshot]registry.Ruling

	// Brief leaves what was there before a change without a line: to find the
	// places of what nobody looks at takes longer than all else.
	Brief bool

	// Unseen are the tenants that are not in Live though they are asked for,
	// and since when or why: "seen last on 2026-11-20", "never seen".
	Unseen map[string]string

	rule   Rule
	forced bool // policy sets the rule's severity
	report func(Finding)
	ran    map[string]bool // rules that are judged
	used   map[string]int  // findings silenced, by exception
	faulty map[fieldOf]bool

	compared *Comparison // of Base and Head, where there is a base
	common   *common     // what Base and Head share, where both are judged
	today    registry.Date

	organisation *registry.Organisation // counts in place of the law's, where it is not nil
}

// fieldOf is a field of an identity.
type fieldOf struct{ identity, field string }

// An Entry says what kind of entry is at fault.
type Entry string

// The entries that can be at fault.
const (
	EntryIdentity     Entry = "" // the usual one
	EntryTenant       Entry = "tenant"
	EntryException    Entry = "exception"
	EntryAccess       Entry = "access"
	EntryPolicy       Entry = "policy"
	EntryOrganisation Entry = "organisation"
)

// A Finding is one thing that is wrong, where it stands and how to mend it.
// Two findings that differ in their place alone are the same finding: see
// [New].
type Finding struct {
	Rule     string
	Severity Severity
	Entry    Entry  // what Identity names
	Identity string // or the tenant, exception or access entry that is at fault
	Field    string // dotted path
	Value    string // the offending value
	Pos      registry.Pos
	Message  string // what is wrong; and the way out behind a semicolon
	Controls []string
	Edit     *registry.Edit // how to mend it, where that is mechanical
	Secret   bool           // its line holds a secret, and is not shown
	Cause    string         // what several identities at one place can share, told once: see [Result.Gather]
	Others   []string       // those, but for Identity
}
