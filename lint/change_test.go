package lint_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

func TestNewIsWhatAChangeAdds(t *testing.T) {
	old := lint.Finding{Rule: "r/a", Identity: "t/x", Field: "tier", Value: "v", Message: "m", Pos: registry.Pos{File: "x.cue", Line: 3}}
	moved := old
	moved.Pos.Line = 30
	worse := old
	worse.Message = "m, and more"
	nobody := lint.Finding{Rule: "r/a", Message: "no CUE", Pos: registry.Pos{File: "x.cue"}}
	elsewhere := nobody
	elsewhere.Pos.File = "y.cue"
	for name, tc := range map[string]struct{ base, head, want []lint.Finding }{
		"what was there before is not":         {[]lint.Finding{old}, []lint.Finding{old}, nil},
		"what only moved is not":               {[]lint.Finding{old}, []lint.Finding{moved}, nil},
		"what got worse is":                    {[]lint.Finding{old}, []lint.Finding{worse}, []lint.Finding{worse}},
		"what came is":                         {nil, []lint.Finding{old}, []lint.Finding{old}},
		"what went is not":                     {[]lint.Finding{old}, nil, nil},
		"the second of a kind is":              {[]lint.Finding{old}, []lint.Finding{old, moved}, []lint.Finding{moved}},
		"the same of another nameless file is": {[]lint.Finding{nobody}, []lint.Finding{nobody, elsewhere}, []lint.Finding{elsewhere}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, lint.New(tc.base, tc.head)); diff != "" {
				t.Errorf("new findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAFingerprintSurvivesMovedLines(t *testing.T) {
	f := lint.Finding{Rule: "r/a", Identity: "t/x", Field: "tier", Value: "v", Message: "m", Pos: registry.Pos{File: "x.cue", Line: 3}}
	moved, other, shifted := f, f, f
	moved.Pos, moved.Message = registry.Pos{File: "y.cue", Line: 30}, "m, in other words"
	other.Value = "w"
	shifted.Identity, shifted.Field = "t/xt", "ier"
	if f.Fingerprint() != moved.Fingerprint() {
		t.Error("a finding that moved has another fingerprint")
	}
	for _, g := range []lint.Finding{other, shifted} {
		if f.Fingerprint() == g.Fingerprint() {
			t.Errorf("two findings have the same fingerprint: %+v and %+v", f, g)
		}
	}
}

func TestMendsOfAFileDoNotTouchTheSameBytes(t *testing.T) {
	at := func(file string, start, end int, text string) lint.Finding {
		return lint.Finding{Edit: &registry.Edit{File: file, Start: start, End: end, New: text}}
	}
	late, early, other := at("a.cue", 20, 25, "x"), at("a.cue", 3, 9, "y"), at("b.cue", 3, 9, "z")
	clash := at("a.cue", 8, 12, "w")
	twice := at("a.cue", 5, 5, "i")
	byFile, left := lint.Mends([]lint.Finding{late, {}, clash, early, early, other, twice})
	want := map[string][]registry.Edit{
		"a.cue": {*early.Edit, *late.Edit},
		"b.cue": {*other.Edit},
	}
	if diff := cmp.Diff(want, byFile); diff != "" {
		t.Errorf("edits (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]lint.Finding{twice, clash}, left); diff != "" {
		t.Errorf("left for another round (-want +got):\n%s", diff)
	}
}
