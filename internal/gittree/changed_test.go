package gittree

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestChangedIsWhatIsNotTheSameInTheBase(t *testing.T) {
	dir := repository(t, files)
	base, _ := open(t, dir, "HEAD")
	put(t, dir, "README.md", "other\n")
	put(t, dir, "deep/down/new.cue", "")
	gitRun(t, dir, "mv", "registry/policy.cue", "registry/identities/policy.cue")
	if err := os.Symlink("README.md", dir+"/link"); err != nil {
		t.Fatal(err)
	}
	want := []string{"README.md", "deep/down/new.cue", "registry/identities/policy.cue"}
	check := func(form string, got []string, err error) {
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("changed in %s: %v (-want +got):\n%s", form, err, diff)
		}
	}
	got, err := Changed(base, os.DirFS(dir))
	check("the files", got, err)
	gitRun(t, dir, "add", "-A")
	got, err = Changed(base, staged(t, dir))
	check("the index", got, err)
	gitRun(t, dir, "commit", "-q", "-m", "second")
	head, _ := open(t, dir, "HEAD")
	got, err = Changed(base, head)
	check("a commit", got, err)
	if got, err := Changed(head, head); err != nil || len(got) > 0 {
		t.Errorf("of a commit against itself, %v changed, %v", got, err)
	}
}

// TestATreeWithoutEndEndsTheComparison: forty trees, each of which holds the
// next one ten times, are a commit of a few kilobytes and 10^40 folders.
func TestATreeWithoutEndEndsTheComparison(t *testing.T) {
	dir := t.TempDir()
	gitIn(t, dir, "", "init", "-q", "-b", "main")
	gitIn(t, dir, "", "commit", "-q", "--allow-empty", "-m", "empty")
	blob := gitIn(t, dir, "x", "hash-object", "-w", "--stdin")
	tree := gitIn(t, dir, fmt.Sprintf("100644 blob %s\tf\n", blob), "mktree")
	for range 40 {
		var b strings.Builder
		for i := range 10 {
			fmt.Fprintf(&b, "040000 tree %s\td%d\n", tree, i)
		}
		tree = gitIn(t, dir, b.String(), "mktree")
	}
	commit := gitIn(t, dir, "bomb", "commit-tree", "-p", "HEAD", tree)
	base, _, err := Open(dir, "main")
	if err != nil {
		t.Fatal(err)
	}
	head, _, err := Open(dir, commit)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Changed(base, head); err == nil || !strings.Contains(err.Error(), "more than 300000 files and folders") {
		t.Errorf("a tree without end is compared, and says %v", err)
	}
}

// gitIn runs git on an input and gives what it says.
func gitIn(t *testing.T, dir, input string, args ...string) string {
	t.Helper()
	c := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=test", "-c", "user.email=test@example.com"}, args...)...)
	c.Stdin = strings.NewReader(input)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}
