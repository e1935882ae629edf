package alert

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// maxLetters is how many alerts are kept for one receiver.
const maxLetters = 1000

// A Letter is one alert on its way to one receiver.
type Letter struct {
	ID       string          `json:"id"` // the same alert to the same receiver has the same
	To       string          `json:"to"`
	Type     Type            `json:"type"`
	Time     time.Time       `json:"time"`
	Due      time.Time       `json:"due"` // not to be sent earlier
	Tries    int             `json:"tries,omitempty"`
	Strikes  int             `json:"strikes,omitempty"` // tries of it that failed while another alert got through
	Why      string          `json:"why,omitempty"`     // the last try failed
	GivenUp  time.Time       `json:"givenUp,omitzero"`  // zero: it is still tried
	Text     string          `json:"text"`              // what people read
	Envelope json.RawMessage `json:"event,omitempty"`   // what the webhook gets
}

// Dead tells whether the letter is tried no more until a person wants it.
func (l Letter) Dead() bool { return !l.GivenUp.IsZero() }

func newLetter(to string, a Alert, due time.Time, text string, envelope []byte) Letter {
	sum := sha256.Sum256([]byte(to + "\x00" + a.ID))
	return Letter{ID: hex.EncodeToString(sum[:6]), To: to, Type: a.Type, Time: a.Time, Due: due, Text: text, Envelope: envelope}
}

// letters is the file of the alerts that are on their way or given up: one
// letter a line, the oldest first. Several processes may use it.
type letters struct {
	path  string
	mu    sync.Mutex
	count map[string]int // letters in the file, by receiver; nil where it is not known
}

// locked does something while nobody else, of this process or another, changes
// the file.
func (l *letters) locked(do func() error) (err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := os.MkdirAll(filepath.Dir(l.path), 0o700); err != nil {
		return err
	}
	unlock, err := lock(l.path + ".lock")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	return do()
}

// add keeps letters, and tells how many of the oldest made room for them.
func (l *letters) add(more ...Letter) (dropped int, err error) {
	var text []byte
	for _, letter := range more {
		line, err := json.Marshal(letter)
		if err != nil {
			return 0, err
		}
		// The newline before it ends a line that a crash cut short.
		text = slices.Concat(text, []byte("\n"), line, []byte("\n"))
	}
	err = l.locked(func() error {
		full := func(letter Letter) bool { return l.count[letter.To] >= maxLetters }
		if l.count == nil || slices.ContainsFunc(more, full) {
			if dropped, err = l.makeRoom(); err != nil {
				return err
			}
		}
		f, err := os.OpenFile(l.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		_, err = f.Write(text)
		for _, letter := range more {
			l.count[letter.To]++
		}
		return errors.Join(err, f.Sync(), f.Close())
	})
	return dropped, err
}

// makeRoom counts the letters, and where a receiver has too many, drops a
// tenth: those that were given up, then the oldest.
func (l *letters) makeRoom() (dropped int, err error) {
	all, err := l.read()
	if err != nil {
		return 0, err
	}
	drop := map[string]bool{}
	for to, n := range l.count {
		if n < maxLetters {
			continue
		}
		mine := slices.DeleteFunc(slices.Clone(all), func(letter Letter) bool { return letter.To != to })
		slices.SortStableFunc(mine, func(a, b Letter) int { return cmp.Compare(rank(a), rank(b)) })
		for _, letter := range mine[:n-maxLetters+maxLetters/10] {
			drop[letter.ID] = true
		}
	}
	if len(drop) == 0 {
		return 0, nil
	}
	kept := slices.DeleteFunc(all, func(letter Letter) bool { return drop[letter.ID] })
	err = l.write(kept)
	l.counted(kept)
	return len(drop), err
}

func rank(l Letter) int {
	if l.Dead() {
		return 0
	}
	return 1
}

// list gives the letters. It waits for no other process: a line that one is
// writing is left out.
func (l *letters) list() ([]Letter, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.read()
}

// change has each letter changed, or taken out, and tells how many were: the
// function tells whether it changed the letter, and whether the letter stays.
func (l *letters) change(each func(*Letter) (changed, stays bool)) (n int, err error) {
	err = l.locked(func() error {
		all, err := l.read()
		if err != nil {
			return err
		}
		var kept []Letter
		for _, letter := range all {
			changed, stays := each(&letter)
			if changed || !stays {
				n++
			}
			if stays {
				kept = append(kept, letter)
			}
		}
		if n == 0 {
			return nil
		}
		err = l.write(kept)
		l.counted(kept)
		return err
	})
	return n, err
}

// read gives the letters, each once; one that a crash cut short is left out.
func (l *letters) read() ([]Letter, error) {
	text, err := os.ReadFile(l.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var all []Letter
	seen := map[string]bool{}
	for line := range bytes.Lines(text) {
		letter, ok := readLetter(bytes.TrimSpace(line))
		if ok && !seen[letter.ID] {
			seen[letter.ID] = true
			all = append(all, letter)
		}
	}
	l.counted(all)
	return all, nil
}

// readLetter reads a line. A bare CloudEvent is for the webhook: so the file
// was before there were channels.
func readLetter(line []byte) (Letter, bool) {
	var letter Letter
	if json.Unmarshal(line, &letter) != nil {
		return Letter{}, false
	}
	if letter.To == "" {
		letter = newLetter(webhookName, Alert{ID: letter.ID, Type: letter.Type, Time: letter.Time}, letter.Time, "", bytes.Clone(line))
	}
	return letter, true
}

func (l *letters) counted(all []Letter) {
	l.count = map[string]int{}
	for _, letter := range all {
		l.count[letter.To]++
	}
}

// write replaces the file, whole or not at all.
func (l *letters) write(all []Letter) error {
	if len(all) == 0 {
		if err := os.Remove(l.path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	var text bytes.Buffer
	lines := json.NewEncoder(&text)
	lines.SetEscapeHTML(false)
	for _, letter := range all {
		if err := lines.Encode(letter); err != nil {
			return err
		}
	}
	f, err := os.CreateTemp(filepath.Dir(l.path), ".alerts-*")
	if err != nil {
		return err
	}
	_, err = f.Write(text.Bytes())
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), l.path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
