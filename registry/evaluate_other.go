//go:build !linux

package registry

import "runtime/debug"

// limitProcess asks the runtime to keep within the budget; only the deadline
// ends a process here.
func limitProcess() error {
	debug.SetMemoryLimit(evaluateMemory)
	return nil
}
