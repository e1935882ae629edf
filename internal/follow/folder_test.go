package follow

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// patience is how long a change may take to be noticed on a busy machine, and
// calm how long nothing must come where nothing changed.
const (
	patience = 20 * time.Second
	calm     = 300 * time.Millisecond
)

func watched(t *testing.T) (f *Folder, changed <-chan struct{}) {
	t.Helper()
	f = &Folder{Dir: filepath.Join(t.TempDir(), "acme"), Quiet: 30 * time.Millisecond, Poll: 50 * time.Millisecond}
	write(t, f, "registry/policy.cue", "one")
	write(t, f, ".git/index", "one")
	changed = f.Changes(t.Context())
	settle(t, f, changed)
	return f, changed
}

// settle waits until the watch stands: until a change is noticed.
func settle(t *testing.T, f *Folder, changed <-chan struct{}) {
	t.Helper()
	end := time.Now().Add(patience)
	for time.Now().Before(end) {
		write(t, f, "settle", time.Now().String())
		select {
		case <-changed:
			drain(changed)
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
	t.Fatal("no change was noticed at all")
}

// drain takes what is left of the changes so far. It ends even where they do
// not: a folder that is gone is looked for again and again.
func drain(changed <-chan struct{}) {
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); {
		select {
		case <-changed:
		case <-time.After(calm):
			return
		}
	}
}

func write(t *testing.T, f *Folder, name, text string) {
	t.Helper()
	file := filepath.Join(f.Dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func noticed(t *testing.T, changed <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-changed:
		drain(changed)
	case <-time.After(patience):
		t.Fatalf("%s was not noticed", what)
	}
}

func TestEveryWayOfSavingIsNoticed(t *testing.T) {
	f, changed := watched(t)
	policy := filepath.Join(f.Dir, "registry", "policy.cue")

	write(t, f, "registry/policy.cue", "two")
	noticed(t, changed, "a file written in place")

	// How vim and many others save: a new file is put in the place of the old.
	for _, text := range []string{"three", "four"} {
		write(t, f, "registry/.policy.cue.swp", text)
		if err := os.Rename(filepath.Join(f.Dir, "registry", ".policy.cue.swp"), policy); err != nil {
			t.Fatal(err)
		}
		noticed(t, changed, "a file put in the place of another")
	}

	if err := os.Remove(policy); err != nil {
		t.Fatal(err)
	}
	noticed(t, changed, "a removed file")
}

func TestWhatIsSavedRightAfterTheStartIsNoticed(t *testing.T) {
	for range 50 {
		f := &Folder{Dir: t.TempDir(), Quiet: time.Millisecond, Poll: time.Hour}
		changed := f.Changes(t.Context())
		write(t, f, "policy.cue", "one")
		noticed(t, changed, "a file that was saved as soon as Changes had returned")
	}
}

func TestFoldersThatComeLaterAreWatchedToo(t *testing.T) {
	f, changed := watched(t)
	write(t, f, "registry/identities/n8n-prod/crm.cue", "one")
	noticed(t, changed, "a file in a new folder")
	write(t, f, "registry/identities/n8n-prod/crm.cue", "two")
	noticed(t, changed, "a change of a file in a new folder")
}

func TestManySavesAtOnceAreOneChange(t *testing.T) {
	f, changed := watched(t)
	for range 50 {
		write(t, f, "registry/policy.cue", time.Now().String())
	}
	select {
	case <-changed:
	case <-time.After(patience):
		t.Fatal("the changes were not noticed")
	}
	more := 0
	for end := time.After(calm); ; {
		select {
		case <-changed:
			more++
			continue
		case <-end:
		}
		break
	}
	if more > 2 {
		t.Errorf("50 saves at once were %d changes", more+1)
	}
}

func TestGitsOwnFilesAreNoChange(t *testing.T) {
	f, changed := watched(t)
	write(t, f, ".git/index", "two")
	select {
	case <-changed:
		t.Error("a file of git counts as a change of the registry")
	case <-time.After(calm):
	}
}

func TestAFolderThatIsPutInThePlaceOfAnotherIsFollowed(t *testing.T) {
	f, changed := watched(t)
	if err := os.Rename(f.Dir, f.Dir+".old"); err != nil {
		t.Fatal(err)
	}
	noticed(t, changed, "a folder that was taken away")
	write(t, f, "registry/policy.cue", "new")
	settle(t, f, changed)
	end := time.Now().Add(patience)
	for f.Err() != nil && time.Now().Before(end) {
		time.Sleep(10 * time.Millisecond)
	}
	if err := f.Err(); err != nil {
		t.Errorf("the new folder is not watched: %v", err)
	}
}

func TestChangesEndsWithItsContext(t *testing.T) {
	f := &Folder{Dir: t.TempDir()}
	ctx, cancel := context.WithCancel(t.Context())
	changed := f.Changes(ctx)
	cancel()
	for range changed { // ends when it is closed
	}
}

func TestLatestOfAFolderLeadsNowhereElse(t *testing.T) {
	f := &Folder{Dir: filepath.Join(t.TempDir(), "acme")}
	if _, _, err := f.Latest(t.Context()); err == nil {
		t.Error("a folder that is not there is followed")
	}
	write(t, f, "registry/policy.cue", "one")
	outside := filepath.Join(filepath.Dir(f.Dir), "secret")
	if err := os.WriteFile(outside, []byte("hunter2"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(f.Dir, "registry", "leak.cue")); err != nil {
		t.Fatal(err)
	}
	files, commit, err := f.Latest(t.Context())
	if err != nil || commit != "" {
		t.Fatalf("followed commit %q (%v), want no commit", commit, err)
	}
	if text, err := fs.ReadFile(files, "registry/policy.cue"); err != nil || string(text) != "one" {
		t.Errorf("read %q (%v), want \"one\"", text, err)
	}
	if text, err := fs.ReadFile(files, "registry/leak.cue"); err == nil {
		t.Errorf("a symbolic link led out of the folder to %q", text)
	}
}
