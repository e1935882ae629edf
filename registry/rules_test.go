package registry

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// ruled is a registry with rules of its own.
func ruled(t testing.TB, rules string) fstest.MapFS {
	t.Helper()
	fsys := mapFS(archive(t, "testdata/vet/good.txtar").Files)
	fsys[RulesFile] = &fstest.MapFile{Data: []byte("package registry\n\n" + rules)}
	return fsys
}

// rule is one with an id and constraints.
func rule(id, constraints string) string {
	return fmt.Sprintf("rules: %q: {\n\tseverity: \"error\"\n\tmessage: \"mend it\"\n%s\n}\n", id, constraints)
}

// judged is what rules come to on the good registry.
func judged(t *testing.T, rules string) (broken []string, problems []Problem) {
	t.Helper()
	s := load(t, ruled(t, rules))
	if len(s.Problems) > 0 {
		t.Fatalf("there is something wrong with the registry: %s", show(s))
	}
	rulings, err := JudgeRules(t.Context(), EvaluateHere, s, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range rulings[s].Breaches {
		broken = append(broken, b.Identity+" "+b.Field)
	}
	return broken, rulings[s].Problems
}

func TestARuleFindsTheFieldThatBreaksIt(t *testing.T) {
	for constraints, want := range map[string]string{
		`#must: auth: "hmac" | "jwt"
		 #applies: kind: "webhook"`: "", // keeps it
		`#applies: kind: "webhook"
		 #must: auth: "jwt"`: "n8n-prod/new-order auth",
		`#applies: department: "sales"
		 #must: backup: !="person/dana"`: "n8n-prod/crm-won-deals backup", // those without a department are not of it
		`#applies: kind: "workflow"
		 #must: steps: [...{app: !="netsuite"}]`: "n8n-prod/crm-won-deals steps[0].app",
		`#applies: kind: "workflow"
		 #must: approval?: _|_`: "n8n-prod/crm-won-deals approval",
		`#applies: kind: "workflow"
		 #must: approval?: =~"^grant-"`: "",
		`#applies: kind: "webhook"
		 #must: approval: _`: "n8n-prod/new-order approval",
		`#applies: kind: "webhook"
		 #must: approval?: "x"`: "",
		`#applies: kind: "workflow"
		 #must: {tier: _, if tier == "change-capable" {expires: <"2028"}}`: "n8n-prod/crm-won-deals expires",
		`#applies: kind: "workflow"
		 #must: id: =~"^n8n-test/"`: "n8n-prod/crm-won-deals ",
		`#applies: #Webhook & {auth: "hmac"}
		 #must: #Webhook & {workflow: !=""}`: "",
		`#applies: {kind: "workflow", environment: "production"}
		 #must: close({kind: _})`: "closed",
		`#applies: kind: "token"
		 #must: credential: path: =~"^nowhere"`: "n8n-prod/deploy credential, n8n-prod/plain credential",
	} {
		broken, problems := judged(t, rule("acme/x", constraints))
		if want == "closed" {
			if len(problems) == 0 {
				t.Errorf("%s: a constraint that no identity can satisfy is taken", constraints)
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

func TestRulesMaySpeakOfTheOrganisation(t *testing.T) {
	broken, problems := judged(t, `_known: or([for name, _ in organisation.people {"person/\(name)"}])`+"\n"+
		rule("acme/x", "#applies: kind: \"workflow\"\n#must: backup: _known")+rule("acme/y", "#applies: kind: \"workflow\"\n#must: owner: _known"))
	if len(problems) > 0 || !slices.Equal(broken, []string{"n8n-prod/crm-won-deals owner"}) {
		t.Errorf("broken by %q, problems %v", broken, problems)
	}
}

// TestWhatCountsOfAnIdentityIsAllThatTellsItApart compares what is judged by
// the fields that are named with what is judged by all of them.
func TestWhatCountsOfAnIdentityIsAllThatTellsItApart(t *testing.T) {
	for _, constraints := range []string{
		`#must: [string]: _`,
		`#must: X={kind: _, if len(X) > 10 {approval: _}}`,
		`#must: {kind: _, "\u0061pproval": _}`,
		`#must: {kind: _, ("appro" + "val"): _}`,
		`#must: {[=~"^purp"]: "x"}`,
		`#must: _shared`,
		`#must: #Workflow`,
		`#must: {tier: _, if tier != "read-only" {department: _}}`,
	} {
		s := load(t, ruled(t, "_shared: approval: _\n"+rule("acme/x", "#applies: #applied\n"+constraints)+"#applied: {purpose: _, ...}\n"))
		rulings, err := JudgeRules(t.Context(), EvaluateHere, s, nil)
		if err != nil || len(rulings[s].Problems) > 0 {
			t.Fatalf("%s: %v, %v", constraints, err, rulings[s].Problems)
		}
		var all evaluation
		inst, err := all.instance(s.law)
		if err != nil {
			t.Fatal(err)
		}
		data := make([]string, len(s.Identities))
		for i, id := range s.Identities {
			data[i] = dataText(tellerOf(nil).tell(id, s.EnvironmentOf(id)))
		}
		if err := all.rules(inst, nil, []byte("["+strings.Join(data, ",")+"]")); err != nil {
			t.Fatal(err)
		}
		var got, want []string
		for _, b := range rulings[s].Breaches {
			got = append(got, b.Identity)
		}
		for _, b := range all.Broken {
			want = append(want, s.Identities[b.Data].ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: by the fields that are named %q breaks it, by all of them %q", constraints, got, want)
		}
	}
}

func TestAnIdentityIsToldAsItIsWritten(t *testing.T) {
	s := load(t, mapFS(archive(t, "testdata/vet/good.txtar").Files))
	tell := tellerOf(nil)
	for _, id := range s.Identities {
		r := reader{text: []byte(dataText(tell.tell(id, id.Environment))), limit: large}
		n := r.jsonFile()
		var c checker
		n.fields = slices.DeleteFunc(n.fields, func(f field) bool { return f.name == "id" })
		if faults := c.check(kindDef[id.Kind], n); len(faults) > 0 {
			t.Errorf("%s is told as something that the schema refuses: %v", id.ID, faults)
		}
		access := *id
		access.Access = orElse(id.Access, "standing").(string)
		if diff := cmp.Diff(&access, decodeIdentity(id.ID, n), cmpopts.IgnoreUnexported(Identity{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s is told otherwise than it is (-is +told):\n%s", id.ID, diff)
		}
	}
	for kind, shape := range identityShapes() {
		for _, name := range shape.names {
			if identityFields[name] == nil && name != "environment" {
				t.Errorf("field %q of %s is not told", name, kind)
			}
		}
	}
}

func TestAMessageNamesWhatTheIdentityHas(t *testing.T) {
	s := load(t, ruled(t, strings.Replace(rule("acme/x", "#applies: kind: \"webhook\"\n#must: auth: \"jwt\""),
		"mend it", "ask {owner}: {field} is {value} in {environment}", 1)))
	rulings, err := JudgeRules(t.Context(), EvaluateHere, s, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []Breach{{Rule: "acme/x", Identity: "n8n-prod/new-order", Field: "auth", Value: "hmac",
		Message: `webhook "n8n-prod/new-order" has auth "hmac"; ask "person/dana": "auth" is "hmac" in "production"`}}
	if diff := cmp.Diff(want, rulings[s].Breaches); diff != "" {
		t.Errorf("breaches (-want +got):\n%s", diff)
	}
}

func TestRulesThatAreABombAreAProblemAndNoPass(t *testing.T) {
	start := time.Now()
	for name, rules := range map[string]string{
		"of time": "_n: [for i in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] for j in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] {i * 10 + j}]\n" +
			"_m: {for a in _n for b in _n for c in _n for d in _n for e in _n {\"\\(a)-\\(b)-\\(c)-\\(d)-\\(e)\": 1}}\n" +
			rule("acme/x", "#must: labels?: _m"),
	} {
		s := load(t, ruled(t, rules))
		rulings, err := JudgeRules(t.Context(), inChild(t).Evaluate, s, nil)
		if err != nil {
			t.Fatalf("%s: their bomb is our failure: %v", name, err)
		}
		p := rulings[s].Problems
		if len(p) != 1 || p[0].Rule != ruleHostile || p[0].Pos.File != RulesFile || len(rulings[s].Breaches) > 0 {
			t.Errorf("%s: the ruling is %+v", name, rulings[s])
		}
	}
	if took := time.Since(start); took > 10*tooLong {
		t.Errorf("it took %v", took)
	}
}

func TestRulesThatCannotBeEvaluatedAreAProblemAndNoPass(t *testing.T) {
	for name, rules := range map[string]string{
		"a conflict":             rule("acme/x", "#must: {tier: \"privileged\", tier: \"read-only\"}"),
		"a name that is nowhere": rule("acme/x", "#must: owner: _nobody"),
		"a package from outside": "import \"example.com/evil\"\n" + rule("acme/x", "#must: owner: evil.x"),
		"no struct":              rule("acme/x", "#must: \"privileged\""),
		"a field of no identity": "_x: ownr: _\n" + rule("acme/x", "#must: _x"),
	} {
		_, problems := judged(t, rules)
		if len(problems) == 0 {
			t.Errorf("%s: there is no problem with it", name)
		}
		for _, p := range problems {
			if p.Pos.File != RulesFile || p.Pos.Line < 1 || p.Message == "" {
				t.Errorf("%s: a problem is %+v", name, p)
			}
		}
	}
}

func TestABasesRulesCountAndNotTheChangesOwn(t *testing.T) {
	strict := rule("acme/x", "#applies: kind: \"webhook\"\n#must: auth: \"jwt\"")
	base := load(t, ruled(t, strict))
	for name, rules := range map[string]string{
		"looser":  rule("acme/x", "#must: kind: _"),
		"removed": "",
		"wrong":   rule("acme/x", "#must: {kind: \"a\", kind: \"b\"}"),
		"broken":  "rules: {",
	} {
		head := load(t, ruled(t, rules))
		rulings, err := JudgeRules(t.Context(), EvaluateHere, head, base)
		if err != nil {
			t.Fatal(err)
		}
		if len(rulings[head].Breaches) != 1 || len(rulings[base].Breaches) != 1 {
			t.Errorf("%s: by the base's rules head has %d breaches and base %d, want one each", name, len(rulings[head].Breaches), len(rulings[base].Breaches))
		}
		if wrong := len(rulings[head].Problems) + len(head.Problems); (wrong > 0) != (name == "wrong" || name == "broken") {
			t.Errorf("%s: %d problems are found with the new rules", name, wrong)
		}
		if len(rulings[base].Problems) > 0 {
			t.Errorf("%s: the base bears what is wrong with the change: it would block nothing", name)
		}
	}
}

func TestABaseWhoseRulesAreBrokenLetsNothingPass(t *testing.T) {
	base, head := load(t, ruled(t, "rules: {")), load(t, ruled(t, ""))
	rulings, err := JudgeRules(t.Context(), EvaluateHere, head, base)
	if err != nil || len(rulings[head].Problems) == 0 {
		t.Errorf("the ruling is %+v, %v", rulings[head], err)
	}
}

func TestAnEvaluatorThatFailsIsOurFailure(t *testing.T) {
	s := load(t, ruled(t, rule("acme/x", "#must: kind: _")))
	broken := errors.New("broken")
	_, err := JudgeRules(t.Context(), func(context.Context, map[string][]byte) ([]byte, error) { return nil, broken }, s, nil)
	if !errors.Is(err, broken) {
		t.Errorf("judging says %v", err)
	}
}

func TestIdentitiesThatAreAlikeAreJudgedOnce(t *testing.T) {
	fsys := many(300)
	fsys[RulesFile] = &fstest.MapFile{Data: []byte("package registry\n\n" + rule("acme/x", "#must: {owner: _, backup: !=owner}") + rule("acme/y", "#must: tier: \"read-only\""))}
	s := load(t, fsys)
	asked := 0
	rulings, err := JudgeRules(t.Context(), func(ctx context.Context, files map[string][]byte) ([]byte, error) {
		asked += strings.Count(string(files[dataFile]), "{")
		return EvaluateHere(ctx, maps.Clone(files))
	}, s, nil)
	if err != nil || len(rulings[s].Problems) > 0 || len(rulings[s].Breaches) != 300 {
		t.Errorf("%d breaches, problems %v, %v", len(rulings[s].Breaches), rulings[s].Problems, err)
	}
	if asked != 1 {
		t.Errorf("%d identities were judged of 300 that are alike", asked)
	}
}

// BenchmarkJudgeRules judges 10,000 identities, all of them different, by three
// rules.
func BenchmarkJudgeRules(b *testing.B) {
	fsys := many(10_000)
	fsys[RulesFile] = &fstest.MapFile{Data: []byte("package registry\n\n" +
		rule("acme/a", "#applies: kind: \"workflow\"\n#must: {backup: !~\"^team/\", blastRadius: data: \"restricted\" | \"confidential\"}") +
		rule("acme/b", "#applies: {department: \"sales\", environment: \"production\"}\n#must: {blastRadius: systems: [...!=\"okta\"], purpose: =~\"^Copies\", approval?: _|_}") +
		rule("acme/c", "#must: uses: [...=~\"^n8n-\"]"))}
	s := load(b, fsys)
	evaluate := inChild(b).Evaluate
	for b.Loop() {
		rulings, err := JudgeRules(b.Context(), evaluate, s, nil)
		if err != nil || len(rulings[s].Problems)+len(rulings[s].Breaches) > 0 {
			b.Fatal(err, rulings[s])
		}
	}
}
