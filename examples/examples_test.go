package examples

import (
	"bytes"
	"flag"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/x/exp/ast"
	cedarschema "github.com/cedar-policy/cedar-go/x/exp/schema"
	"github.com/cedar-policy/cedar-go/x/exp/schema/validate"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/lint/rules"
	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/schema"
)

var update = flag.Bool("update", false, "write the schema of the examples anew")

func TestTheExamplesKeepTheSchemaOfTheProgram(t *testing.T) {
	for _, name := range []string{"acme/registry/schema.cue", "starter/registry/schema.cue"} {
		if *update {
			if err := os.WriteFile(name, []byte(schema.CUE), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(schema.CUE, string(got)); diff != "" {
			t.Errorf("examples/%s is not schema/schema.cue; run go test ./examples -update (-program +example):\n%s", name, diff)
		}
	}
}

func TestPlainCUEPassesTheExamples(t *testing.T) {
	for _, dir := range []string{"acme", "starter"} {
		vet := exec.Command("go", "tool", "cue", "vet", "-c", "./...")
		vet.Dir = dir
		if out, err := vet.CombinedOutput(); err != nil {
			t.Errorf("cue vet ./... finds fault with examples/%s: %v\n%s", dir, err, out)
		}
	}
}

func TestTheExamplesHoldNothingThatLooksLikeASecret(t *testing.T) {
	rule, err := rules.Find("secret/in-registry")
	if err != nil {
		t.Fatal(err)
	}
	for name, example := range map[string]fs.FS{"acme": Acme(), "starter": Starter()} {
		head, err := registry.Load(example, "")
		if err != nil {
			t.Fatal(err)
		}
		all, err := lint.AllFiles(example)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range lint.Run([]lint.Rule{rule}, lint.Pass{Head: head, Files: []*lint.Files{all}, Now: Today}).Findings {
			t.Errorf("examples/%s: %s: %s", name, f.Pos, f.Message)
		}
	}
}

func TestWhatIsLaidOutIsInOrderOnThatDay(t *testing.T) {
	for name, example := range map[string]fs.FS{"acme": Acme(), "starter": Starter()} {
		for _, on := range []time.Time{Today, time.Date(2029, 2, 28, 0, 0, 0, 0, time.UTC)} {
			dir := t.TempDir()
			if _, err := LayOut(dir, example, on); err != nil {
				t.Fatal(err)
			}
			for _, f := range judge(t, os.DirFS(dir), on) {
				t.Errorf("%s laid out on %s: %s: %s: %s", name, on.Format(time.DateOnly), f.Pos, f.Rule, f.Message)
			}
			if _, err := LayOut(dir, example, on); err == nil {
				t.Errorf("%s was laid out over what was there", name)
			}
		}
	}
}

func judge(t *testing.T, fsys fs.FS, now time.Time) []lint.Finding {
	t.Helper()
	snapshot, err := registry.Load(fsys, "")
	if err != nil {
		t.Fatalf("the registry cannot be read: %v", err)
	}
	return lint.Run(rules.All(), lint.Pass{Head: snapshot, Now: now}).Findings
}

func TestAcmeIsInOrderForAYear(t *testing.T) {
	for _, now := range []time.Time{Today, Today.AddDate(0, 6, 0), time.Date(2027, 10, 31, 12, 0, 0, 0, time.UTC)} {
		for _, f := range judge(t, Acme(), now) {
			t.Errorf("on %s: %s: %s: %s: %s", now.Format(time.DateOnly), f.Pos, f.Severity, f.Rule, f.Message)
		}
	}
}

func TestAcmeShowsEveryKindOfIdentity(t *testing.T) {
	snapshot, err := registry.Load(Acme(), "")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[registry.Kind]bool{}
	for _, id := range snapshot.Identities {
		shown[id.Kind] = true
	}
	for _, kind := range []registry.Kind{registry.Connector, registry.Token, registry.Workflow, registry.Webhook, registry.ServiceAccount, registry.ApprovalBot} {
		if !shown[kind] {
			t.Errorf("examples/acme has no identity of kind %q", kind)
		}
	}
	for _, tenant := range []string{"n8n-prod", "n8n-test", "sandbox"} {
		if snapshot.Tenant(tenant) == nil || len(snapshot.InTenant(tenant)) == 0 {
			t.Errorf("examples/acme has no tenant %q with identities", tenant)
		}
	}
	if len(snapshot.Exceptions) == 0 || len(snapshot.Access) == 0 || len(snapshot.Approvals) == 0 {
		t.Errorf("examples/acme has %d exceptions, %d windows of access, %d approval policies; want some of each",
			len(snapshot.Exceptions), len(snapshot.Access), len(snapshot.Approvals))
	}
}

func TestTheBadChangeIsCaughtForEveryReasonItNames(t *testing.T) {
	all := fstest.MapFS{}
	copyTo(t, all, Acme())
	for _, f := range txtar.Parse(BadChange).Files {
		all[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	got := map[string]string{}
	for _, f := range judge(t, all, Today) {
		if !strings.Contains(f.Pos.File+f.Message, "-sync") {
			t.Errorf("%s: %s: the bad change is blamed on a file that it does not touch: %s", f.Pos, f.Rule, f.Message)
		}
		got[f.Rule] = f.Message
	}
	want := []string{"approval/missing", "lifecycle/expiry-missing", "ownership/unknown", "privilege/wildcard-scope",
		"separation/cross-environment", "tier/understated"}
	for _, rule := range want {
		if got[rule] == "" {
			t.Errorf("the bad change passes %s; it is caught by %s", rule, slices.Sorted(maps.Keys(got)))
		}
	}
}

func copyTo(t *testing.T, to fstest.MapFS, from fs.FS) {
	t.Helper()
	err := fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(from, name)
		to[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func policies(t *testing.T) (*cedar.PolicySet, *validate.Validator) {
	t.Helper()
	text, err := fs.ReadFile(Acme(), "policies/grant-access.cedar")
	if err != nil {
		t.Fatal(err)
	}
	set, err := cedar.NewPolicySetFromBytes("grant-access.cedar", text)
	if err != nil {
		t.Fatalf("policies/grant-access.cedar does not parse: %v", err)
	}
	text, err = fs.ReadFile(Acme(), "policies/schema.cedarschema")
	if err != nil {
		t.Fatal(err)
	}
	var s cedarschema.Schema
	if err := s.UnmarshalCedar(text); err != nil {
		t.Fatalf("policies/schema.cedarschema does not parse: %v", err)
	}
	resolved, err := s.Resolve()
	if err != nil {
		t.Fatalf("policies/schema.cedarschema names what it does not declare: %v", err)
	}
	return set, validate.New(resolved)
}

func TestAcmesApprovalPolicySatisfiesItsSchema(t *testing.T) {
	set, validator := policies(t)
	for id, p := range set.All() {
		if err := validator.Policy(string(id), (*ast.Policy)(p.AST())); err != nil {
			t.Errorf("policy %s does not satisfy schema.cedarschema: %v", id, err)
		}
	}
}

func TestAcmeGivesAccessToNobodyOnOneVoice(t *testing.T) {
	set, _ := policies(t)
	person := func(name string) cedar.EntityUID { return cedar.NewEntityUID("person", cedar.String(name)) }
	workflow := cedar.NewEntityUID("identity", "n8n-prod/access-requests")
	group := cedar.NewEntityUID("group", "finance")
	request := func(action string, approvers ...string) cedar.Request {
		var all []cedar.Value
		for _, a := range approvers {
			all = append(all, person(a))
		}
		return cedar.Request{Principal: workflow, Resource: group, Action: cedar.NewEntityUID("Action", cedar.String(action)),
			Context: cedar.NewRecord(cedar.RecordMap{"requester": person("dana"), "approvers": cedar.NewSet(all...),
				"approvals": cedar.Long(len(all)), "reason": cedar.String("month end")})}
	}
	entities := func(state, tier string, privileged bool) cedar.EntityMap {
		return cedar.EntityMap{
			workflow: {UID: workflow, Attributes: cedar.NewRecord(cedar.RecordMap{"state": cedar.String(state), "tier": cedar.String(tier)})},
			group:    {UID: group, Attributes: cedar.NewRecord(cedar.RecordMap{"privileged": cedar.Boolean(privileged)})},
		}
	}
	tests := []struct {
		name     string
		request  cedar.Request
		entities cedar.EntityMap
		want     cedar.Decision
	}{
		{"two people", request("grant", "kim", "robin"), entities("active", "privileged", true), cedar.Allow},
		{"one person", request("grant", "kim"), entities("active", "privileged", false), cedar.Deny},
		{"nobody", request("grant"), entities("active", "privileged", false), cedar.Deny},
		{"the requester and two others", request("grant", "dana", "kim", "robin"), entities("active", "privileged", false), cedar.Deny},
		{"a retired workflow", request("grant", "kim", "robin"), entities("retired", "privileged", false), cedar.Deny},
		{"a workflow that is not privileged", request("grant", "kim", "robin"), entities("active", "change-capable", true), cedar.Deny},
		{"taking away by two", request("revoke", "kim", "robin"), entities("active", "change-capable", true), cedar.Allow},
		{"taking away by one", request("revoke", "kim"), entities("active", "privileged", false), cedar.Deny},
	}
	for _, tt := range tests {
		if got, why := cedar.Authorize(set, tt.entities, tt.request); got != tt.want || len(why.Errors) > 0 {
			t.Errorf("%s: decided %s, want %s (%+v)", tt.name, got, tt.want, why)
		}
	}
}

func TestAcmesWorkflowPinsItsActionsAndMayOnlyRead(t *testing.T) {
	text, err := fs.ReadFile(Acme(), ".github/workflows/rollcall.yml")
	if err != nil {
		t.Fatal(err)
	}
	pinned := regexp.MustCompile(`@[0-9a-f]{40} # v`)
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, "uses:") && !pinned.MatchString(line) {
			t.Errorf("an action is not pinned to a commit: %s", line)
		}
	}
	if bytes.Contains(text, []byte(": write")) || !bytes.Contains(text, []byte("contents: read")) {
		t.Error("the workflow asks for more than to read")
	}
}
