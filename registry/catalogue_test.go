package registry

import (
	"io/fs"
	"net/url"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/parser"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rollcall-dev/rollcall/schema"
)

func builtin(t testing.TB) *Catalogue {
	t.Helper()
	c, err := BuiltinCatalogue()
	if err != nil {
		t.Fatalf("the catalogue cannot be read: %v", err)
	}
	return c
}

// evaluated is the catalogue as CUE sees it, unified with its schema.
func evaluated(t *testing.T) cue.Value {
	t.Helper()
	files, err := fs.Glob(schema.Catalogue, "catalogue/*.cue")
	if err != nil {
		t.Fatal(err)
	}
	inst := build.NewContext().NewInstance("catalogue", nil)
	for _, name := range files {
		text, err := fs.ReadFile(schema.Catalogue, name)
		if err != nil {
			t.Fatal(err)
		}
		syntax, err := parser.ParseFile(name, text)
		if err != nil {
			t.Fatal(err)
		}
		if err := inst.AddSyntax(syntax); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	v := cuecontext.New().BuildInstance(inst)
	if err := v.Validate(cue.Concrete(true)); err != nil {
		t.Fatalf("the catalogue breaks its own schema: %v", err)
	}
	return v.LookupPath(cue.ParsePath("apps"))
}

func TestCatalogueIsReadAsCUEEvaluatesIt(t *testing.T) {
	var want map[string]*App
	if err := evaluated(t).Decode(&want); err != nil {
		t.Fatal(err)
	}
	got := builtin(t).Apps
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("what the program reads is not what CUE evaluates (-CUE +program):\n%s", diff)
	}
}

func TestEveryFactOfTheCatalogueHasASourceAndATier(t *testing.T) {
	for name, a := range builtin(t).Apps {
		u, err := url.Parse(a.Source)
		if err != nil || u.Scheme != "https" || u.Host == "" {
			t.Errorf("%s: source %q is no published page", name, a.Source)
		}
		for kind, facts := range map[string]map[string]Tier{"scope": a.Scopes, "role": a.Roles} {
			for fact, tier := range facts {
				if tier.Rank() == 0 {
					t.Errorf("%s: %s %q has no tier but %q", name, kind, fact, tier)
				}
			}
		}
		for op, e := range a.Operations {
			if e.Power.Rank() == 0 || e.Access == "" {
				t.Errorf("%s: operation %q has power %q and access %q", name, op, e.Power, e.Access)
			}
			if e.Access != "none" && e.Power != Privileged {
				t.Errorf("%s: operation %q changes access and is only %s", name, op, e.Power)
			}
		}
	}
}

func TestScopePower(t *testing.T) {
	c := builtin(t)
	tests := []struct {
		app, scope string
		want       Tier // "" for unknown
	}{
		{"okta", "okta.users.read", ReadOnly},
		{"okta", "okta.groups.manage", Privileged},
		{"oktaApi", "okta.groups.manage", Privileged},
		{"okta", "okta.brands.manage", ChangeCapable},
		{"okta", "okta.*", Privileged},
		{"okta", "okta.invented.manage", ""},
		{"entra", "https://graph.microsoft.com/Group.ReadWrite.All", Privileged},
		{"microsoft-graph", "User.Read.All", ReadOnly},
		{"microsoft-graph", "user.readwrite.all", Privileged},
		{"microsoft-graph", "https://graph.microsoft.com/.default", Privileged},
		{"google-workspace", "https://www.googleapis.com/auth/admin.directory.group.readonly", ReadOnly},
		{"google-workspace", "admin.directory.group", Privileged},
		{"github", "admin:org", Privileged},
		{"github", "contents:write", ChangeCapable},
		{"github", "members:write", Privileged},
		{"slack", "chat:write", ChangeCapable},
		{"slack", "usergroups:write", Privileged},
		{"salesforce", "api", ChangeCapable},
		{"salesforce", "full", Privileged},
		{"aws-iam", "iam:CreateUser", Privileged},
		{"aws-iam", "s3:GetObject", ReadOnly},
		{"aws-iam", "s3:*", Privileged},
		{"aws-iam", "dynamodb:Get*", ""},
		{"n8n", "workflow:read", ReadOnly},
		{"n8n", "user:changeRole", Privileged},
		{"nobody-knows-it", "*", Privileged},
		{"nobody-knows-it", "read", ""},
	}
	for _, tt := range tests {
		got, ok := c.ScopePower(tt.app, tt.scope)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s scope %q counts as %q (known: %t), want %q", tt.app, tt.scope, got, ok, tt.want)
		}
	}
}

func TestRolePower(t *testing.T) {
	c := builtin(t)
	tests := []struct {
		app, role string
		want      Tier
	}{
		{"n8n", "global:owner", Privileged},
		{"n8n", "global:member", ChangeCapable},
		{"entra", "Global Administrator", Privileged},
		{"entra", "Global Reader", ReadOnly},
		{"aws-iam", "AdministratorAccess", Privileged},
		{"okta", "READ_ONLY_ADMIN", ReadOnly},
		{"okta", "a role of our own", ""},
	}
	for _, tt := range tests {
		got, ok := c.RolePower(tt.app, tt.role)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s role %q counts as %q (known: %t), want %q", tt.app, tt.role, got, ok, tt.want)
		}
	}
}

func TestOperationEffect(t *testing.T) {
	c := builtin(t)
	rules := Effect{Power: Privileged, Access: "modify"}
	reads := Effect{Power: ReadOnly, Access: "none"}
	changes := Effect{Power: ChangeCapable}
	tests := []struct {
		app, operation string
		want           Effect
		known          bool
	}{
		{"okta", "user:create", Effect{Privileged, "grant"}, true},
		{"gSuiteAdmin", "user:removeFromGroup", Effect{Privileged, "revoke"}, true},
		{"netsuite", "invoice:create", Effect{ChangeCapable, "none"}, true},
		{"okta", "user:bewitch", Effect{}, false},
		{"postgres", "database:executeQuery", Effect{}, false},
		{"http", "GET acme.okta.com/api/v1/users", reads, true},
		{"http", "PUT acme.okta.com/api/v1/groups/1/users/2", rules, true},
		{"http", "POST https://ACME.okta.com:443//api/v1/./%75sers?activate=true", rules, true},
		{"http", "DELETE acme.okta.com/api/v1/{?}/1", rules, true},
		{"http", "{?} acme.okta.com/api/v1/users", Effect{}, false},
		{"http", "POST evil-okta.com/api/v1/users", changes, true},
		{"http", "POST acme.okta.com/api/v1/brands", changes, true},
		{"http", "DELETE api.github.com/orgs/acme/members/dana", rules, true},
		{"http", "POST api.example.com/orders", changes, true},
		{"http", "POST iam.amazonaws.com", rules, true},
	}
	for _, tt := range tests {
		got, ok := c.OperationEffect(tt.app, tt.operation)
		if got != tt.want || ok != tt.known {
			t.Errorf("%s operation %q has the effect %+v (known: %t), want %+v (%t)", tt.app, tt.operation, got, ok, tt.want, tt.known)
		}
	}
}

func TestIsWildcard(t *testing.T) {
	c := builtin(t)
	yes := [][2]string{{"x", "*"}, {"x", "all"}, {"x", "ALL"}, {"x", "admin:*"}, {"x", "orders:*"}, {"x", "api://1/.default"},
		{"x", "full_access"}, {"x", "Full Access"}, {"salesforce", "full"}, {"google-workspace", "https://mail.google.com/"}, {"aws-iam", "s3:Get*"}}
	for _, s := range yes {
		if !c.IsWildcard(s[0], s[1]) {
			t.Errorf("%s scope %q is no wildcard, it grants everything", s[0], s[1])
		}
	}
	no := [][2]string{{"x", "read"}, {"salesforce", "api"}, {"okta", "okta.users.manage"}, {"entra", "User.Read.All"}, {"github", "repo"}}
	for _, s := range no {
		if c.IsWildcard(s[0], s[1]) {
			t.Errorf("%s scope %q is a wildcard, it names what it grants", s[0], s[1])
		}
	}
}

func TestAHandMadeCatalogueKnowsOtherNamesToo(t *testing.T) {
	c := &Catalogue{Apps: map[string]*App{"okta": {Aliases: []string{"oktaApi"}}}}
	if !c.Knows("oktaApi") || c.Knows("slack") {
		t.Errorf("knows oktaApi: %t, slack: %t; want true, false", c.Knows("oktaApi"), c.Knows("slack"))
	}
}

func BenchmarkReadCatalogue(b *testing.B) {
	for b.Loop() {
		if _, err := readCatalogue(schema.Catalogue, "catalogue"); err != nil {
			b.Fatal(err)
		}
	}
}
