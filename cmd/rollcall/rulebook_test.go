package main

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/lint/report"
	"github.com/rollcall-dev/rollcall/lint/rules"
)

var update = flag.Bool("update", false, "write docs/rules.md")

func TestRuleBookDocsAreInStepWithTheRules(t *testing.T) {
	const name = "../../docs/rules.md"
	var b bytes.Buffer
	if err := report.RuleBook(&b, rules.All()); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(written), b.String()); diff != "" {
		t.Errorf("docs/rules.md is not what the rules say (-file +rules); run with -update:\n%s", diff)
	}
}

func TestExplainShowsTheWholePage(t *testing.T) {
	for _, r := range rules.All() {
		var b bytes.Buffer
		if err := report.Explain(&b, r); err != nil {
			t.Fatal(err)
		}
		at := 0
		for _, title := range []string{r.ID + ": ", "\nWHAT\n", "\nWHY\n", "\nBEFORE\n", "\nAFTER\n", "\nHOW TO MEND\n", "\nHOW TO CONFIGURE\n", "\nWAIVABLE\n"} {
			i := strings.Index(b.String(), title)
			if i < at {
				t.Errorf("the page of %s has no %q, or not in its place", r.ID, strings.TrimSpace(title))
			}
			at = max(at, i)
		}
		for _, c := range r.Controls {
			if !strings.Contains(b.String(), c) {
				t.Errorf("the page of %s does not name its control %s", r.ID, c)
			}
		}
	}
}
