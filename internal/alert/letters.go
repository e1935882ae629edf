package alert

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// maxLetters is how many undelivered alerts are kept.
const maxLetters = 1000

// letters is the file of the alerts that could not be delivered: one
// CloudEvent a line, the oldest first.
type letters struct {
	path  string
	mu    sync.Mutex
	known bool // whether count is
	count int  // alerts in the file
}

// A fileError says that the file, and not the receiver, is the trouble.
type fileError struct{ error }

func (e *fileError) Unwrap() error { return e.error }

// add keeps an alert, and tells how many of the oldest made room for it.
func (l *letters) add(body []byte) (dropped int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := os.MkdirAll(filepath.Dir(l.path), 0o700); err != nil {
		return 0, err
	}
	if !l.known || l.count >= maxLetters {
		if dropped, err = l.makeRoom(); err != nil {
			return 0, err
		}
	}
	f, err := os.OpenFile(l.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	// The newline before it ends a line that a crash cut short.
	_, err = f.Write(slices.Concat([]byte("\n"), body, []byte("\n")))
	l.count++
	return dropped, errors.Join(err, f.Sync(), f.Close())
}

// makeRoom counts the alerts, and where there are too many, drops a tenth: the
// oldest.
func (l *letters) makeRoom() (dropped int, err error) {
	kept, err := l.read()
	if err != nil || len(kept) < maxLetters {
		return 0, err
	}
	dropped = len(kept) - maxLetters + maxLetters/10
	return dropped, l.write(kept[dropped:])
}

// each hands the alerts out, the oldest first, up to the first error. Those
// that were taken are no longer in the file. Alerts may be added meanwhile.
func (l *letters) each(take func([]byte) error) (taken int, err error) {
	l.mu.Lock()
	kept, err := l.read()
	l.mu.Unlock()
	if err != nil {
		return 0, &fileError{err}
	}
	for _, body := range kept {
		if err = take(body); err != nil {
			break
		}
		taken++
	}
	if taken == 0 {
		return 0, err
	}
	if bad := l.remove(kept[:taken]); bad != nil {
		return taken, &fileError{bad}
	}
	return taken, err
}

// remove takes alerts out, wherever they stand by now.
func (l *letters) remove(gone [][]byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept, err := l.read()
	if err != nil {
		return err
	}
	times := map[string]int{}
	for _, body := range gone {
		times[string(body)]++
	}
	var rest [][]byte
	for _, body := range kept {
		if times[string(body)] > 0 {
			times[string(body)]--
			continue
		}
		rest = append(rest, body)
	}
	return l.write(rest)
}

// read gives the alerts; one that a crash cut short is left out.
func (l *letters) read() ([][]byte, error) {
	text, err := os.ReadFile(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		l.known, l.count = true, 0
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); json.Valid(line) {
			all = append(all, line)
		}
	}
	l.known, l.count = true, len(all)
	return all, nil
}

// write replaces the file, whole or not at all.
func (l *letters) write(all [][]byte) error {
	l.known = false // until it is read again
	if len(all) == 0 {
		if err := os.Remove(l.path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(l.path), ".alerts-*")
	if err != nil {
		return err
	}
	_, err = f.Write(append(bytes.Join(all, []byte("\n")), '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), l.path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
