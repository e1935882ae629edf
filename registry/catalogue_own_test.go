package registry

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// own is a registry with entries of registry/catalogue, by name.
func own(t *testing.T, entries map[string]string) *Snapshot {
	t.Helper()
	files := fstest.MapFS{}
	for name, text := range entries {
		files["registry/catalogue/"+name+".cue"] = &fstest.MapFile{Data: []byte(
			"package registry\n\ncatalogue: \"" + name + "\": #Application & {\n\tsource: \"https://wiki.example.com/" + name + "\"\n" + text + "\n}\n")}
	}
	return load(t, files)
}

const directory = `
	aliases: ["staffApi"]
	scopes: {"staff.read": "read-only", "staff.manage": "privileged"}
	roles: {"registrar": "privileged"}
	operations: {"staff:create": {power: "privileged", access: "grant"}}
	needs: {"staff:create": ["staff.manage"]}
	wildcards: ["staff.full"]
	strongAuth: ["mtls"]
	hosts: ["staff.example.com"]
	accessPaths: ["/v1/staff"]`

func TestAnApplicationOfTheRegistrysOwnIsKnown(t *testing.T) {
	s := own(t, map[string]string{"staff": directory})
	if len(s.Problems) > 0 {
		t.Fatalf("a correct entry has problems: %v", s.Problems)
	}
	c := s.Catalogue
	if tier, ok := c.ScopePower("staffApi", "staff.manage"); tier != Privileged || !ok {
		t.Errorf("scope staff.manage counts as %q", tier)
	}
	if tier, _ := c.RolePower("staff", "Registrar"); tier != Privileged {
		t.Errorf("role registrar counts as %q", tier)
	}
	if e, _ := c.OperationEffect("staff", "staff:create"); e != (Effect{Privileged, "grant"}) {
		t.Errorf("staff:create has the effect %s", e)
	}
	if e, _ := c.OperationEffect("http", "POST https://staff.example.com/v1/staff/1"); e != (Effect{Privileged, "modify"}) {
		t.Errorf("a request to its access path has the effect %s", e)
	}
	if !c.IsWildcard("staff", "staff.full") || len(c.StrongAuth("staff")) != 1 {
		t.Error("its wildcard or its strong way to sign in is not known")
	}
	if got := c.Apps["staff"]; got.Name != "staff" || got.Source != "https://wiki.example.com/staff" || len(got.Needs["staff:create"]) != 1 {
		t.Errorf("its name, source or needs are not kept: %+v", got)
	}
}

func TestTheProgramsCatalogueIsNotTouchedByARegistry(t *testing.T) {
	before := *builtin(t).Apps["okta"]
	scopes := len(before.Scopes)
	s := own(t, map[string]string{"okta": `scopes: {"okta.x": "privileged"}, hosts: ["login.example.com"], aliases: ["sso"]`})
	if s.Catalogue == builtin(t) {
		t.Fatal("the registry's catalogue is the program's own")
	}
	if got := builtin(t).Apps["okta"]; len(got.Scopes) != scopes || len(got.Hosts) != len(before.Hosts) || builtin(t).App("sso") != nil {
		t.Error("what a registry says of okta is in the program's own catalogue")
	}
	if silent := load(t, one("registry/policy.cue", "package registry\n\npolicy: {}\n")); silent.Catalogue != builtin(t) {
		t.Error("a registry that says nothing of applications has a catalogue of its own")
	}
}

func TestAnEntryAddsToWhatIsKnownOfAnApplication(t *testing.T) {
	c := own(t, map[string]string{
		// by another name of microsoft-graph
		"entra": `scopes: {"Acme.Sync": "change-capable"}, hosts: ["graph.example.com"]`,
		"okta":  `scopes: {"okta.acme.manage": "privileged"}, operations: {"user:bewitch": {power: "privileged", access: "modify"}}`,
	}).Catalogue
	for _, tt := range []struct {
		app, scope string
		want       Tier
	}{
		{"microsoft-graph", "Acme.Sync", ChangeCapable},
		{"microsoft-graph", "User.Read.All", ReadOnly},
		{"okta", "okta.acme.manage", Privileged},
		{"oktaApi", "okta.users.read", ReadOnly},
	} {
		if got, _ := c.ScopePower(tt.app, tt.scope); got != tt.want {
			t.Errorf("%s scope %q counts as %q, want %q", tt.app, tt.scope, got, tt.want)
		}
	}
	if e, _ := c.OperationEffect("okta", "user:create"); e.Access != "grant" {
		t.Errorf("user:create of okta has the effect %s beside an entry of the registry", e)
	}
	if e, _ := c.OperationEffect("http", "POST graph.example.com/v1.0/users"); e.Power != Privileged {
		t.Errorf("a request to a host that the registry adds has the effect %s", e)
	}
	if e, _ := c.OperationEffect("airtable", "record:create"); e.Power != ChangeCapable {
		t.Errorf("the names of operations are lost: record:create of airtable has the effect %s", e)
	}
}

func TestWhatCountsForLessIsSaid(t *testing.T) {
	s := own(t, map[string]string{
		"okta": `
	scopes: {"OKTA.users.manage": "read-only", "okta.users.read": "privileged", "okta.acme": "read-only"}
	roles: {"READ_ONLY_ADMIN": "read-only"}
	operations: {
		"user:create": {power: "privileged", access: "none"}
		"user:get": {power: "read-only", access: "none"}
	}`,
		"grafana": `operations: {"teamMember:add": {power: "change-capable", access: "none"}}`,
	})
	got := map[string][]string{}
	for _, a := range s.Applications {
		for _, l := range a.Lowers {
			got[a.ID] = append(got[a.ID], l.String())
		}
	}
	want := map[string][]string{
		"okta": {
			`scope "OKTA.users.manage" from privileged to read-only`,
			`operation "user:create" from privileged, grant to privileged`,
		},
		"grafana": {`operation "teamMember:add" from privileged, grant to change-capable`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what counts for less is not told as it is (-want +got):\n%s", diff)
	}
	for range 20 { // and it is the same however the scope is written
		if tier, _ := s.Catalogue.ScopePower("okta", "okta.users.manage"); tier != ReadOnly {
			t.Fatalf("okta.users.manage counts as %q by an entry that says read-only", tier)
		}
	}
}

func TestAnEntryCannotTakeAnotherApplicationsName(t *testing.T) {
	s := own(t, map[string]string{
		"a-new-one": `aliases: ["okta", "b-new-one"]`,
		"b-new-one": `scopes: {"x": "privileged"}`,
		"slack":     `scopePrefix: "x:"`,
	})
	var got []string
	for _, p := range s.Problems {
		got = append(got, p.Rule+" "+p.Pos.File+" "+p.Field+" "+p.Message)
	}
	want := []string{
		`integrity/schema registry/catalogue/a-new-one.cue aliases application "a-new-one" has the other name "okta", which is okta's; remove it`,
		`integrity/schema registry/catalogue/a-new-one.cue aliases application "a-new-one" has the other name "b-new-one", which is b-new-one's; remove it`,
		`integrity/schema registry/catalogue/slack.cue scopePrefix application "slack" has scopePrefix "x:", and Rollcall knows another one of it; remove it`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if tier, _ := s.Catalogue.ScopePower("b-new-one", "x"); tier != Privileged {
		t.Error("the application whose name was taken lost what it says")
	}
}

func TestAWrongEntryIsFoundAndDoesNotCount(t *testing.T) {
	s := own(t, map[string]string{"okta": `scopes: {"okta.users.manage": "harmless"}, hosts: ["https://x"], nothing: true`})
	var got []string
	for _, p := range s.Problems {
		got = append(got, p.Field)
	}
	if diff := cmp.Diff([]string{`scopes."okta.users.manage"`, "hosts[0]", "nothing"}, got); diff != "" {
		t.Errorf("the fields that are complained of (-want +got):\n%s\n%v", diff, s.Problems)
	}
	if tier, _ := s.Catalogue.ScopePower("okta", "okta.users.manage"); tier != Privileged {
		t.Errorf("okta.users.manage counts as %q by an entry that is wrong", tier)
	}
	if strings.Contains(s.Catalogue.Apps["okta"].Source, "wiki") {
		t.Error("the page of an entry took the place of Rollcall's")
	}
}
