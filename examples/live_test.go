package examples

import (
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"github.com/rollcall-dev/rollcall/internal/gen"
	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/lint/rules"
	"github.com/rollcall-dev/rollcall/reconcile"
	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/schema"
	"github.com/rollcall-dev/rollcall/tenant/sandbox"
)

func TestTheSandboxIsWhatAcmeDeclares(t *testing.T) {
	server := httptest.NewServer(sandbox.NewHandler(sandbox.New(sandbox.Seed())))
	defer server.Close()
	observed, err := sandbox.Connect("sandbox", sandbox.Seed().ID, server.URL, sandbox.Token).Observe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	acme, err := registry.Load(Acme(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range reconcile.Diff(acme, observed, Today) {
		t.Errorf("before anybody touches the sandbox it drifts: %s %s: %s", d.Class, d.Key(), d.Message)
	}
}

func TestAGeneratedRegistryPassesEveryRule(t *testing.T) {
	files := fstest.MapFS{}
	for name, text := range gen.Files(gen.Options{Identities: 400, Schema: schema.CUE}) {
		files[name] = &fstest.MapFile{Data: text}
	}
	s, err := registry.Load(files, "")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, f := range lint.Run(rules.All(), lint.Pass{Head: s, Now: gen.DefaultToday}).Findings {
		if !seen[f.Rule] {
			t.Errorf("%s: %s: %s: %s", f.Pos, f.Severity, f.Rule, f.Message)
		}
		seen[f.Rule] = true
	}
}
