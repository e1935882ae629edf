package gittree

import (
	"os"
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
