package registry

import (
	"strings"
	"testing"
)

func TestEachBranchOfAConstraintIsJudgedByItself(t *testing.T) {
	for constraints, want := range map[string]string{
		// The webhook has auth "hmac" and no department; the workflow has one.
		`#applies: {auth: "hmac"} | {department: "zzz"}
		 #must: auth: "jwt"`: "n8n-prod/new-order auth",
		`#applies: {department: "zzz"} | {kind: "webhook"}
		 #must: auth: "jwt"`: "n8n-prod/new-order auth",
		`#applies: {kind: "webhook"} | {owner: string}
		 #must: kind: _`: "",
		`#applies: _some
		 #must: auth: "jwt"`: "n8n-prod/new-order auth",
		`#applies: {kind: "webhook"} & ({auth: "hmac"} | {department: "zzz"})
		 #must: auth: "jwt"`: "n8n-prod/new-order auth",
		`#applies: kind: "webhook"
		 #must: {auth: string} | {role: string}`: "",
		`#applies: kind: "webhook"
		 #must: {approval: string} | {owner: string}`: "",
		`#applies: kind: "webhook"
		 #must: {approval: string} | {role: string}`: "n8n-prod/new-order ",
		`#applies: kind: "webhook"
		 #must: {approval?: "x"} | {owner: string, department?: "y"}`: "",
		`#applies: kind: "workflow"
		 #must: blastRadius: {data: string} | {note: "zzz"}`: "",
		`#applies: kind: "workflow"
		 #must: steps: [...{app: string} | {operation: "zzz"}]`: "",
		`#applies: {kind: "webhook"} | {labels: {...}, if labels.team == "x" {owner: _}, kind: "token"}
		 #must: auth?: "jwt"`: "n8n-prod/new-order auth",
		`#applies: {kind: "webhook"} | {department: "zzz", [=~"^x"]: _}
		 #must: auth: "jwt"`: "n8n-prod/new-order auth",
	} {
		broken, problems := judged(t, "_some: {auth: \"hmac\"} | {department: \"zzz\"}\n"+rule("acme/x", constraints))
		if strings.Contains(constraints, "labels.team") {
			if len(problems) != 1 || len(broken) > 0 {
				t.Errorf("%s: for tokens it cannot be told, and the problems are %v", constraints, problems)
			}
			continue
		}
		for _, p := range problems {
			t.Errorf("%s: %s: %s", constraints, p.Pos, p.Message)
		}
		if got := strings.Join(broken, ", "); got != want {
			t.Errorf("%s: it is broken by %q, want %q", constraints, got, want)
		}
	}
}

func TestARuleThatDoesNotTellWhomItIsForIsAtFault(t *testing.T) {
	for constraints, want := range map[string]bool{
		`#applies: {kind: "webhook", labels: {...}, if labels.team == "x" {owner: _}}`:              true,
		`#applies: {kind: "workflow", steps: [...], if steps[7].app == "x" {owner: _}}`:             true,
		`#applies: {kind: "webhook", steps: [...], if steps[7].app == "x" {owner: _}}`:              false, // it has no steps
		`#applies: {department: string, if department == "zzz" {owner: _}}`:                         false, // who has none is of none
		`#applies: {kind: "workflow", purpose: time.Time}`:                                          false, // who has another is not meant
		`#applies: {kind: "workflow", purpose: "undefined field: incomplete value"}`:                false,
		`#applies: {kind: "workflow", purpose: _, if purpose > 3 {owner: _}}`:                       true,
		`#applies: {kind: "workflow", purpose: _, if strings.Repeat(purpose, -1) == "" {owner: _}}`: true,
		`#applies: {kind: "webhook", labels: {...}, if labels.team != _|_ {owner: _}}`:              false,
		`#applies: {kind: "workflow", approval?: "x", department?: string, labels?: team?: "x" }`:   false,
	} {
		imports := ""
		for _, name := range []string{"time", "strings"} {
			if strings.Contains(constraints, name+".") {
				imports += "import \"" + name + "\"\n"
			}
		}
		_, problems := judged(t, imports+rule("acme/x", constraints+"\n#must: kind: _"))
		if (len(problems) > 0) != want {
			t.Errorf("%s: the problems are %v", constraints, problems)
		}
		for _, p := range problems {
			if !strings.Contains(p.Message, "it cannot be told for w") || p.Pos.File != RulesFile || p.Pos.Line < 5 {
				t.Errorf("%s: %s: %s", constraints, p.Pos, p.Message)
			}
		}
	}
}

func TestAConstraintWithAMarkIsRefused(t *testing.T) {
	for constraints, want := range map[string]string{
		"#applies?: kind: \"webhook\"\n#must: kind: _": "#applies? says nothing for certain",
		"#must!: kind: _": "#must! says nothing for certain",
	} {
		if s := load(t, ruled(t, rule("acme/x", constraints))); len(s.Problems) != 1 || !strings.Contains(s.Problems[0].Message, want) {
			t.Errorf("%s: the problems are: %s", constraints, show(s))
		}
	}
}
