//go:build !unix

package store

import "os"

// lockFile opens the file; SQLite's own locks must do where there is no flock.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
}
