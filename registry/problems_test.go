package registry

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the problems into the goldens")

// TestMain lets the test program be the child that evaluates.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "evaluate" {
		if err := EvaluateMain(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// inChild evaluates in a process of its own.
func inChild(t testing.TB) Loader {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Loader{Evaluate: EvaluateIn(exe)}
}

func load(t testing.TB, fsys fstest.MapFS) *Snapshot {
	t.Helper()
	s, err := inChild(t).Load(t.Context(), fsys, "c0ffee")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mapFS(files []txtar.File) fstest.MapFS {
	fsys := fstest.MapFS{}
	for _, f := range files {
		fsys[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return fsys
}

// one is a registry of one file.
func one(name, text string) fstest.MapFS {
	return fstest.MapFS{name: &fstest.MapFile{Data: []byte(text)}}
}

func show(s *Snapshot) string {
	var b strings.Builder
	for _, p := range s.Problems {
		fmt.Fprintf(&b, "%s: %s: %s\n", p.Pos, p.Rule, p.Message)
	}
	if b.Len() == 0 {
		return "none\n"
	}
	return b.String()
}

// A golden is a registry and, as its comment, the problems with it.
func TestEachMistakeIsOneLineInTheUsersWords(t *testing.T) {
	names, err := filepath.Glob("testdata/problems/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := show(load(t, mapFS(a.Files)))
			if *update {
				a.Comment = []byte(got)
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(a.Comment), got); diff != "" {
				t.Errorf("the problems changed; rewrite with -update and read them (-golden +now):\n%s", diff)
			}
		})
	}
}
