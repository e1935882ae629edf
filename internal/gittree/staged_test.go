package gittree

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func staged(t *testing.T, dir string) *Tree {
	t.Helper()
	tree, err := Staged(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tree.Close(); err != nil {
			t.Error("close:", err)
		}
	})
	return tree
}

func TestTheIndexIsAProperFileSystem(t *testing.T) {
	dir := repository(t, files)
	put(t, dir, "registry/identities/n8n/deep/down/new.cue", "staged\n")
	put(t, dir, "README.md", "staged\n")
	gitRun(t, dir, "add", "-A")
	put(t, dir, "README.md", "not staged\n")
	put(t, dir, "untracked.cue", "")
	put(t, dir, "meant.cue", "")
	gitRun(t, dir, "add", "-N", "meant.cue")
	gitRun(t, dir, "rm", "-q", "--cached", "registry/identities/n8n-b.cue")
	linked := filepath.Join(t.TempDir(), "linked")
	gitRun(t, dir, "worktree", "add", "-q", linked, "-b", "other")

	tree := staged(t, dir)
	if err := fstest.TestFS(tree, "README.md", "registry/identities/n8n/deep/down/new.cue", "registry/policy.cue"); err != nil {
		t.Error(err)
	}
	if text, err := fs.ReadFile(tree, "README.md"); err != nil || string(text) != "staged\n" {
		t.Errorf("README.md reads %q, %v; want what is staged", text, err)
	}
	for _, name := range []string{"untracked.cue", "meant.cue", "registry/identities/n8n-b.cue"} {
		if _, err := fs.Stat(tree, name); err == nil {
			t.Errorf("%s is shown, and the next commit will not hold it", name)
		}
	}
	if text, err := fs.ReadFile(staged(t, linked), "README.md"); err != nil || string(text) != "hello\n" {
		t.Errorf("a linked worktree has an index of its own; README.md reads %q, %v", text, err)
	}
}

func TestAnotherIndexIsReadWhereGitNamesOne(t *testing.T) {
	dir := repository(t, files)
	name := filepath.Join(dir, ".git", "other-index")
	gitRun(t, dir, "read-tree", "--index-output="+name, "HEAD")
	put(t, dir, "new.cue", "")
	gitRun(t, dir, "add", "-A")
	t.Setenv("GIT_INDEX_FILE", name)
	tree := staged(t, dir)
	if _, err := fs.Stat(tree, "new.cue"); err == nil {
		t.Error("the usual index was read, and not the one that git names")
	}
	if _, err := fs.Stat(tree, "README.md"); err != nil {
		t.Errorf("the index that git names was not read: %v", err)
	}
}

func TestNothingStagedIsAnEmptyTree(t *testing.T) {
	dir := t.TempDir()
	gitRun(t, dir, "init", "-q")
	if entries, err := fs.ReadDir(staged(t, dir), "."); err != nil || len(entries) > 0 {
		t.Errorf("nothing is staged, and %v, %v are read", entries, err)
	}
}

func TestAConflictIsNotGuessed(t *testing.T) {
	dir := repository(t, files)
	gitRun(t, dir, "checkout", "-q", "-b", "theirs")
	put(t, dir, "README.md", "theirs\n")
	gitRun(t, dir, "commit", "-q", "-a", "-m", "theirs")
	gitRun(t, dir, "checkout", "-q", "main")
	put(t, dir, "README.md", "ours\n")
	gitRun(t, dir, "commit", "-q", "-a", "-m", "ours")
	gitRun(t, dir, "read-tree", "-m", "HEAD~1", "HEAD", "theirs")
	if _, err := Staged(dir); err == nil || !strings.Contains(err.Error(), "README.md is in conflict; resolve it and stage it") {
		t.Errorf("a conflict reads as %v", err)
	}
}
