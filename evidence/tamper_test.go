package evidence_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rollcall-dev/rollcall/evidence"
	"pgregory.net/rapid"
)

// signedLog is a closed log of 600 entries, and the files that its checkpoint
// is about: two full bundles and one begun, their tiles, the tile above them.
func signedLog(t testing.TB) (l *evidence.Log, names []string) {
	t.Helper()
	l = open(t, filepath.Join(t.TempDir(), "log"), evidence.Options{})
	appendAll(t, l, slices.Concat(make300(), make300())...)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	names = []string{
		"checkpoint", "tile/entries/000", "tile/entries/001", "tile/entries/002.p/88",
		"tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2",
	}
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(l.Dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return l, names
}

func TestEveryChangedByteIsFound(t *testing.T) {
	l, names := signedLog(t)
	rapid.Check(t, func(rt *rapid.T) {
		path := filepath.Join(l.Dir, rapid.SampledFrom(names).Draw(rt, "file"))
		was, err := os.ReadFile(path)
		if err != nil {
			rt.Fatal(err)
		}
		defer os.WriteFile(path, was, 0o644)
		at := rapid.IntRange(0, len(was)-1).Draw(rt, "at")
		is := slices.Clone(was)
		switch rapid.SampledFrom([]string{"flip", "flip", "flip", "insert", "remove", "cut", "extend"}).Draw(rt, "how") {
		case "flip":
			is[at] ^= byte(rapid.IntRange(1, 255).Draw(rt, "by"))
		case "insert":
			is = slices.Insert(is, at, rapid.Byte().Draw(rt, "byte"))
		case "remove":
			is = slices.Delete(is, at, at+1)
		case "cut":
			is = is[:at]
		case "extend":
			is = append(is, rapid.Byte().Draw(rt, "byte"))
		}
		if err := os.WriteFile(path, is, 0o644); err != nil {
			rt.Fatal(err)
		}
		r, err := evidence.Verify(context.Background(), l.Dir, l.Key)
		if err != nil || r.Holds() {
			rt.Fatalf("%s was changed at byte %d, and the log is said to hold (%v)", path, at, err)
		}
	})
}

func TestEveryByteOfTheCheckpointCounts(t *testing.T) {
	l, _ := signedLog(t)
	was, err := os.ReadFile(filepath.Join(l.Dir, "checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	for at := range was {
		for bit := range 8 {
			is := slices.Clone(was)
			is[at] ^= 1 << bit
			if _, err := evidence.ReadCheckpoint(is, l.Key); err == nil {
				t.Errorf("a checkpoint with byte %d changed to %q is taken for signed", at, is[at])
			}
		}
	}
}

func TestReportNamesWhatDoesNotHold(t *testing.T) {
	l, names := signedLog(t)
	swap := func(name, was, is string) func(*testing.T, string) {
		return func(t *testing.T, dir string) { edit(t, dir, name, was, is) }
	}
	remove := func(name string) func(*testing.T, string) {
		return func(_ *testing.T, dir string) { os.Remove(filepath.Join(dir, name)) }
	}
	third := nthEntry(t, l, 3)
	for want, tamper := range map[string]func(*testing.T, string){
		"entry 3 (intent, sandbox/crM, 2026-03-01T12:00:00Z) does not match the tree":           swap(names[1], third, strings.Replace(third, "crm", "crM", 1)),
		"tile/entries/001 is missing, and the 344 entries from 256 on with it; 600 were signed": remove(names[2]),
		"tile/0/001 is missing; the entries under it hold":                                      remove(names[5]),
		"tile/1/000.p/2 was changed: it does not hold the hash of entry 256; the entries under it hold": func(t *testing.T, dir string) {
			edit(t, dir, names[7], "", "")
		},
		"the signed checkpoint is missing":         remove(names[0]),
		"the checkpoint's signature does not hold": swap(names[0], "\n600\n", "\n601\n"),
		"tile/entries/002.p/88 was cut off: it has 87 entries of 88; 600 were signed in all": func(t *testing.T, dir string) {
			cutOff(t, filepath.Join(dir, names[3]), 2+len(nthEntry(t, l, 599)))
		},
	} {
		t.Run(want, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "copy")
			if err := os.CopyFS(dir, os.DirFS(l.Dir)); err != nil {
				t.Fatal(err)
			}
			tamper(t, dir)
			r := verify(t, dir, l.Key)
			if len(r.Faults) == 0 || r.Faults[0] != want {
				t.Errorf("the log is said to have these faults: %q", r.Faults)
			}
		})
	}
}

// edit replaces a text in a file of the log; the empty text stands for its last
// byte.
func edit(t *testing.T, dir, name, was, is string) {
	t.Helper()
	path := filepath.Join(dir, name)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(text, []byte(was), []byte(is), 1)
	if was == "" {
		changed[len(changed)-1] ^= 1
	}
	if bytes.Equal(text, changed) && was != "" {
		t.Fatalf("%s does not have %q in it", name, was)
	}
	if err := os.WriteFile(path, changed, 0o644); err != nil {
		t.Fatal(err)
	}
}

// cutOff takes bytes from the end of a file. The same text may stand earlier in
// it too.
func cutOff(t *testing.T, path string, n int) {
	t.Helper()
	info, err := os.Stat(path)
	if err == nil {
		err = os.Truncate(path, info.Size()-int64(n))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func nthEntry(t *testing.T, l *evidence.Log, index uint64) string {
	t.Helper()
	record, _, err := evidence.Show(context.Background(), l.Dir, l.Key, index)
	if err != nil {
		t.Fatal(err)
	}
	text, err := record.Entry.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestRolledBackLogIsFound(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "log"), evidence.Options{})
	appendAll(t, l, make300()...)
	l.Close()
	old := filepath.Join(t.TempDir(), "old")
	if err := os.CopyFS(old, os.DirFS(l.Dir)); err != nil {
		t.Fatal(err)
	}
	again := open(t, l.Dir, evidence.Options{})
	appendAll(t, again, intent("more"))
	again.Close()
	newest, err := again.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	r := verify(t, old, l.Key, newest.Text)
	if want := "the log was rolled back: it has 300 entries, and the remembered checkpoint 301"; len(r.Faults) != 1 || r.Faults[0] != want {
		t.Errorf("a log that lost its newest entry: %q", r.Faults)
	}
	_, err = evidence.Open(context.Background(), old, evidence.Options{Key: l.KeyFile, Since: newest.Text})
	if err == nil || !strings.Contains(err.Error(), "it was cut off: it has 300 entries, and 301 were signed") {
		t.Errorf("the daemon goes on with a log that was rolled back: %v", err)
	}
}

func TestForkedLogIsFound(t *testing.T) {
	a := open(t, filepath.Join(t.TempDir(), "a"), evidence.Options{})
	a.Close()
	b := filepath.Join(t.TempDir(), "b")
	if err := os.CopyFS(b, os.DirFS(a.Dir)); err != nil {
		t.Fatal(err)
	}
	var ends []*evidence.Log
	for _, dir := range []string{a.Dir, b} {
		l := open(t, dir, evidence.Options{Key: a.KeyFile})
		appendAll(t, l, intent("only in "+dir))
		l.Close()
		ends = append(ends, l)
	}
	remembered, err := ends[0].Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	r := verify(t, b, a.Key, remembered.Text)
	if want := "the first 1 entries are not those of the remembered checkpoint: the log was rewritten"; len(r.Faults) != 1 || r.Faults[0] != want {
		t.Errorf("a second history under the same key: %q", r.Faults)
	}
}

func TestWriterSignsNothingThatWasRewrittenWhileItWasDown(t *testing.T) {
	a := open(t, filepath.Join(t.TempDir(), "a"), evidence.Options{})
	a.Close()
	b := filepath.Join(t.TempDir(), "b")
	if err := os.CopyFS(b, os.DirFS(a.Dir)); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{a.Dir, b} {
		l := open(t, dir, evidence.Options{Key: a.KeyFile})
		appendAll(t, l, intent("only in "+dir))
		l.Close()
	}
	signed, err := os.ReadFile(filepath.Join(a.Dir, "checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(b, "checkpoint"), signed, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = evidence.Open(context.Background(), b, evidence.Options{Key: a.KeyFile})
	if err == nil || !strings.Contains(err.Error(), "its first 1 entries are not those that were signed") {
		t.Errorf("the writer would sign entries that were put under it: %v", err)
	}
}

func TestWriterRefusesAStateThatWasNotSigned(t *testing.T) {
	l, _ := signedLog(t)
	state := filepath.Join(l.Dir, ".state", "treeState")
	text, err := json.Marshal(map[string]any{"size": 599, "root": make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(state, text, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = evidence.Open(context.Background(), l.Dir, evidence.Options{})
	if err == nil || !strings.Contains(err.Error(), "it was cut off: it has 599 entries, and 600 were signed") {
		t.Errorf("the writer would sign a shorter log: %v", err)
	}
}

func TestWrongFolderIsAnErrorAndNoEmptyLog(t *testing.T) {
	l, _ := signedLog(t)
	if _, err := evidence.Verify(context.Background(), t.TempDir(), l.Key); err == nil || !strings.Contains(err.Error(), "there is no evidence log") {
		t.Errorf("an empty folder verifies: %v", err)
	}
	if _, err := evidence.ReadPublicKey(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder without a key has one: %v", err)
	}
}
