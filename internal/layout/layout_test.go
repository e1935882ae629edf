package layout

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/rollcall-dev/rollcall/"

// ladder says what of ours each folder may import. The longest matching folder
// counts; a name with a slash behind it is all that lies below it, and "*" is
// everything. Tests may use more: see testExtra.
var ladder = map[string][]string{
	"schema":        {},
	"evidence":      {},
	"internal":      {"internal"},
	"registry":      {"schema"},
	"tenant":        {"registry"},
	"tenant/":       {"registry", "tenant"}, // one package a platform, and the conformance suite
	"approval":      {"registry"},
	"lint":          {"registry", "tenant"},
	"lint/rules":    {"registry", "tenant", "approval", "lint"},
	"lint/report":   {"registry", "tenant", "lint"},
	"reconcile":     {"registry", "tenant"},
	"review":        {"registry", "lint", "reconcile", "tenant"},
	"review/github": {"*"},
	"console":       {"*"},
	"cmd":           {"*"},
	"examples":      {"*"},
}

// testExtra is what test files of every folder may use besides: the schema that
// everything is written against, the doubles and the real tenants.
var testExtra = []string{"internal/", "schema", "registry", "tenant", "tenant/", "lint", "lint/"}

// cueUsers may import CUE; no cue.Value leaves them.
var cueUsers = []string{"schema", "registry"}

func TestNothingImportsUpwards(t *testing.T) {
	root := "../.."
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && d.Name() != ".." || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		check(t, path, filepath.ToSlash(rel))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func check(t *testing.T, path, rel string) {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := parser.ParseFile(token.NewFileSet(), rel, src, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	folder := rel[:max(strings.LastIndex(rel, "/"), 0)]
	for _, imp := range f.Imports {
		name, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(name, "cuelang.org/go") && !slices.Contains(cueUsers, top(folder)) {
			t.Errorf("%s imports %s: only schema and registry know CUE", rel, name)
		}
		ours, ok := strings.CutPrefix(name, module)
		if !ok || ours == folder || top(ours) == "internal" && top(folder) != "schema" && top(folder) != "evidence" {
			continue
		}
		allowed := allows(folder)
		if strings.HasSuffix(rel, "_test.go") {
			allowed = append(slices.Clone(allowed), testExtra...)
		}
		if !permits(allowed, ours) {
			t.Errorf("%s imports %s: %s may import %s", rel, ours, folder, said(allowed))
		}
	}
}

func top(folder string) string {
	first, _, _ := strings.Cut(folder, "/")
	return first
}

// allows is what a folder may import by the longest entry of the ladder that
// names it or a folder above it.
func allows(folder string) []string {
	for at := folder; at != "."; at = filepath.Dir(at) {
		if a, ok := ladder[at]; ok && (at == folder || at != "tenant") {
			return a
		}
		if at == "tenant" {
			return ladder["tenant/"]
		}
	}
	return nil
}

func permits(allowed []string, ours string) bool {
	return slices.ContainsFunc(allowed, func(a string) bool {
		return a == "*" || ours == a || strings.HasSuffix(a, "/") && strings.HasPrefix(ours, a)
	})
}

func said(allowed []string) string {
	if len(allowed) == 0 {
		return "nothing of ours"
	}
	return strings.Join(allowed, ", ")
}

func TestTheLadderNamesEveryFolder(t *testing.T) {
	entries, err := os.ReadDir("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		goFiles, err := filepath.Glob("../../" + e.Name() + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := ladder[e.Name()]; !ok && len(goFiles) > 0 {
			t.Errorf("the ladder says nothing of %s; give the folder a row in internal/layout", e.Name())
		}
	}
}
