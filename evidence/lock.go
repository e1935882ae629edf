package evidence

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// ErrInUse says that another process writes to the log; wait for it, or write
// elsewhere.
var ErrInUse = errors.New("only one process writes to an evidence log at a time")

// lock makes this process the log's only writer until the file is closed, or
// the process ends in whatever way.
func lock(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, ".lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock the evidence log: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		holder, _ := io.ReadAll(io.LimitReader(f, 32)) // for the sentence alone
		f.Close()
		return nil, fmt.Errorf("open the evidence log %s: process %s has it; %w", dir, strings.TrimSpace(string(holder)), ErrInUse)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("lock the evidence log %s: %w", dir, err)
	}
	if err := f.Truncate(0); err == nil {
		fmt.Fprintln(f, os.Getpid()) // for the sentence alone: a full disk is met soon enough
	}
	return f, nil
}
