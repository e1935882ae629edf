package evidence

import (
	"fmt"
	"time"
)

// A Ref names an entry in few words.
type Ref struct {
	Index    uint64
	Time     time.Time
	Kind     Kind
	Tenant   string
	Identity string
	Act      string
}

// String gives "entry 17 (intent, sandbox/crm, 2026-03-01T09:00:00Z)".
func (r Ref) String() string {
	who := r.Tenant
	if r.Identity != "" {
		who += "/" + r.Identity
	}
	if who != "" {
		who += ", "
	}
	return fmt.Sprintf("entry %d (%s, %s%s)", r.Index, r.Kind, who, r.Time.Format(time.RFC3339))
}

func refTo(index uint64, e Entry) Ref {
	return Ref{index, e.Time, e.Kind, e.Tenant, e.Identity, e.Act}
}

// A Report says whether a log holds, and what of it does not.
type Report struct {
	Checkpoint Checkpoint // what was verified against; zero where it cannot be believed
	Entries    uint64     // that were read
	First      time.Time  // of the first entry
	Last       time.Time  // of the last one
	Faults     []string   // what does not hold, a sentence each, the first entry first; empty: the log holds
	Open       []Ref      // intents without an outcome: acts under way, or cut short
	Unsigned   uint64     // entries after the checkpoint: a running writer's newest, or what a crash left
}

// Holds tells whether all that was signed is there, and nothing else.
func (r Report) Holds() bool { return len(r.Faults) == 0 }

// maxFaults is how many entries that do not read as evidence are named.
const maxFaults = 20

func (r *Report) fault(format string, args ...any) {
	r.Faults = append(r.Faults, fmt.Sprintf(format, args...))
}

func (r Ref) short() string { return fmt.Sprintf("entry %d", r.Index) }
