package evidence_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rollcall-dev/rollcall/evidence"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func open(t testing.TB, dir string, o evidence.Options) *evidence.Log {
	t.Helper()
	l, err := evidence.Open(context.Background(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func intent(act string) evidence.Entry {
	return evidence.Entry{Time: noon, Kind: evidence.Intent, Tenant: "sandbox", Identity: "crm", Act: act,
		Commit: "c0ffee", Data: json.RawMessage(`{"verb": "suspend", "n": 12345678901234567890}`)}
}

func outcome(act string) evidence.Entry {
	e := intent(act)
	e.Kind, e.Time = evidence.Outcome, noon.Add(time.Second)
	return e
}

func appendAll(t testing.TB, l *evidence.Log, entries ...evidence.Entry) {
	t.Helper()
	var wg sync.WaitGroup
	for _, e := range entries {
		wg.Go(func() {
			if _, err := l.Append(e); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func verify(t testing.TB, dir, key string, since ...[]byte) evidence.Report {
	t.Helper()
	r, err := evidence.Verify(context.Background(), dir, key, since...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWhatWasAppendedIsThereAndHolds(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	l := open(t, dir, evidence.Options{Origin: "rollcall.example.com/evidence"})
	for i, e := range []evidence.Entry{intent("a1"), outcome("a1"), intent("a2")} {
		r, err := l.Append(e)
		if err != nil || r.Index != uint64(i) {
			t.Fatalf("entry %d got the place %d, %v", i, r.Index, err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	r := verify(t, dir, l.Key)
	if !r.Holds() || r.Entries != 3 || r.Checkpoint.Origin != "rollcall.example.com/evidence" {
		t.Errorf("a log of three entries that nobody touched: %+v", r)
	}
	if got := fmt.Sprint(r.Open); got != "[entry 2 (intent, sandbox/crm, 2026-03-01T12:00:00Z)]" {
		t.Errorf("the one act without outcome is %s", got)
	}
	record, proof, err := evidence.Show(context.Background(), dir, l.Key, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := outcome("a1")
	want.V, want.Data = 1, json.RawMessage(`{"n":12345678901234567890,"verb":"suspend"}`)
	if diff := cmp.Diff(want, record.Entry); diff != "" || proof.Size != 3 {
		t.Errorf("entry 1 came back changed, or its proof is of %d entries: %s", proof.Size, diff)
	}
}

func TestLogGoesOnWhereItStopped(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	first := open(t, dir, evidence.Options{})
	appendAll(t, first, make300()...)
	before, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := open(t, dir, evidence.Options{Since: before})
	if second.New || second.Key != first.Key || second.Origin != first.Origin {
		t.Errorf("the second start made a new log: %+v", second)
	}
	r, err := second.Append(intent("later"))
	if err != nil || r.Index != 300 {
		t.Fatalf("the entry after 300 others got the place %d, %v", r.Index, err)
	}
	second.Close()
	if r := verify(t, dir, first.Key, before); !r.Holds() || r.Entries != 301 {
		t.Errorf("the log does not hold after a second start: %v, %d entries", r.Faults, r.Entries)
	}
}

func make300() []evidence.Entry {
	entries := make([]evidence.Entry, 300)
	for i := range entries {
		entries[i] = intent(fmt.Sprintf("act-%d", i))
	}
	return entries
}

func TestOnlyOneWriterAtATime(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	l := open(t, dir, evidence.Options{})
	_, err := evidence.Open(context.Background(), dir, evidence.Options{})
	if !errors.Is(err, evidence.ErrInUse) || !strings.Contains(err.Error(), fmt.Sprint("process ", os.Getpid(), " has it")) {
		t.Errorf("a second writer was told %v", err)
	}
	l.Close()
	open(t, dir, evidence.Options{})
}

func TestPrivateKeyIsTheOwnersAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	l := open(t, dir, evidence.Options{})
	info, err := os.Stat(l.KeyFile)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the signing key has the mode %v, %v", info.Mode(), err)
	}
	l.Close()
	os.Chmod(l.KeyFile, 0o644)
	if _, err := evidence.Open(context.Background(), dir, evidence.Options{}); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that all may read was taken: %v", err)
	}
}

func TestLostHalfIsNoNewLog(t *testing.T) {
	for name, c := range map[string]struct {
		lose func(l *evidence.Log) error
		want string
	}{
		"key":        {func(l *evidence.Log) error { return os.Remove(l.KeyFile) }, "its signing key"},
		"log":        {func(l *evidence.Log) error { return os.RemoveAll(l.Dir) }, "there is no log"},
		"entries":    {func(l *evidence.Log) error { return os.Remove(filepath.Join(l.Dir, ".state", "treeState")) }, "no such file"},
		"signature":  {func(l *evidence.Log) error { return os.Remove(filepath.Join(l.Dir, "checkpoint")) }, "no such file"},
		"public key": {func(l *evidence.Log) error { return os.Remove(filepath.Join(l.Dir, evidence.PublicKeyFile)) }, "there is no log"},
	} {
		t.Run(name, func(t *testing.T) {
			l := open(t, filepath.Join(t.TempDir(), "log"), evidence.Options{})
			appendAll(t, l, intent("a"))
			l.Close()
			if err := c.lose(l); err != nil {
				t.Fatal(err)
			}
			_, err := evidence.Open(context.Background(), l.Dir, evidence.Options{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("a log that lost its %s was opened: %v", name, err)
			}
		})
	}
}

func TestEntryThatIsNoEvidenceIsRefused(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "log"), evidence.Options{Refuse: func(text []byte) error {
		if strings.Contains(string(text), "hunter2hunter2") {
			return errors.New("it holds a secret")
		}
		return nil
	}})
	with := func(change func(*evidence.Entry)) evidence.Entry { e := intent("a"); change(&e); return e }
	for want, e := range map[string]evidence.Entry{
		"it holds a secret": with(func(e *evidence.Entry) { e.Data = json.RawMessage(`"hunter2hunter2"`) }),
		"over the limit of": with(func(e *evidence.Entry) { e.Data = json.RawMessage(`"` + strings.Repeat("x", 1<<16) + `"`) }),
		"is not UTF-8":      with(func(e *evidence.Entry) { e.Actor = "\xff" }),
		"no time":           with(func(e *evidence.Entry) { e.Time = time.Time{} }),
		"names no act":      with(func(e *evidence.Entry) { e.Act = "" }),
		"is no word":        with(func(e *evidence.Entry) { e.Kind = "In tent" }),
		"stands twice":      with(func(e *evidence.Entry) { e.Data = json.RawMessage(`{"a":[{"b":1}],"a":2}`) }),
		"more than one":     with(func(e *evidence.Entry) { e.Data = json.RawMessage(`{} {}`) }),
		"unexpected EOF":    with(func(e *evidence.Entry) { e.Data = json.RawMessage(`{"a":[`) }),
	} {
		if _, err := l.Append(e); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("an entry of which %q was taken, or told %v", want, err)
		}
	}
	l.Close()
	if r := verify(t, l.Dir, l.Key); r.Entries != 0 || !r.Holds() {
		t.Errorf("refused entries are in the log: %+v", r)
	}
	if _, err := l.Append(intent("a")); !errors.Is(err, evidence.ErrClosed) {
		t.Errorf("a closed log took an entry: %v", err)
	}
}

func TestQueryGivesWhatIsAskedFor(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "log"), evidence.Options{})
	appendAll(t, l, make300()...)
	if _, err := l.Append(outcome("act-7")); err != nil {
		t.Fatal(err)
	}
	l.Close()
	for want, q := range map[int]evidence.Query{
		301: {},
		2:   {Act: "act-7"},
		1:   {Kind: evidence.Outcome},
		0:   {Tenant: "other"},
		45:  {From: 255, To: 300},
		10:  {Last: 10},
	} {
		got := 0
		for _, err := range evidence.Read(context.Background(), l.Dir, l.Key, q) {
			if err != nil {
				t.Fatal(err)
			}
			got++
		}
		if got != want {
			t.Errorf("%+v gives %d entries, not %d", q, got, want)
		}
	}
	open, err := evidence.Unfinished(context.Background(), l.Dir, l.Key, 0)
	if err != nil || len(open) != 299 {
		t.Errorf("%d acts are unfinished, not 299; %v", len(open), err)
	}
}
