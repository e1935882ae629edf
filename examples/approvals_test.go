package examples

import (
	"bytes"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/lint/rules"
	"github.com/rollcall-dev/rollcall/registry"
)

const grantAccess = "policies/grant-access.cedar"

// weakened is Acme with an approval policy that asks for one person and forbids
// nothing but what is not active.
func weakened(t *testing.T) fstest.MapFS {
	t.Helper()
	fsys := fstest.MapFS{}
	err := fs.WalkDir(Acme(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(Acme(), name)
		fsys[name] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	text := fsys[grantAccess].Data
	text = bytes.Replace(text, []byte(">= 2"), []byte(">= 1"), 1)
	text = bytes.Replace(text, []byte("context.approvers.contains(context.requester)"), []byte("false"), 1)
	fsys[grantAccess] = &fstest.MapFile{Data: text}
	return fsys
}

// told is what is told of the approval policies.
func told(t *testing.T, fsys fs.FS) (found []lint.Finding) {
	t.Helper()
	snapshot, err := registry.Load(fsys, "")
	if err != nil {
		t.Fatal(err)
	}
	res := lint.Run(rules.All(), lint.Pass{Head: snapshot, Now: Today})
	res.Gather()
	for _, f := range res.Findings {
		if strings.HasPrefix(f.Rule, "approval/") {
			found = append(found, f)
		}
	}
	return found
}

func TestAWeakPolicyIsMendedByWhatItsFindingsSay(t *testing.T) {
	fsys := weakened(t)
	forbid := regexp.MustCompile(`forbid \(.*?\};`)
	for round := range 5 {
		found := told(t, fsys)
		if round == 0 && len(found) != 2 {
			t.Errorf("one edit gives %d findings; want one of approval/self-approval and one of approval/two-person", len(found))
		}
		if len(found) == 0 {
			return
		}
		for _, f := range found {
			text := string(fsys[grantAccess].Data)
			switch mend := forbid.FindString(f.Message); {
			case mend != "" && !strings.Contains(text, mend):
				text += mend + "\n"
			case strings.Contains(f.Message, "require context.approvals >= 2"):
				text = strings.Replace(text, ">= 1", ">= 2", 1)
			default:
				t.Fatalf("nothing is left to do by: %s: %s", f.Pos, f.Message)
			}
			fsys[grantAccess] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	t.Errorf("after five rounds of mending there is still: %v", told(t, fsys))
}

func TestAnIdentityWithAnExceptionIsNotAmongThoseOfAFinding(t *testing.T) {
	fsys := weakened(t)
	const waived = "n8n-prod/access-requests"
	named := func() (n int) {
		for _, f := range told(t, fsys) {
			for _, id := range append([]string{f.Identity}, f.Others...) {
				if id == waived && f.Rule == "approval/two-person" {
					n++
				}
			}
		}
		return n
	}
	if named() != 1 {
		t.Fatalf("%s is named by %d findings of approval/two-person; want 1", waived, named())
	}
	fsys["registry/exceptions/one-approver.cue"] = &fstest.MapFile{Data: fmt.Appendf(nil,
		"package registry\n\nexceptions: \"one-approver\": {rule: \"approval/two-person\", identities: [%q], reason: \"one person is on call at night\", approvedBy: \"person/robin\", until: \"2026-12-31\"}\n", waived)}
	if named() != 0 {
		t.Errorf("%s has an exception and is named all the same", waived)
	}
	if len(told(t, fsys)) != 2 {
		t.Errorf("the others are let off with it: %v", told(t, fsys))
	}
}
