package gittree

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
)

func TestWhatGitDoesNotFindIsSaidInWords(t *testing.T) {
	dir := repository(t, files)
	put(t, dir, "README.md", "more\n")
	gitRun(t, dir, "commit", "-q", "-a", "-m", "second")
	shallow := filepath.Join(t.TempDir(), "shallow")
	gitRun(t, dir, "clone", "-q", "--depth", "1", "file://"+dir, shallow)
	for _, c := range []struct{ dir, rev, want string }{
		{dir, "HEAD~9", `there is no commit or branch "HEAD~9" in `},
		{dir, "nowhere", `there is no commit or branch "nowhere" in `},
		{dir, "1111111111111111111111111111111111111111", `there is no commit or branch "1111`},
		{shallow, "HEAD~1", `is shallow and does not have "HEAD~1"; fetch more, in a workflow by fetch-depth: 0`},
		{shallow, "elsewhere", `is shallow and does not have "elsewhere"; fetch more`},
		{t.TempDir(), "HEAD", "is not in a git repository"},
	} {
		_, _, opened := Open(c.dir, c.rev)
		_, between := Between(c.dir, c.rev, "HEAD")
		for _, err := range []error{opened, between} {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: says %v, want %q", c.rev, err, c.want)
			}
		}
	}
}

func TestTheCauseOfWhatIsSaidStaysKnown(t *testing.T) {
	empty := t.TempDir()
	gitRun(t, empty, "init", "-q", "-b", "main")
	if _, _, err := Open(empty, "HEAD"); !errors.Is(err, plumbing.ErrReferenceNotFound) {
		t.Errorf("that there is no commit yet cannot be told from %v", err)
	}
	if _, err := Staged(t.TempDir()); !errors.Is(err, git.ErrRepositoryNotExists) || !strings.Contains(err.Error(), "is not in a git repository") {
		t.Errorf("that there is no repository is said as %v", err)
	}
}
