package lint_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

// shared is a finding of its sort about an identity, at a line of a policy.
func shared(identity string, line int) lint.Finding {
	return lint.Finding{
		Rule: "approval/two-person", Severity: lint.Error, Identity: identity, Cause: "one is enough",
		Pos:     registry.Pos{File: "policies/p.cedar", Line: line},
		Message: fmt.Sprintf("the policy, which decides for %q, permits it; mend it", identity),
	}
}

func TestOneCauseIsToldOnceWithAllThatItIsAbout(t *testing.T) {
	alone := at(4, noPurpose.ID, "n8n/a")
	res := lint.Result{Findings: []lint.Finding{shared("n8n/a", 1), shared("n8n/b", 1), alone, shared("n8n/c", 9), shared("n8n/c", 1), shared("n8n/d", 1), shared("n8n/e", 1)}}
	res.Gather()
	told := shared("n8n/a", 1)
	told.Others = []string{"n8n/b", "n8n/c", "n8n/d", "n8n/e"}
	told.Message = `the policy, which decides for "n8n/a", "n8n/b", "n8n/c" and 2 more, permits it; mend it`
	if diff := cmp.Diff([]lint.Finding{told, alone, shared("n8n/c", 9)}, res.Findings); diff != "" {
		t.Errorf("what is told (-want +got):\n%s", diff)
	}
	if res.Counts.Errors != 3 {
		t.Errorf("%d errors are counted; want 3, as many as are told", res.Counts.Errors)
	}
}

func TestFindingsOfAnotherCauseAreToldApart(t *testing.T) {
	plain, warning, other := shared("n8n/a", 1), shared("n8n/b", 1), shared("n8n/c", 1)
	warning.Severity, other.Cause = lint.Warning, "none is enough"
	res := lint.Result{Findings: []lint.Finding{plain, warning, other}}
	res.Gather()
	if diff := cmp.Diff([]lint.Finding{plain, warning, other}, res.Findings); diff != "" {
		t.Errorf("what is told (-want +got):\n%s", diff)
	}
}
