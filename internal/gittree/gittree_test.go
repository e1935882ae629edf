package gittree

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

// gitRun runs git in a folder, without the user's own settings.
func gitRun(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=dana", "GIT_AUTHOR_EMAIL=dana@example.com", "GIT_COMMITTER_NAME=dana", "GIT_COMMITTER_EMAIL=dana@example.com")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// repository makes a repository of one commit.
func repository(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	gitRun(t, dir, "init", "-q", "-b", "main")
	for name, text := range files {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	gitRun(t, dir, "add", "-A")
	gitRun(t, dir, "commit", "-q", "-m", "first")
	return dir
}

var files = map[string]string{
	"registry/identities/n8n/a.cue": "package registry\n",
	"registry/identities/n8n.cue":   "sorts otherwise in git than here",
	"registry/identities/n8n-b.cue": "",
	"registry/policy.cue":           "package registry\n\npolicy: {}\n",
	"README.md":                     "hello\n",
}

func open(t *testing.T, dir, rev string) (*Tree, string) {
	t.Helper()
	tree, commit, err := Open(dir, rev)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tree.Close(); err != nil {
			t.Error("close:", err)
		}
	})
	return tree, commit
}

func TestACommitIsAProperFileSystem(t *testing.T) {
	dir := repository(t, files)
	var names []string
	for name := range files {
		names = append(names, name)
	}
	bare := filepath.Join(t.TempDir(), "bare.git")
	gitRun(t, dir, "clone", "-q", "--bare", dir, bare)
	linked := filepath.Join(t.TempDir(), "linked")
	gitRun(t, dir, "worktree", "add", "-q", linked, "-b", "other")
	borrowing := filepath.Join(t.TempDir(), "borrowing")
	gitRun(t, dir, "clone", "-q", "--shared", dir, borrowing)
	check := func(state string) {
		for form, where := range map[string]string{
			"a work tree": dir, "a bare repository": bare,
			"a linked worktree": linked, "a clone that borrows objects": borrowing,
		} {
			tree, commit := open(t, where, "HEAD")
			if want := gitRun(t, dir, "rev-parse", "HEAD"); commit != want {
				t.Errorf("%s, %s: commit %s, want %s", form, state, commit, want)
			}
			if err := fstest.TestFS(tree, names...); err != nil {
				t.Errorf("%s, %s: %v", form, state, err)
			}
			for name, want := range files {
				if got, err := fs.ReadFile(tree, name); err != nil || string(got) != want {
					t.Errorf("%s, %s: %s reads %q, %v", form, state, name, got, err)
				}
			}
		}
	}
	check("loose")
	gitRun(t, dir, "repack", "-q", "-a", "-d")
	gitRun(t, dir, "pack-refs", "--all")
	check("packed")
}

func TestTheCommitIsReadAndNotTheFolder(t *testing.T) {
	dir := repository(t, files)
	first := gitRun(t, dir, "rev-parse", "HEAD")
	gitRun(t, dir, "tag", "-a", "v1", "-m", "one")
	if err := os.WriteFile(filepath.Join(dir, "README.md"), []byte("second\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	gitRun(t, dir, "commit", "-q", "-a", "-m", "second")
	if err := os.WriteFile(filepath.Join(dir, "README.md"), []byte("not committed\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for rev, want := range map[string]string{"HEAD": "second\n", "main": "second\n", "HEAD~1": "hello\n", "v1": "hello\n", first: "hello\n", first[:10]: "hello\n"} {
		tree, _ := open(t, dir, rev)
		if got, err := fs.ReadFile(tree, "README.md"); err != nil || string(got) != want {
			t.Errorf("at %s README.md reads %q, %v; want %q", rev, got, err, want)
		}
	}
}

func TestLinksAndSubmodulesKeepTheirModes(t *testing.T) {
	dir := repository(t, files)
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "registry", "link.cue")); err != nil {
		t.Fatal(err)
	}
	gitRun(t, dir, "add", "-A")
	gitRun(t, dir, "update-index", "--add", "--cacheinfo", "160000,"+gitRun(t, dir, "rev-parse", "HEAD")+",registry/module")
	gitRun(t, dir, "commit", "-q", "-m", "link")
	tree, _ := open(t, dir, "HEAD")
	entries, err := fs.ReadDir(tree, "registry")
	if err != nil {
		t.Fatal(err)
	}
	modes := map[string]fs.FileMode{}
	for _, e := range entries {
		modes[e.Name()] = e.Type()
	}
	if modes["link.cue"] != fs.ModeSymlink || modes["module"] != fs.ModeIrregular {
		t.Errorf("modes are %v; want a symbolic link and an irregular file", modes)
	}
	if got, err := fs.ReadFile(tree, "registry/link.cue"); err != nil || string(got) != "/etc/passwd" {
		t.Errorf("the link was followed: %q, %v", got, err)
	}
	if _, err := tree.Open("registry/link.cue/x"); err == nil {
		t.Error("a path through a link opened")
	}
}

func TestALargeFileIsReadBitByBit(t *testing.T) {
	large := bytes.Repeat([]byte("0123456789abcdef"), 5<<20/16)
	dir := repository(t, map[string]string{"large.bin": string(large)})
	for _, state := range []string{"loose", "packed"} {
		tree, _ := open(t, dir, "HEAD")
		f, err := tree.Open("large.bin")
		if err != nil {
			t.Fatal(err)
		}
		start := make([]byte, 16)
		if n, err := f.Read(start); err != nil || n == 0 {
			t.Errorf("%s: read %d bytes, %v", state, n, err)
		}
		if err := errors.Join(f.Close(), f.Close()); err != nil {
			t.Errorf("%s: close: %v", state, err)
		}
		if got, err := fs.ReadFile(tree, "large.bin"); err != nil || !bytes.Equal(got, large) {
			t.Errorf("%s: %d bytes, %v; want %d", state, len(got), err, len(large))
		}
		gitRun(t, dir, "repack", "-q", "-a", "-d")
	}
}

func TestManyReadersAtOnceReadTheSame(t *testing.T) {
	many := map[string]string{}
	for i := range 200 {
		many["registry/"+strings.Repeat("x", i+1)+".cue"] = strings.Repeat("line of the file\n", i)
	}
	dir := repository(t, many)
	gitRun(t, dir, "repack", "-q", "-a", "-d")
	tree, _ := open(t, dir, "HEAD")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for name, want := range many {
				if got, err := fs.ReadFile(tree, name); err != nil || string(got) != want {
					t.Errorf("%d bytes, %v; want %d", len(got), err, len(want))
				}
			}
		})
	}
	wg.Wait()
}

func TestWhatIsNotThereIsSaid(t *testing.T) {
	dir := repository(t, files)
	if _, _, err := Open(dir, "nowhere"); err == nil || !strings.Contains(err.Error(), `"nowhere"`) {
		t.Errorf("an unknown revision says %v", err)
	}
	if _, _, err := Open(t.TempDir(), "HEAD"); err == nil {
		t.Error("a folder without a repository opened")
	}
	tree, _ := open(t, dir, "HEAD")
	if _, err := fs.ReadFile(tree, "registry/none.cue"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there says %v", err)
	}
	blob := gitRun(t, dir, "rev-parse", "HEAD:README.md")
	if err := os.Remove(filepath.Join(dir, ".git", "objects", blob[:2], blob[2:])); err != nil {
		t.Fatal(err)
	}
	if text, err := fs.ReadFile(tree, "README.md"); err == nil {
		t.Errorf("a file whose object is missing reads %q", text)
	}
}
