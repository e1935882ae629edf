package gen_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/internal/gen"
	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/schema"
	"github.com/rollcall-dev/rollcall/tenant"
)

func load(t *testing.T, o gen.Options) *registry.Snapshot {
	t.Helper()
	files := fstest.MapFS{}
	for name, text := range gen.Files(o) {
		files[name] = &fstest.MapFile{Data: text}
	}
	s, err := registry.Load(files, "")
	if err != nil {
		t.Fatalf("the generated registry cannot be read: %v", err)
	}
	return s
}

func TestTheSameOptionsGiveTheSameBytes(t *testing.T) {
	o := gen.Options{Identities: 200, Seed: 7, Broken: 0.1}
	if diff := cmp.Diff(gen.Registry(o), gen.Registry(o)); diff != "" {
		t.Errorf("two runs differ (-first +second):\n%s", diff)
	}
	other := o
	other.Seed = 8
	if cmp.Equal(gen.Registry(o), gen.Registry(other)) {
		t.Error("another seed gives the same registry")
	}
}

func TestIdentitiesAreOfTheSizeThatIsMeasured(t *testing.T) {
	var bytesOf, lines, n int
	for name, text := range gen.Files(gen.Options{Identities: 800}) {
		if strings.HasPrefix(name, "registry/identities/") {
			bytesOf, lines, n = bytesOf+len(text), lines+bytes.Count(text, []byte("\n")), n+1
		}
	}
	if n != 800 {
		t.Fatalf("made %d identities, want 800", n)
	}
	if b, l := bytesOf/n, lines/n; b < 900 || b > 1200 || l < 36 || l > 44 {
		t.Errorf("an identity has %d bytes and %d lines, want about 1 kB and 40", b, l)
	}
}

func TestAGeneratedRegistryHasNoProblem(t *testing.T) {
	for _, n := range []int{0, 1, 3, 7, 100, 2001} {
		s := load(t, gen.Options{Identities: n, Seed: uint64(n), Schema: schema.CUE})
		for _, p := range s.Problems {
			t.Fatalf("%d identities: %s: %s: %s", n, p.Pos, p.Rule, p.Message)
		}
		if len(s.Identities) != max(n, 1) {
			t.Errorf("%d identities asked for, %d declared", n, len(s.Identities))
		}
		for _, id := range s.Identities {
			for _, ref := range append(slices.Clone(id.Uses), id.Workflow) {
				if ref != "" && s.Identity(ref) == nil {
					t.Errorf("%d identities: %s refers to %s, which is not there", n, id.ID, ref)
				}
			}
		}
	}
}

func TestBrokenIdentitiesAreThoseThatAreNamed(t *testing.T) {
	o := gen.Options{Identities: 1000, Broken: 0.05}
	mistakes := gen.Mistakes(o)
	if len(mistakes) < 25 || len(mistakes) > 100 {
		t.Errorf("%d of 1000 identities are broken, want about 50", len(mistakes))
	}
	want := map[string]bool{}
	for _, m := range mistakes {
		if m.Rule == "integrity/schema" || m.Rule == "integrity/misplaced" {
			want[m.File] = true
		}
	}
	got := map[string]bool{}
	for _, p := range load(t, o).Problems {
		got[p.Pos.File] = true
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); diff != "" {
		t.Errorf("files with problems (-made +found):\n%s", diff)
	}
}

func TestEveryDeclaredIdentityIsLive(t *testing.T) {
	o := gen.Options{Identities: 333, Platform: "sandbox"}
	declared := map[string]*registry.Identity{}
	for _, id := range load(t, o).Identities {
		if id.Kind != registry.ApprovalBot {
			declared[string(id.Kind)+":"+id.Live.ID] = id
		}
	}
	seen := 0
	for _, l := range gen.Tenants(o) {
		text, err := l.Observation(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		var ob tenant.Observation
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&ob); err != nil {
			t.Fatalf("tenant %s is no observation: %v", l.Tenant, err)
		}
		for _, o := range ob.Objects {
			id := declared[o.Key()]
			if id == nil || id.Tenant() != ob.Tenant {
				t.Errorf("%s of tenant %s is live and not declared", o.Key(), ob.Tenant)
				continue
			}
			seen++
			if !slices.Equal(o.Scopes, id.Scopes) || o.Role != id.Role || o.Auth != "" && o.Auth != id.Auth {
				t.Errorf("%s differs from what is declared: %+v", id.ID, o)
			}
		}
	}
	if seen != len(declared) {
		t.Errorf("%d of %d declared identities are live", seen, len(declared))
	}
}

func TestGitGetsOnePackAndTheChange(t *testing.T) {
	dir := t.TempDir() + "/registry.git"
	o := gen.Options{Identities: 120}
	base, err := gen.WriteGit(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	head, err := gen.WriteChange(dir, o, 10)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := gen.WriteGit(t.TempDir()+"/again.git", o); err != nil || again != base {
		t.Errorf("the same registry is commit %s and then %s (%v)", base, again, err)
	}
	run := func(args ...string) string {
		t.Helper()
		out, err := exec.Command("git", append([]string{"--git-dir", dir}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	if got := strings.Count(run("diff", "--name-only", base, head), "\n"); got != 10 {
		t.Errorf("the change touches %d files, want 10", got)
	}
	if got, want := strings.Count(run("ls-tree", "-r", "--name-only", base), "\n"), len(gen.Registry(o)); got != want {
		t.Errorf("the commit has %d files, want %d", got, want)
	}
	if got := run("count-objects", "-v"); !strings.Contains(got, "\npacks: 1\n") && !strings.Contains(got, "\npacks: 2\n") {
		t.Errorf("the registry is not packed:\n%s", got)
	}
}
