package registry

import "syscall"

// limitProcess bounds this process for good. It limits data and not address
// space, of which the Go runtime reserves far more than it uses.
func limitProcess() error {
	if err := syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: evaluateMemory, Max: evaluateMemory}); err != nil {
		return err
	}
	seconds := uint64(evaluateTime.Seconds())
	return syscall.Setrlimit(syscall.RLIMIT_CPU, &syscall.Rlimit{Cur: seconds, Max: seconds + 1})
}
