//go:build unix

package main

import (
	"errors"
	"os"
	"syscall"
)

// private says why others could have written what is in a folder.
func private(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if s, ok := info.Sys().(*syscall.Stat_t); !ok || int(s.Uid) != os.Geteuid() {
		return errors.New("it belongs to another user; name a folder of your own with ROLLCALL_CACHE")
	}
	if info.Mode()&0o022 != 0 {
		return errors.New("others may write to it; take that right away with \"chmod go-w\", or name another folder with ROLLCALL_CACHE")
	}
	return nil
}
