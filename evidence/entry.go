package evidence

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"
	"unicode/utf8"
)

// MaxEntry is the most bytes that one entry may take: 64 KiB less one byte,
// as c2sp.org/tlog-tiles has it.
const MaxEntry = 1<<16 - 1

// A Kind says what an entry tells of.
type Kind string

// The kinds that belong together: an outcome follows its intent, and both name
// the act. Other kinds may be used freely; they are words like "alert".
const (
	Intent  Kind = "intent"  // about to act; written before the first change
	Outcome Kind = "outcome" // what came of it
)

// An Entry is one line of evidence.
type Entry struct {
	V        int             `json:"v"`    // always 1
	Time     time.Time       `json:"time"` // in UTC
	Kind     Kind            `json:"kind"`
	Tenant   string          `json:"tenant,omitempty"`
	Identity string          `json:"identity,omitempty"` // id in the registry
	Act      string          `json:"act,omitempty"`      // of intent and outcome: ties them together
	Commit   string          `json:"commit,omitempty"`   // of the registry that was followed
	Actor    string          `json:"actor,omitempty"`    // who decided or approved; empty for the daemon itself
	Data     json.RawMessage `json:"data,omitempty"`     // what happened: any JSON
}

var kindWord = regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}$`)

// Encode gives the entry's only text: fields in the order of the struct, the
// keys of data sorted, nothing escaped that need not be, no space. The error
// says why an entry cannot be evidence.
func (e Entry) Encode() ([]byte, error) {
	e.V = 1
	e.Time = e.Time.UTC()
	if err := e.check(); err != nil {
		return nil, err
	}
	if len(e.Data) > 0 {
		data, err := canonical(e.Data)
		if err != nil {
			return nil, fmt.Errorf("read the data of the %s entry: %w", e.Kind, err)
		}
		e.Data = data
	}
	text, err := encode(e)
	if err != nil {
		return nil, fmt.Errorf("write the %s entry as JSON: %w", e.Kind, err)
	}
	if len(text) > MaxEntry {
		return nil, fmt.Errorf("the %s entry takes %d bytes, over the limit of %d; keep less in its data", e.Kind, len(text), MaxEntry)
	}
	return text, nil
}

func (e Entry) check() error {
	switch {
	case !kindWord.MatchString(string(e.Kind)):
		return fmt.Errorf("the entry's kind %q is no word; use lower-case letters, digits and hyphens", e.Kind)
	case e.Time.IsZero():
		return fmt.Errorf("the %s entry has no time", e.Kind)
	case (e.Kind == Intent || e.Kind == Outcome) && e.Act == "":
		return fmt.Errorf("the %s entry names no act", e.Kind)
	}
	for name, text := range map[string]string{
		"tenant": e.Tenant, "identity": e.Identity, "act": e.Act,
		"commit": e.Commit, "actor": e.Actor, "data": string(e.Data),
	} {
		if !utf8.ValidString(text) {
			return fmt.Errorf("the %s of the %s entry is not UTF-8", name, e.Kind)
		}
	}
	return nil
}

// Decode reads what [Entry.Encode] wrote, and refuses any other spelling of it.
func Decode(text []byte) (Entry, error) {
	var e Entry
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		return Entry{}, fmt.Errorf("read the entry: %w", err)
	}
	if e.V != 1 {
		return Entry{}, fmt.Errorf("read the entry: it is of version %d; this program knows version 1", e.V)
	}
	again, err := e.Encode()
	if err != nil {
		return Entry{}, err
	}
	if !bytes.Equal(text, again) {
		return Entry{}, errors.New("read the entry: it is not spelled the way this log spells entries")
	}
	return e, nil
}
