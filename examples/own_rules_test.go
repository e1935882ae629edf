package examples

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

// judgeOwn judges by the registry's own rules alone, in this process.
func judgeOwn(t *testing.T, fsys fstest.MapFS) (judged int, findings []lint.Finding) {
	t.Helper()
	head, err := registry.Loader{Evaluate: registry.EvaluateHere}.Load(t.Context(), fsys, "")
	if err != nil {
		t.Fatalf("the registry cannot be read: %v", err)
	}
	for _, p := range head.Problems {
		t.Errorf("%s: %s", p.Pos, p.Message)
	}
	rulings, err := registry.JudgeRules(t.Context(), registry.EvaluateHere, head, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range rulings[head].Problems {
		t.Errorf("%s: %s", p.Pos, p.Message)
	}
	res := lint.Run(lint.OrganisationRules(head), lint.Pass{Head: head, Now: Today, Rulings: rulings})
	return res.Counts.Rules, res.Findings
}

func TestAcmeKeepsItsOwnRules(t *testing.T) {
	acme := fstest.MapFS{}
	copyTo(t, acme, Acme())
	judged, findings := judgeOwn(t, acme)
	if judged != 3 {
		t.Errorf("%d rules of Acme's own were judged, want 3", judged)
	}
	for _, f := range findings {
		t.Errorf("%s: %s: %s", f.Pos, f.Rule, f.Message)
	}
}

func TestAcmesOwnRulesDoWithAPersonWithoutDepartment(t *testing.T) {
	acme := fstest.MapFS{}
	copyTo(t, acme, Acme())
	const file = "registry/organisation.cue"
	text := strings.Replace(string(acme[file].Data), `github: "acme-toni", department: "it"`, `github: "acme-toni"`, 1)
	if text == string(acme[file].Data) {
		t.Fatal("Toni has no department to take away")
	}
	acme[file] = &fstest.MapFile{Data: []byte(text)}
	judged, findings := judgeOwn(t, acme)
	if judged != 3 || len(findings) > 0 {
		t.Errorf("%d rules were judged, want 3, with the findings %v", judged, findings)
	}
}

func TestEachOfAcmesOwnRulesFindsWhatBreaksIt(t *testing.T) {
	const name = "testdata/own-rules.txtar"
	a, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	all := fstest.MapFS{}
	copyTo(t, all, Acme())
	golden := &a.Files[len(a.Files)-1]
	for _, f := range a.Files[:len(a.Files)-1] {
		all[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	judged, findings := judgeOwn(t, all)
	var b strings.Builder
	broken := map[string]bool{}
	for _, f := range findings {
		broken[f.Rule] = true
		fmt.Fprintf(&b, "%s: %s: %s [%s]\n", f.Pos, f.Severity, f.Message, f.Rule)
	}
	if len(broken) != judged {
		t.Errorf("%d of %d rules are broken in %s", len(broken), judged, name)
	}
	if *update {
		golden.Data = []byte(b.String())
		if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(golden.Data), b.String()); diff != "" {
		t.Errorf("findings (-golden +found); run with -update and read them:\n%s", diff)
	}
}
