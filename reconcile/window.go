package reconcile

import (
	"time"

	"github.com/rollcall-dev/rollcall/registry"
)

const (
	justInTime = "jit"        // access of an identity that may act within windows alone
	breakGlass = "breakGlass" // kind of a window in which nothing of what it names is reverted
)

// openWindow is the window of temporary access, of whatever kind, that is open
// on an identity; nil where there is none.
func openWindow(want *registry.Snapshot, identity string, now time.Time) *registry.Access {
	for _, a := range want.WindowsOn(identity) {
		if isOpen(a, now) {
			return a
		}
	}
	return nil
}

// isOpen tells whether a window is open: from its first moment to before its
// last. One without both is not.
func isOpen(a *registry.Access, now time.Time) bool {
	from, until := a.From.Time(), a.Until.Time()
	return !from.IsZero() && !now.Before(from) && now.Before(until)
}

// edge is when the newest window on an identity began or ended, up to now;
// zero where none did.
func edge(want *registry.Snapshot, identity string, now time.Time) time.Time {
	var newest time.Time
	for _, a := range want.WindowsOn(identity) {
		from, until := a.From.Time(), a.Until.Time()
		if from.IsZero() || until.IsZero() {
			continue
		}
		for _, t := range []time.Time{from, until} {
			if !t.After(now) && t.After(newest) {
				newest = t
			}
		}
	}
	return newest
}
