package rules

import (
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

var update = flag.Bool("update", false, "write the findings into the goldens")

// today is the day on which the goldens are judged.
var today = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// common is the registry that every golden adds its own files to: an
// organisation, a policy and two tenants.
const common = "testdata/registry.txtar"

func golden(id string) string {
	return "testdata/" + strings.ReplaceAll(id, "/", "_") + ".txtar"
}

// before is the folder of a golden that holds what was there before its change:
// with what every golden has, the base.
const before = "base/"

// files are those of the archives, the later ones over the earlier.
func files(t *testing.T, archives ...*txtar.Archive) fstest.MapFS {
	t.Helper()
	fsys := fstest.MapFS{}
	for _, f := range archives[0].Files {
		fsys[before+f.Name] = &fstest.MapFile{Data: f.Data}
	}
	for _, a := range archives {
		for _, f := range a.Files {
			if f.Name != "findings" {
				fsys[f.Name] = &fstest.MapFile{Data: f.Data}
			}
		}
	}
	return fsys
}

func archive(t *testing.T, name string) *txtar.Archive {
	t.Helper()
	a, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatalf("read golden: %v", err)
	}
	return a
}

// judge runs the whole book over the files, and keeps what one rule found.
func judge(t *testing.T, fsys fs.FS, rule string) (*registry.Snapshot, []lint.Finding) {
	t.Helper()
	head, err := registry.Load(fsys, "")
	if err != nil {
		t.Fatalf("load the golden's registry: %v", err)
	}
	r, err := Find(rule)
	if err != nil {
		t.Fatal(err)
	}
	pass := lint.Pass{Head: head, Now: today}
	if r.Needs == lint.NeedsBaseAndLive {
		pass.Live = observations(t, fsys)
	}
	if r.Needs == lint.NeedsBase || r.Needs == lint.NeedsBaseAndLive {
		base, err := fs.Sub(fsys, strings.TrimSuffix(before, "/"))
		if err != nil {
			t.Fatal(err)
		}
		if pass.Base, err = registry.Load(base, ""); err != nil {
			t.Fatalf("load the golden's base: %v", err)
		}
	}
	if r.Needs == lint.NeedsFiles {
		all, err := lint.AllFiles(fsys)
		if err != nil {
			t.Fatal(err)
		}
		all.Names = slices.DeleteFunc(all.Names, func(name string) bool { return strings.HasPrefix(name, before) })
		pass.Files = []*lint.Files{all}
	}
	res := lint.Run(All(), pass)
	res.Gather()
	return head, slices.DeleteFunc(res.Findings, func(f lint.Finding) bool { return f.Rule != rule })
}

// observations are those in the folder "live" of a golden, a file a tenant.
func observations(t *testing.T, fsys fs.FS) map[string]tenant.Observation {
	t.Helper()
	names, err := fs.Glob(fsys, "live/*.json")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]tenant.Observation{}
	for _, name := range names {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			t.Fatal(err)
		}
		ob, err := tenant.Decode(text, today)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		seen[ob.Tenant] = ob
	}
	return seen
}

func TestGoldens(t *testing.T) {
	for _, rule := range All() {
		t.Run(rule.ID, func(t *testing.T) {
			a := archive(t, golden(rule.ID))
			fsys := files(t, archive(t, common), a)
			head, found := judge(t, fsys, rule.ID)
			got := show(fsys, found)
			if *update {
				write(t, golden(rule.ID), a, got)
			}
			if diff := cmp.Diff(string(findings(a)), got); diff != "" {
				t.Errorf("findings (-golden +found); run with -update and read them:\n%s", diff)
			}
			if len(found) == 0 {
				t.Errorf("nothing in %s breaks rule %s", golden(rule.ID), rule.ID)
			}
			if !passes(head, found) {
				t.Errorf("nothing in %s keeps rule %s", golden(rule.ID), rule.ID)
			}
			for _, p := range head.Problems {
				if p.Rule != rule.ID {
					t.Errorf("the golden's registry is wrong in another way than rule %s is about: %s: %s", rule.ID, p.Pos, p.Message)
				}
			}
		})
	}
}

// passes tells whether some entry of a kind that was found fault with is
// without fault.
func passes(head *registry.Snapshot, found []lint.Finding) bool {
	names := map[lint.Entry][]string{lint.EntryOrganisation: {""}, lint.EntryPolicy: {""}}
	for _, id := range head.Identities {
		names[lint.EntryIdentity] = append(names[lint.EntryIdentity], id.ID)
	}
	for _, t := range head.Tenants {
		names[lint.EntryTenant] = append(names[lint.EntryTenant], t.ID)
	}
	for _, a := range head.Access {
		names[lint.EntryAccess] = append(names[lint.EntryAccess], a.ID)
	}
	for _, ex := range head.Exceptions {
		names[lint.EntryException] = append(names[lint.EntryException], ex.ID)
	}
	for _, f := range found {
		if !slices.ContainsFunc(names[f.Entry], func(name string) bool {
			return !slices.ContainsFunc(found, func(g lint.Finding) bool { return g.Entry == f.Entry && g.Identity == name })
		}) && f.Entry != lint.EntryPolicy && f.Entry != lint.EntryOrganisation {
			return false
		}
	}
	return true
}

func findings(a *txtar.Archive) []byte {
	for _, f := range a.Files {
		if f.Name == "findings" {
			return f.Data
		}
	}
	return nil
}

func write(t *testing.T, name string, a *txtar.Archive, got string) {
	t.Helper()
	a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool { return f.Name == "findings" })
	a.Files = append(a.Files, txtar.File{Name: "findings", Data: []byte(got)})
	if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
		t.Fatalf("write golden: %v", err)
	}
}

// show writes findings as the goldens have them, with their mends below.
func show(fsys fstest.MapFS, found []lint.Finding) string {
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintf(&b, "%s: %s: %s [%s]\n", f.Pos, f.Severity, f.Message, f.Rule)
		switch e := f.Edit; {
		case e == nil:
		case e.Start == e.End:
			fmt.Fprintf(&b, "\tmend: add %s\n", strings.TrimSpace(e.New))
		default:
			fmt.Fprintf(&b, "\tmend: %s -> %s\n", fsys[e.File].Data[e.Start:e.End], e.New)
		}
	}
	return b.String()
}

func TestMendsMend(t *testing.T) {
	for _, rule := range All() {
		fsys := files(t, archive(t, common), archive(t, golden(rule.ID)))
		head, found := judge(t, fsys, rule.ID)
		byFile, left := lint.Mends(found)
		if len(byFile) == 0 {
			continue
		}
		if len(left) > 0 {
			t.Errorf("%d mends of rule %s are in each other's way in its own golden", len(left), rule.ID)
		}
		for name, edits := range byFile {
			text, err := registry.Apply(fsys[name].Data, edits)
			if err != nil {
				t.Fatalf("rule %s: mend %s: %v", rule.ID, name, err)
			}
			fsys[name] = &fstest.MapFile{Data: text}
		}
		mended, after := judge(t, fsys, rule.ID)
		if n := len(slices.DeleteFunc(slices.Clone(found), func(f lint.Finding) bool { return f.Edit != nil })); len(after) != n {
			t.Errorf("rule %s: %d findings after its mends, want the %d that have none:\n%s", rule.ID, len(after), n, show(fsys, after))
		}
		if len(mended.Problems) > len(head.Problems) {
			t.Errorf("rule %s: its mends break the file: %v", rule.ID, mended.Problems)
		}
	}
}

func TestAGoodRegistryHasNoFindings(t *testing.T) {
	head, err := registry.Load(files(t, archive(t, common), archive(t, "testdata/good.txtar")), "")
	if err != nil {
		t.Fatal(err)
	}
	if len(head.Identities) < 6 {
		t.Fatalf("the good registry has %d identities, fewer than there are kinds", len(head.Identities))
	}
	res := lint.Run(All(), lint.Pass{Head: head, Now: today})
	for _, f := range res.Findings {
		t.Errorf("found fault with a good registry: %s: %s [%s]", f.Pos, f.Message, f.Rule)
	}
}

func TestEveryRuleHasItsGoldenAndItsFile(t *testing.T) {
	want := map[string]bool{}
	for _, r := range All() {
		want[golden(r.ID)] = true
		file := strings.NewReplacer("/", "_", "-", "_").Replace(r.ID) + ".go"
		if _, err := os.Stat(file); err != nil {
			t.Errorf("rule %s does not stand in %s", r.ID, file)
		}
	}
	goldens, err := filepath.Glob("testdata/*_*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range goldens {
		if !want[name] {
			t.Errorf("%s is the golden of no rule", name)
		}
	}
}

func TestEveryRuleHasAPage(t *testing.T) {
	for _, r := range All() {
		sentence, page, _ := strings.Cut(r.Doc, "\n\n")
		if sentence == "" || strings.ContainsAny(sentence, "\n") || strings.HasSuffix(sentence, ".") {
			t.Errorf("rule %s: the page begins with %q, and not with one sentence without a full stop", r.ID, sentence)
		}
		at := 0
		for _, title := range []string{"What", "Why", "Before", "After", "How to mend"} {
			i := strings.Index("\n"+page, "\n# "+title+"\n")
			if i < at {
				t.Errorf("rule %s: its page has no section %q, or not in its place", r.ID, title)
			}
			at = max(at, i)
		}
		if len(r.Controls) == 0 {
			t.Errorf("rule %s names no control", r.ID)
		}
		for _, c := range r.Controls {
			if lint.ControlTitle(c) == "" {
				t.Errorf("rule %s names control %q, which does not exist", r.ID, c)
			}
		}
		if r.Each == nil && r.Check == nil {
			t.Errorf("rule %s judges nothing", r.ID)
		}
	}
}

func TestRulesAreSortedByID(t *testing.T) {
	var ids []string
	for _, r := range All() {
		ids = append(ids, r.ID)
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(book)), ids); diff != "" {
		t.Errorf("order of the rules (-want +got):\n%s", diff)
	}
}
