package report

import (
	"testing"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

func TestSARIFSatisfiesItsSchema(t *testing.T) {
	text := []byte("package registry\n\n\té: \"x\"\n")
	edit := registry.Edit{File: "registry/a b%.cue", Start: 23, End: 26, New: `"y"`}
	f := lint.Finding{
		Rule: "tier/understated", Severity: lint.Error, Identity: "n8n-prod/crm", Message: "wrong [here](https://example.com)\x1b",
		Pos: registry.Pos{File: edit.File, Line: 3, Column: 2, Offset: 19}, Edit: &edit,
	}
	nowhere := lint.Finding{Rule: "purpose/vague", Severity: lint.Notice, Message: "vague"}
	some := []lint.Rule{{
		ID: "tier/understated", Severity: lint.Error, Controls: []string{"NHI5:2025"},
		Doc: "the tier is true\n\n# What\nIt is not.\n\n# Why\nIt matters.\n",
	}}
	r := lint.Result{
		Findings: []lint.Finding{f, f, nowhere},
		Silenced: []lint.Silenced{{Finding: f, Exception: "legacy"}},
		Skipped:  []lint.Skipped{{Rule: "lifecycle/removed-while-live", Why: "needs a recent observation"}},
	}
	source := func(string) ([]byte, error) { return text, nil }
	for name, o := range map[string]Options{
		"with everything": {Version: "1.2.3", Rules: some, Source: source},
		"with nothing":    {},
	} {
		if err := sarifReport(r, o).Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := sarifReport(lint.Result{}, o).Validate(); err != nil {
			t.Errorf("%s, no findings: %v", name, err)
		}
	}
	run := sarifReport(r, Options{Source: source}).Runs[0]
	region := run.Results[0].Fixes[0].ArtifactChanges[0].Replacements[0].DeletedRegion
	if *region.StartLine != 3 || *region.StartColumn != 5 || *region.EndColumn != 8 {
		t.Errorf("the fix stands at %d:%d-%d, and not where its characters do, 3:5-8", *region.StartLine, *region.StartColumn, *region.EndColumn)
	}
	seen := map[string]bool{}
	for _, res := range run.Results {
		if print := res.PartialFingerprints[fingerprint]; seen[print] {
			t.Errorf("two results have the fingerprint %s", print)
		} else {
			seen[print] = true
		}
	}
}
