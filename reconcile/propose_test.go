package reconcile

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// A repository is the files of a registry.
type repository map[string]string

func (r repository) load(t interface {
	Helper()
	Fatal(...any)
}) *registry.Snapshot {
	t.Helper()
	files := fstest.MapFS{}
	for name, text := range r {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	s, err := registry.Load(files, "c0ffee")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// with is the repository after a proposal was merged.
func (r repository) with(p Proposal) repository {
	after := maps.Clone(r)
	maps.Copy(after, p.Files)
	return after
}

// proposing is a registry whose policy proposes whatever it can, with entries
// of these kinds and further lines, by name.
func proposing(entries map[string][]string) repository {
	r := repository{"registry/tenants/t.cue": "package registry\n\ntenants: t: #Tenant & {\n\tplatform: \"fake\"\n\towner: \"team/integration\"\n}\n"}
	policy := "package registry\n\npolicy: #Policy & {\n\ttiers: \"read-only\": dormant: \"30d\"\n\tenforcement: {\n"
	for _, c := range []Class{Undeclared, Missing, Changed, Expired, Retired, Unreleased, Environment, AccessStep, Shared, Dormant, StaleSecret, Unreadable} {
		policy += fmt.Sprintf("\t\t%q: mode: \"propose\"\n", c)
	}
	r["registry/policy.cue"] = policy + "\t}\n}\n"
	for name, lines := range entries {
		kind := lines[0]
		r["registry/identities/t/"+name+".cue"] = fmt.Sprintf(`package registry

// kept
identities: "t/%s": #%s & {
	kind:    %q // what it is
	owner:   "team/crm"
	backup:  "person/dana"
	purpose: "Copies won deals from the CRM to the ERP so that finance can invoice"
	tier:    "read-only"
	state:   "active" // since 2025
	blastRadius: {systems: ["crm"], data: "internal"}
	%s
}
`, name, strings.ToUpper(kind[:1])+kind[1:], kind, strings.Join(lines[1:], "\n\t"))
	}
	return r
}

// planned is a plan with proposals, made when all of the drift has stood for a
// day.
func planned(t *testing.T, want *registry.Snapshot, objects ...tenant.Object) Plan {
	t.Helper()
	if len(want.Problems) > 0 {
		t.Fatalf("the registry has mistakes: %v", want.Problems)
	}
	w := newWorld(registry.Snapshot{}, objects...)
	w.want = want
	got, _ := w.Observe(t.Context())
	return proposed(want, got, nil)
}

func proposed(want *registry.Snapshot, got tenant.Observation, known map[string]Proposed) Plan {
	seen := History{Passes: 2, Drifts: map[string]Sighting{}, Declared: len(want.InTenant("t"))}
	drifts := Diff(want, got, noon)
	for _, x := range drifts {
		seen.Drifts[x.Key()] = Sighting{First: noon.AddDate(0, 0, -1), Times: 2, Drift: x}
	}
	p := PolicyOf(want, "t").Decide(drifts, got, seen, noon)
	m := proposer{roll: match(want, &got), policy: PolicyOf(want, "t"), seen: seen, known: known, now: noon}
	m.propose(&p)
	return p
}

// edit are the lines that a proposal takes out and brings, without indents.
func edit(t *testing.T, r repository, p Proposal) []string {
	t.Helper()
	var lines []string
	for file, text := range p.Files {
		before, after := strings.Split(r[file], "\n"), strings.Split(text, "\n")
		for _, l := range before {
			if !slices.Contains(after, l) {
				lines = append(lines, "- "+strings.TrimSpace(l))
			}
		}
		for _, l := range after {
			if !slices.Contains(before, l) {
				lines = append(lines, "+ "+strings.TrimSpace(l))
			}
		}
	}
	return lines
}

func TestWhatIsProposedIsTheOneEditThatDeclaresIt(t *testing.T) {
	crm := live(registry.Connector, "70", "crm")
	crm.App, crm.Auth = "salesforce", "oauth2"
	connector := []string{"connector", `app: "salesforce"`, `auth: "oauth2"`}
	for _, test := range []struct {
		name   string
		lines  []string
		object func(*tenant.Object)
		want   []string // of the edit; empty where there is none
		why    string
	}{
		{"disabled", []string{"workflow"}, func(o *tenant.Object) { o.State = tenant.Disabled }, []string{`- state:   "active" // since 2025`, `+ state:   "suspended" // since 2025`}, ""},
		{"scopes", []string{"token", `scopes: ["a"] // few`}, func(o *tenant.Object) { o.Scopes = []string{"b", "a"} }, []string{`- scopes: ["a"] // few`, `+ scopes: ["a", "b"] // few`}, ""},
		{"scopes with comments in them", []string{"token", "scopes: [\n\t\t\"a\", // because\n\t]"}, func(o *tenant.Object) { o.Scopes = []string{"b"} }, nil, "would lose the comments in it"},
		{"no scopes left", []string{"token", `scopes: ["a"]`}, nil, []string{`- scopes: ["a"]`, `+ scopes: []`}, ""},
		{"role", []string{"serviceAccount", `login: "x"`, `role: "member" // low`}, func(o *tenant.Object) { o.Role = "admin" }, []string{`- role: "member" // low`, `+ role: "admin" // low`}, ""},
		{"a role that is no line", []string{"serviceAccount", `login: "x"`, `role: "member"`}, func(o *tenant.Object) { o.Role = "a\nb" }, nil, `no way to declare it as it is: "a\nb"`},
		{"no role", []string{"serviceAccount", `login: "x"`, `role: "member"`}, nil, nil, "cannot take one back"},
		{"another trigger", []string{"workflow", `trigger: {type: "webhook"} // who calls`}, func(o *tenant.Object) { o.Triggers = []tenant.Trigger{{Type: "schedule", Cron: "0 3 * * *"}} }, []string{`- trigger: {type: "webhook"} // who calls`, `+ trigger: {type: "schedule", cron: "0 3 * * *"} // who calls`}, ""},
		{"another schedule", []string{"workflow", `trigger: {type: "schedule", cron: "0 2 * * *"}`}, func(o *tenant.Object) { o.Triggers = []tenant.Trigger{{Type: "schedule", Cron: "0 3 * * *"}} }, []string{`- trigger: {type: "schedule", cron: "0 2 * * *"}`, `+ trigger: {type: "schedule", cron: "0 3 * * *"}`}, ""},
		{"a schedule that is none", []string{"workflow", `trigger: {type: "schedule", cron: "0 2 * * *"}`}, func(o *tenant.Object) { o.Triggers = []tenant.Trigger{{Type: "schedule", Cron: "\"}]; evil"}} }, nil, "no way to declare it as it is"},
		{"two triggers", []string{"workflow", `trigger: type: "webhook"`}, func(o *tenant.Object) { o.Triggers = []tenant.Trigger{{Type: "schedule"}, {Type: "webhook"}} }, nil, "no one trigger says how it starts"},
		{"an open webhook", []string{"webhook", `auth: "header"`}, nil, []string{`- auth: "header"`, `+ auth: "none"`}, ""},
		{"an authentication of the platform's own", []string{"webhook", `auth: "header"`}, func(o *tenant.Object) { o.Auth = "magic" }, nil, `no way to declare it as it is: "magic"`},
		{"another path", []string{"webhook", `auth: "none"`, `path: "/a"`}, func(o *tenant.Object) { o.Path = "/b" }, []string{`- path: "/a"`, `+ path: "/b"`}, ""},
		{"another account", append(connector, `account: "reader"`), func(o *tenant.Object) { o.App, o.Auth, o.Account = "salesforce", "oauth2", `w"\(x)` }, []string{`- account: "reader"`, `+ account: "w\"\\(x)"`}, ""},
		{"another app", connector, func(o *tenant.Object) { o.App, o.Auth = "netsuite", "oauth2" }, []string{`- app: "salesforce"`, `+ app: "netsuite"`}, ""},
		{"it uses more", []string{"workflow", `uses: ["other/crm"]`}, func(o *tenant.Object) { o.Uses = []tenant.Ref{{Kind: registry.Connector, ID: "70"}} }, []string{`- uses: ["other/crm"]`, `+ uses: ["other/crm", "t/crm"]`}, ""},
		{"it uses what is not declared", []string{"workflow", `uses: []`}, func(o *tenant.Object) { o.Uses = []tenant.Ref{{Kind: registry.Connector, ID: "71"}} }, nil, "which comes first"},
		{"it lives longer", []string{"token", `expires: "2027-01-01"`}, func(o *tenant.Object) { o.Expires = noon.AddDate(1, 0, 0) }, []string{`- expires: "2027-01-01"`, `+ expires: "2027-11-24"`}, ""},
		{"it lives for ever", []string{"token", `expires: "2027-01-01"`}, nil, nil, "cannot take one back"},
		{"not used", []string{"token"}, func(o *tenant.Object) { o.LastUsed = noon.AddDate(0, 0, -60) }, []string{`- state:   "active" // since 2025`, `+ state:   "retired" // since 2025`, `+ retired: {on: "2026-11-23", reason: "not used for longer than its tier allows", by: "team/crm"}`}, ""},
		{"expired", []string{"workflow", `expires: "2026-11-01"`}, nil, nil, "a person to settle"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := proposing(map[string][]string{"x": test.lines, "crm": connector})
			o := live(tenant.Kind(test.lines[0]), "1", "x")
			if o.Kind == registry.ServiceAccount {
				o.Login = "x"
			}
			if test.object != nil {
				test.object(&o)
			}
			w := newWorld(registry.Snapshot{}, o, crm)
			w.want = r.load(t)
			got, _ := w.Observe(t.Context())
			p := proposed(w.want, got, nil)
			if len(p.Actions) == 0 {
				t.Fatal("there is no drift")
			}
			var lines []string
			for _, proposal := range p.Proposals {
				lines = append(lines, edit(t, r, proposal)...)
			}
			if diff := cmp.Diff(test.want, lines); diff != "" {
				t.Errorf("the edit is another (-want +got):\n%s", diff)
			}
			if a := p.Actions[0]; !strings.Contains(a.Why, test.why) || (a.Verb == DoPropose) != (test.want != nil) {
				t.Errorf("the plan does %q, and says %q; want %q", a.Verb, a.Why, test.why)
			}
		})
	}
}

func TestWhatIsMissingIsRetired(t *testing.T) {
	r := proposing(map[string][]string{"x": {"workflow"}})
	p := planned(t, r.load(t))
	want := []string{`- state:   "active" // since 2025`, `+ state:   "retired" // since 2025`, `+ retired: {on: "2026-11-23", reason: "not found in the tenant since 2026-11-23", by: "team/crm"}`}
	if len(p.Proposals) != 1 {
		t.Fatalf("%d proposals; the plan says %v", len(p.Proposals), p.Actions)
	}
	if diff := cmp.Diff(want, edit(t, r, p.Proposals[0])); diff != "" {
		t.Errorf("the edit is another (-want +got):\n%s", diff)
	}
}

// TestNamesOfATenantLeadNowhere takes names that mean something to a path, a
// shell, git, Markdown or CUE.
func TestNamesOfATenantLeadNowhere(t *testing.T) {
	hostile := []string{
		"../../x", "/etc/passwd", "..", ".git/config", `..\..\x`, "a\x00b", "a\nRollcall-Proposal: rollcall/0", "\x1b[2J", "` ``` @everyone", "x\u202ey",
		"[link](https://example.com)", "\n\nfixes: all", `"}, evil: {`, strings.Repeat("long ", 1_000), "\xff\xfe", "-rf", "",
	}
	r := proposing(map[string][]string{"x": {"workflow"}})
	var objects []tenant.Object
	for i, name := range hostile {
		o := live(registry.Workflow, fmt.Sprint(i), name)
		o.Editor = name
		objects = append(objects, o)
	}
	for _, name := range append(slices.Clone(hostile[:2]), "a\x00b", "\x1b[2J", strings.Repeat("1", 100_000)) { // ids are written as they are, or not at all
		objects = append(objects, live(registry.Token, "9/../"+name, "key"))
	}
	p := planned(t, r.load(t), append(objects, live(registry.Workflow, "x", "x"))...)
	if len(p.Proposals) < len(hostile) {
		t.Fatalf("%d are proposed of %d", len(p.Proposals), len(objects))
	}
	taken := map[string]bool{}
	for _, proposal := range p.Proposals {
		for file := range proposal.Files {
			if !inside(file, "t") || taken[file] || r[file] != "" {
				t.Errorf("%q is written to", file)
			}
			taken[file] = true
		}
		if strings.ContainsFunc(proposal.Title, func(r rune) bool { return r < ' ' || r > '~' || strings.ContainsRune("`@#\\\"<>", r) }) || len(proposal.Title) > 120 {
			t.Errorf("the title has text of others in it: %q", proposal.Title)
		}
		for line := range strings.Lines(proposal.Body) {
			if strings.HasPrefix(line, "Rollcall-Proposal") || strings.ContainsAny(strings.TrimSuffix(line, "\n"), "\x00\x1b\r\n\u202e") || len(line) > 2000 {
				t.Errorf("the body has a line that others wrote: %q", line)
			}
		}
		after := r.with(proposal).load(t)
		if len(after.Identities) != 2 {
			t.Errorf("merging it gives %d identities: %v\n%.300q", len(after.Identities), after.Problems, fmt.Sprint(proposal.Files))
		}
	}
}

func TestTextOfOthersIsCode(t *testing.T) {
	for text, want := range map[string]string{"": "", "a": "`a`", "a`b": "`` a`b ``", "```": "```` ``` ````", "a\nb": "`a b`"} {
		if got := code(text); got != want {
			t.Errorf("%q is written %q, want %q", text, got, want)
		}
	}
}

func TestNothingIsProposedFromARegistryInDoubt(t *testing.T) {
	new := live(registry.Workflow, "9", "new")
	for name, change := range map[string]func(repository) repository{
		"a mistake": func(r repository) repository {
			r["registry/identities/t/y.cue"] = "package registry\n\nidentities: \"t/y\": #Workflow & {kind: \"workflow\"}\n"
			return r
		},
		"nothing declared": func(repository) repository { return proposing(nil) },
	} {
		r := change(proposing(map[string][]string{"x": {"workflow"}}))
		w := newWorld(registry.Snapshot{}, new, live(registry.Workflow, "1", "x"))
		w.want = r.load(t)
		got, _ := w.Observe(t.Context())
		if p := proposed(w.want, got, nil); len(p.Proposals) > 0 || p.Count(DoFlag) == 0 {
			t.Errorf("%s: %d proposals", name, len(p.Proposals))
		}
	}
}

func TestOnlySoManyProposalsAreOpenAtATime(t *testing.T) {
	r := proposing(map[string][]string{"x": {"workflow"}})
	objects := []tenant.Object{live(registry.Workflow, "x", "x")}
	for i := range 3 * mostProposals {
		objects = append(objects, live(registry.Workflow, fmt.Sprint(i), fmt.Sprint("new ", i)))
	}
	w := newWorld(registry.Snapshot{}, objects...)
	w.want = r.load(t)
	got, _ := w.Observe(t.Context())
	open := map[string]Proposed{"t undeclared workflow:9 ": {Branch: "rollcall/9"}, "t undeclared workflow:8 ": {Closed: true}}
	p := proposed(w.want, got, open)
	if len(p.Proposals) != mostProposals || !slices.ContainsFunc(p.Proposals, func(p Proposal) bool { return p.Key == "t undeclared workflow:9 " }) {
		t.Errorf("%d proposals; want %d, and what is open stays", len(p.Proposals), mostProposals)
	}
}

func TestAProposalReadsAsBefore(t *testing.T) {
	const file = "testdata/proposal.txtar"
	r := proposing(map[string][]string{"nightly": {"workflow"}, "robot": {"serviceAccount", `login: "robot"`, `role: "member"`}})
	raised, new := live(registry.ServiceAccount, "7", "robot"), live(registry.Workflow, "9", "quick `fix`")
	raised.Role, raised.Login, raised.Editor = "admin", "robot", "sam@example.com"
	var got txtar.Archive
	plan := planned(t, r.load(t), raised, new)
	var text strings.Builder
	if err := plan.Text(&text); err != nil {
		t.Fatal(err)
	}
	got.Files = append(got.Files, txtar.File{Name: "plan", Data: []byte(text.String())})
	for _, p := range plan.Proposals {
		got.Files = append(got.Files, txtar.File{Name: p.Title, Data: []byte(p.Body)})
		for file, text := range p.Files {
			if _, there := r[file]; !there {
				got.Files = append(got.Files, txtar.File{Name: file, Data: []byte(text)})
			}
		}
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(&got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(txtar.Format(&got))); diff != "" {
		t.Errorf("what people read changed (-was +is):\n%s", diff)
	}
}
