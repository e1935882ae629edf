package main

import (
	"strings"
	"testing"

	"github.com/rollcall-dev/rollcall/internal/propose"
	"github.com/rollcall-dev/rollcall/internal/secret"
	"github.com/rollcall-dev/rollcall/reconcile"
)

func TestASecretThatATenantShowsIsNotPushed(t *testing.T) {
	var redactor secret.Redactor
	redactor.Add(secret.New("correct-horse"))
	f := forge{branches: &propose.Branches{URL: t.TempDir(), Dir: t.TempDir()}, redactor: &redactor}
	p := reconcile.Proposal{Key: "k", Title: "declare it", Files: map[string]string{"registry/identities/t/x.cue": "// named correct-horse\n"}}
	_, err := f.Open(t.Context(), p, "c0ffee", reconcile.Proposed{})
	if err == nil || !strings.Contains(err.Error(), "a secret of the configuration") || strings.Contains(err.Error(), "correct-horse") {
		t.Errorf("it says %v", err)
	}
}
