package examples

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

var block = regexp.MustCompile("(?s)```(cue|text)\n(.*?)```")

func TestEveryRuleOfThePageOnOwnRulesCanBeJudged(t *testing.T) {
	page, err := os.ReadFile("../docs/organisation-rules.md")
	if err != nil {
		t.Fatal(err)
	}
	golden, err := os.ReadFile("testdata/own-rules.txtar")
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, m := range block.FindAllStringSubmatch(string(page), -1) {
		if m[1] == "text" {
			if !strings.Contains(string(golden), m[2]) {
				t.Errorf("the page shows what is not found so: %s", m[2])
			}
			continue
		}
		acme := fstest.MapFS{}
		copyTo(t, acme, Acme())
		acme["registry/rules.cue"] = &fstest.MapFile{Data: []byte("package registry\n\n" + m[2])}
		judged, _ := judgeOwn(t, acme)
		if judged != strings.Count("\n"+m[2], "\nrules: ") {
			t.Errorf("%d rules are judged of:\n%s", judged, m[2])
		}
		total += judged
	}
	if total < 7 {
		t.Errorf("only %d rules were found in the page", total)
	}
}
