package gittree

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// forge puts another content where git keeps an object.
func forge(t *testing.T, dir, id, kind string, content []byte) {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	fmt.Fprintf(z, "%s %d\x00", kind, len(content))
	if _, err := z.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, ".git", "objects", id[:2], id[2:])
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAnObjectThatIsNotWhatItsIDSaysIsNotRead(t *testing.T) {
	large := bytes.Repeat([]byte("0123456789abcdef"), 3<<20/16)
	all := map[string]string{"large.bin": string(large), "small.cue": "package registry\n", "deep/f": "f\n"}
	id := func(dir, rev string) string { return gitRun(t, dir, "rev-parse", rev) }

	dir := repository(t, all)
	forge(t, dir, id(dir, "HEAD:small.cue"), "blob", []byte("package Registry\n"))
	large[len(large)-1]++
	forge(t, dir, id(dir, "HEAD:large.bin"), "blob", large)
	tree, _ := open(t, dir, "HEAD")
	for _, name := range []string{"small.cue", "large.bin"} {
		if text, err := fs.ReadFile(tree, name); err == nil || !strings.Contains(err.Error(), "is damaged") {
			t.Errorf("%s reads %d bytes of another content, and says %v", name, len(text), err)
		}
		if _, ok := tree.Content(name); ok {
			t.Errorf("%s has a content that is another's", name)
		}
	}
	f, err := tree.Open("large.bin")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if n, err := io.Copy(io.Discard, f); err == nil {
		t.Errorf("%d bytes of a large file of another content are read bit by bit, and the end is no error", n)
	}

	forge(t, dir, id(dir, "HEAD:deep"), "tree", nil)
	if entries, err := fs.ReadDir(tree, "deep"); err == nil {
		t.Errorf("a folder of another content is listed: %v", entries)
	}
	commit := id(dir, "HEAD")
	forge(t, dir, commit, "commit", []byte("tree "+id(dir, "HEAD^{tree}")+"\nauthor a <a@example.com> 0 +0000\ncommitter a <a@example.com> 0 +0000\n\nanother\n"))
	if _, _, err := Open(dir, "main"); err == nil || !strings.Contains(err.Error(), commit+" is damaged") {
		t.Errorf("a commit of another content is opened, %v", err)
	}
}

// TestADamagedPackIsNotReadAnotherWayEither: what the quick way refuses, the
// slow one does not let through.
func TestADamagedPackIsNotReadAnotherWayEither(t *testing.T) {
	many := similar()
	dir := repository(t, many)
	gitRun(t, dir, "-c", "core.compression=0", "repack", "-q", "-a", "-d", "-f")
	packs, err := filepath.Glob(filepath.Join(dir, ".git/objects/pack/*.pack"))
	if err != nil || len(packs) != 1 {
		t.Fatalf("%d packs, %v", len(packs), err)
	}
	tree, _ := open(t, dir, "HEAD")
	if _, err := tree.ReadDir("registry/identities/n8n"); err != nil {
		t.Fatal(err)
	}
	if err := tree.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(packs[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(packs[0], 0o600); err != nil {
		t.Fatal(err)
	}
	bad := bytes.ReplaceAll(whole, []byte("line of number"), []byte("LINE of number"))
	if err := os.WriteFile(packs[0], bad, 0o600); err != nil {
		t.Fatal(err)
	}
	refused := 0
	for name, want := range many {
		got, err := tree.ReadFile(name)
		if err != nil {
			refused++
		} else if string(got) != want {
			t.Errorf("%s reads as something else from a damaged pack", name)
		}
	}
	if refused == 0 {
		t.Error("no damage was met; the test proves nothing")
	}
}
