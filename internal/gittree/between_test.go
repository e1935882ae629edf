package gittree

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBetweenAreTheCommitsOfAChange(t *testing.T) {
	dir := repository(t, files)
	commit := func(name, text string) string {
		put(t, dir, name, text)
		gitRun(t, dir, "add", "-A")
		gitRun(t, dir, "commit", "-q", "-m", name)
		return gitRun(t, dir, "rev-parse", "HEAD")
	}
	gitRun(t, dir, "checkout", "-q", "-b", "work")
	one := commit("a.txt", "one\n")
	two := commit("a.txt", "two\n")
	gitRun(t, dir, "checkout", "-q", "main")
	commit("elsewhere.txt", "")
	gitRun(t, dir, "checkout", "-q", "work")
	gitRun(t, dir, "merge", "-q", "-m", "merge", "main")
	merge := gitRun(t, dir, "rev-parse", "HEAD")

	want := map[string][]string{one: {"a.txt"}, two: {"a.txt"}, merge: {"elsewhere.txt"}}
	steps, err := Between(dir, "main", "work")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, s := range steps {
		got[s.Commit] = s.Names
		if text, err := s.Files.ReadFile("a.txt"); s.Commit == one && (err != nil || string(text) != "one\n") {
			t.Errorf("a.txt of the first commit reads %q, %v", text, err)
		}
		if err := s.Files.Close(); err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("commits and what they touch (-want +got):\n%s", diff)
	}
	if steps, err := Between(dir, "work", "main"); err != nil || len(steps) > 0 {
		t.Errorf("main has nothing that work has not, and %d commits are listed, %v", len(steps), err)
	}
	if _, err := Between(dir, "nowhere", "main"); err == nil {
		t.Error("a base that is not there is no error")
	}
}

func TestBetweenReachesTheFirstCommit(t *testing.T) {
	dir := repository(t, files)
	gitRun(t, dir, "checkout", "-q", "--orphan", "other")
	gitRun(t, dir, "commit", "-q", "-m", "apart")
	steps, err := Between(dir, "main", "other")
	if err != nil || len(steps) != 1 || len(steps[0].Names) != len(files) {
		t.Errorf("a history of its own is %d steps, %v; want its one commit with all its files", len(steps), err)
	}
}

// TestHistoryThatIsCutOffIsNotTakenForAllOfIt: a secret may be in a commit that
// the clone does not have.
func TestHistoryThatIsCutOffIsNotTakenForAllOfIt(t *testing.T) {
	dir := repository(t, files)
	for _, text := range []string{"one\n", "two\n", "three\n", "four\n"} {
		put(t, dir, "a.txt", text)
		gitRun(t, dir, "add", "-A")
		gitRun(t, dir, "commit", "-q", "-m", text)
	}
	gitRun(t, dir, "branch", "base", "HEAD~3")
	clone := filepath.Join(t.TempDir(), "clone")
	gitRun(t, dir, "clone", "-q", "--depth", "2", "file://"+dir, clone)
	gitRun(t, clone, "fetch", "-q", "--depth", "1", "origin", "base:base")
	if steps, err := Between(clone, "base", "main"); err == nil || !strings.Contains(err.Error(), "is cut off before "+gitRun(t, dir, "rev-parse", "HEAD~1")[:12]) {
		t.Errorf("of a change of 3 commits, 2 are here, and %d are listed, %v", len(steps), err)
	}
	if steps, err := Between(clone, "main~1", "main"); err != nil || len(steps) != 1 {
		t.Errorf("all of the change is here, and %d steps are listed, %v; want 1", len(steps), err)
	}
	gitRun(t, clone, "fetch", "-q", "--unshallow", "origin")
	if steps, err := Between(clone, "base", "main"); err != nil || len(steps) != 3 {
		t.Errorf("with the whole history %d steps are listed, %v; want 3", len(steps), err)
	}
}
