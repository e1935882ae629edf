package gittree

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// TestAFolderOfARepositoryIsComparedWithItself: the folder, its base, what is
// staged in it and each step of a change are the same part of the repository.
func TestAFolderOfARepositoryIsComparedWithItself(t *testing.T) {
	dir := repository(t, map[string]string{"rolls/registry/policy.cue": "one\n", "rolls/registry/a.cue": "a\n", "README.md": "top\n"})
	rolls := filepath.Join(dir, "rolls")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	base, _ := open(t, rolls, "main")
	if err := fstest.TestFS(base, "registry/policy.cue", "registry/a.cue"); err != nil {
		t.Error(err)
	}
	through, _ := open(t, filepath.Join(link, "rolls"), "main")
	if text, err := fs.ReadFile(through, "registry/policy.cue"); err != nil || string(text) != "one\n" {
		t.Errorf("through a link the policy reads %q, %v", text, err)
	}

	put(t, rolls, "registry/policy.cue", "two\n")
	put(t, dir, "README.md", "not theirs\n")
	want := []string{"registry/policy.cue"}
	check := func(form string, got []string, err error) {
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("changed in %s: %v (-want +got):\n%s", form, err, diff)
		}
	}
	got, err := Changed(base, os.DirFS(rolls))
	check("the folder", got, err)
	gitRun(t, dir, "add", "-A")
	index := staged(t, rolls)
	if err := fstest.TestFS(index, "registry/policy.cue", "registry/a.cue"); err != nil {
		t.Error(err)
	}
	got, err = Changed(base, index)
	check("the index", got, err)
	gitRun(t, dir, "commit", "-q", "-m", "second")
	steps, err := Between(rolls, "main~1", "main")
	if err != nil || len(steps) != 1 {
		t.Fatalf("%d steps, %v; want 1", len(steps), err)
	}
	check("the step", steps[0].Names, nil)
	if text, err := steps[0].Files.ReadFile("registry/policy.cue"); err != nil || string(text) != "two\n" {
		t.Errorf("in the step the policy reads %q, %v", text, err)
	}
}

func TestAFolderThatCameLaterIsEmptyBefore(t *testing.T) {
	dir := repository(t, map[string]string{"README.md": "top\n", "rolls": "a file then\n"})
	gitRun(t, dir, "rm", "-q", "rolls")
	put(t, dir, "rolls/deep/registry/policy.cue", "")
	gitRun(t, dir, "add", "-A")
	gitRun(t, dir, "commit", "-q", "-m", "rolls")
	for _, folder := range []string{"rolls", "rolls/deep"} {
		tree, _ := open(t, filepath.Join(dir, folder), "HEAD~1")
		if entries, err := fs.ReadDir(tree, "."); err != nil || len(entries) > 0 {
			t.Errorf("before it came, %s holds %v, %v", folder, entries, err)
		}
	}
	steps, err := Between(filepath.Join(dir, "rolls/deep"), "HEAD~1", "HEAD")
	if err != nil || len(steps) != 1 || !cmp.Equal(steps[0].Names, []string{"registry/policy.cue"}) {
		t.Errorf("the step that brought it is %+v, %v", steps, err)
	}
}

func TestALinkOutOfAWorkTreeIsNotTakenForAFolderOfIt(t *testing.T) {
	dir := repository(t, files)
	if err := os.Symlink(t.TempDir(), filepath.Join(dir, "out")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Open(filepath.Join(dir, "out"), "HEAD"); err == nil || !strings.Contains(err.Error(), "a link out of the work tree") {
		t.Errorf("a folder elsewhere is read as one of the repository: %v", err)
	}
}
