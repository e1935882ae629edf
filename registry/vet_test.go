package registry

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/rollcall-dev/rollcall/schema"
)

func archive(t testing.TB, name string) *txtar.Archive {
	t.Helper()
	a, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestPlainCUEToolsJudgeAsWeDo runs the real cue command over policy
// repositories: those named good pass, and those named bad fail, there and
// here.
func TestPlainCUEToolsJudgeAsWeDo(t *testing.T) {
	cue := filepath.Join(t.TempDir(), "cue")
	if out, err := exec.Command("go", "build", "-o", cue, "cuelang.org/go/cmd/cue").CombinedOutput(); err != nil {
		t.Fatalf("build the cue command: %v\n%s", err, out)
	}
	names, err := filepath.Glob("testdata/vet/*.txtar")
	if err != nil || len(names) < 5 {
		t.Fatalf("%d policy repositories, %v", len(names), err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a := archive(t, name)
			dir := t.TempDir()
			a.Files = append(a.Files,
				txtar.File{Name: "registry/schema.cue", Data: []byte(schema.CUE)},
				txtar.File{Name: "cue.mod/module.cue", Data: []byte("module: \"example.com/policy\"\nlanguage: version: \"v0.13.0\"\n")})
			for _, f := range a.Files {
				write(t, filepath.Join(dir, f.Name), f.Data)
			}
			cmd := exec.Command(cue, "vet", "./...")
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "CUE_REGISTRY=none")
			out, err := cmd.CombinedOutput()
			good := strings.HasPrefix(filepath.Base(name), "good")
			if (err == nil) != good {
				t.Errorf("cue vet says %v:\n%s", err, out)
			}
			s := load(t, mapFS(a.Files))
			if (len(s.Problems) == 0) != good {
				t.Errorf("we say:\n%s", show(s))
			}
		})
	}
}

func write(t testing.TB, name string, text []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, text, 0o644); err != nil {
		t.Fatal(err)
	}
}
