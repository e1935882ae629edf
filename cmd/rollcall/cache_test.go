//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestACacheThatOthersCouldHaveWrittenIsNotUsed: what is in a cache is believed,
// so neither a change nor another user may bring it.
func TestACacheThatOthersCouldHaveWrittenIsNotUsed(t *testing.T) {
	work := t.TempDir()
	git := exec.Command("git", "init", "-q", work)
	if out, err := git.CombinedOutput(); err != nil {
		t.Fatalf("git init: %v\n%s", err, out)
	}
	rolls, open, link, elsewhere := filepath.Join(work, "rolls"), filepath.Join(t.TempDir(), "open"), filepath.Join(t.TempDir(), "link"), t.TempDir()
	for _, dir := range []string{rolls, open} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(work, link); err != nil {
		t.Fatal(err)
	}
	const among, others, foreign = "it lies among the files that are judged", "others may write to it", "it belongs to another user"
	for _, c := range []struct{ cache, judged, want string }{
		{filepath.Join(t.TempDir(), "a", "new one"), rolls, ""},
		{filepath.Join(elsewhere, "rolls-cache"), filepath.Join(elsewhere, "rolls"), ""},
		{filepath.Join(rolls, ".cache"), rolls, among},
		{filepath.Join(work, ".cache"), rolls, among},
		{filepath.Join(work, ".git", "cache"), rolls, among},
		{filepath.Join(link, "cache"), rolls, among},
		{filepath.Join(work, "cache"), filepath.Join(link, "rolls"), among},
		{filepath.Join(elsewhere, "cache"), elsewhere, among},
		{elsewhere, elsewhere, among},
		{open, rolls, others},
		{"/", rolls, foreign},
		{"off", rolls, ""},
	} {
		if c.cache == "/" && os.Geteuid() == 0 {
			continue // it belongs to root, who is this user
		}
		var notes bytes.Buffer
		got := cacheOf(func(string) string { return c.cache }, c.judged, &notes)
		if used := got.Dir != ""; used != (c.want == "" && c.cache != "off") {
			t.Errorf("cache %s for %s: used is %v", c.cache, c.judged, used)
		}
		if said := notes.String(); !strings.Contains(said, c.want) || (said != "") != (c.want != "") || strings.Count(said, "\n") > 1 {
			t.Errorf("cache %s for %s: it is said that %q, want %q", c.cache, c.judged, said, c.want)
		}
		if info, err := os.Stat(c.cache); got.Dir != "" && (err != nil || info.Mode().Perm() != 0o700) {
			t.Errorf("the cache %s was made with %v, %v; want it for its user alone", c.cache, info.Mode(), err)
		}
	}
}

// TestTwoBuildsOfOneSizeAndTimeAreTwo: reproducible builds set one time on
// all that they make.
func TestTwoBuildsOfOneSizeAndTimeAreTwo(t *testing.T) {
	dir := t.TempDir()
	compile := func(name, text string, args ...string) string {
		file := filepath.Join(dir, name+".go")
		if err := os.WriteFile(file, []byte("package main\n\nfunc main() { println(\""+text+"\") }\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		program := filepath.Join(dir, name)
		c := exec.Command("go", append(append([]string{"build", "-trimpath", "-o", program}, args...), file)...)
		c.Env = append(os.Environ(), "GOFLAGS=")
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("go build: %v\n%s", err, out)
		}
		return program
	}
	one, known := buildOf(compile("one", "1"))
	if !known {
		t.Fatal("a program that go built has no build id")
	}
	if two, known := buildOf(compile("two", "2")); !known || two == one {
		t.Errorf("two programs of the same size are one build, %q, %v", two, known)
	}
	if id, known := buildOf(compile("none", "1", "-ldflags=-buildid=")); known {
		t.Errorf("a program that was linked without a build id has %q", id)
	}
	if id, known := buildOf(filepath.Join(dir, "one.go")); known {
		t.Errorf("a text has the build id %q", id)
	}
	if _, known := build(); !known {
		t.Error("this program's own build id is not found")
	}
}
