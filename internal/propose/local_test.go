package propose

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5"
)

var window = Change{Title: "open a window", Body: "why", Files: map[string]string{"registry/access/w.cue": "package registry\n"}}

func openWork(t *testing.T, dir string) *Local {
	t.Helper()
	l, err := OpenLocal(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func TestACommitOfAPersonTouchesNoFileThatTheyWorkOn(t *testing.T) {
	o := newOrigin(t)
	half := filepath.Join(o.work, "half-done")
	if err := os.WriteFile(half, []byte("not committed"), 0o644); err != nil {
		t.Fatal(err)
	}
	o.git(o.work, "add", "half-done")
	before := o.git(o.work, "status", "--porcelain")
	commit, err := openWork(t, o.work).Commit("HEAD", "breakglass/w", "kim", window)
	if err != nil {
		t.Fatal(err)
	}
	if after := o.git(o.work, "status", "--porcelain"); after != before {
		t.Errorf("the work tree was %q, and is %q", before, after)
	}
	if got := o.git(o.work, "show", "--format=%an%n%s", "--name-status", "breakglass/w"); !strings.Contains(got, "open a window\n\nA\tregistry/access/w.cue") {
		t.Errorf("the branch has\n%s", got)
	}
	if at := o.git(o.work, "rev-parse", "breakglass/w"); at != commit {
		t.Errorf("the branch is at %s, and Commit says %s", at, commit)
	}
	o.git(o.work, "fsck", "--strict")
}

func TestABranchThatIsThereIsOnlyMovedForwardsAndNeverUnderAWorkTree(t *testing.T) {
	o := newOrigin(t)
	l := openWork(t, o.work)
	first, err := l.Commit("HEAD", "breakglass/w", "kim", window)
	if err != nil {
		t.Fatal(err)
	}
	next := Change{Title: "close it", Files: map[string]string{"registry/access/w.cue": "package registry // closed\n"}}
	if _, err := l.Commit("HEAD", "breakglass/w", "kim", next); err == nil || !strings.Contains(err.Error(), "there is a branch breakglass/w already") {
		t.Errorf("a branch with another commit on it was replaced: %v", err)
	}
	second, err := l.Commit(first, "breakglass/w", "kim", next)
	if err != nil || o.git(o.work, "rev-parse", "breakglass/w~1") != first {
		t.Errorf("the branch did not go on from %s: %v", first, err)
	}
	o.git(o.work, "checkout", "-q", "breakglass/w")
	if _, err := l.Commit(second, "breakglass/w", "kim", window); err == nil || !strings.Contains(err.Error(), "is checked out") {
		t.Errorf("a branch was moved under the work tree: %v", err)
	}
	for _, bad := range []string{"", "a..b", "a b", "x.lock"} {
		if _, err := l.Commit("HEAD", bad, "kim", window); err == nil {
			t.Errorf("%q was taken for the name of a branch", bad)
		}
	}
}

func TestAFolderInsideARepositoryIsFound(t *testing.T) {
	o := newOrigin(t)
	if l := openWork(t, filepath.Join(o.work, "registry")); l.Folder != "registry" {
		t.Errorf("the folder is %q", l.Folder)
	}
	if l := openWork(t, o.bare); l.Folder != "." {
		t.Errorf("in a bare repository the folder is %q", l.Folder)
	}
	if _, err := OpenLocal(t.TempDir()); !errors.Is(err, git.ErrRepositoryNotExists) {
		t.Errorf("a folder without git is %v", err)
	}
}

func TestABranchIsPushedWhereThereIsARemote(t *testing.T) {
	o := newOrigin(t)
	l := openWork(t, o.work)
	commit, err := l.Commit("HEAD", "breakglass/w", "kim", window)
	if err != nil {
		t.Fatal(err)
	}
	if remote, err := l.Push(t.Context(), "breakglass/w"); err != nil || remote != "origin" || o.refs()["breakglass/w"] != commit {
		t.Errorf("pushed to %q: %v; there are %v", remote, err, o.refs())
	}
	if _, err := openWork(t, o.bare).Push(t.Context(), "main"); !errors.Is(err, ErrNoRemote) {
		t.Errorf("without a remote: %v", err)
	}
	o.git(o.work, "remote", "set-url", "origin", "https://kim:hunter2@git.invalid/x.git")
	if _, err := openWork(t, o.work).Push(t.Context(), "breakglass/w"); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the error tells what one signs in with: %v", err)
	}
}
