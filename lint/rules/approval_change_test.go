package rules

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

// approvalFindings are what the approval rules find in a change from what every
// golden has, and one workflow that names the common policy, to the files with
// some of them replaced or, where nil, removed.
func approvalFindings(t *testing.T, change map[string][]byte) string {
	t.Helper()
	base := files(t, archive(t, common), archive(t, golden("approval/two-person")))
	for name := range base {
		if strings.HasPrefix(name, before) || strings.HasPrefix(name, "registry/identities/") && name != "registry/identities/n8n-prod/two.cue" {
			delete(base, name)
		}
	}
	head := fstest.MapFS{}
	for name, f := range base {
		head[name] = f
	}
	for name, text := range change {
		if head[name] = (&fstest.MapFile{Data: text}); text == nil {
			delete(head, name)
		}
	}
	pass := lint.Pass{Now: today}
	var err error
	if pass.Base, err = registry.Load(base, ""); err != nil {
		t.Fatal(err)
	}
	if pass.Head, err = registry.Load(head, ""); err != nil {
		t.Fatal(err)
	}
	res := lint.RunChange(All(), pass)
	return show(head, slices.DeleteFunc(res.Findings, func(f lint.Finding) bool { return !strings.HasPrefix(f.Rule, "approval/") }))
}

func TestAChangeIsLetOffByNoPolicyOfItsOwn(t *testing.T) {
	a := archive(t, golden("approval/two-person"))
	text := map[string][]byte{}
	for _, f := range append(archive(t, common).Files, a.Files...) {
		text[f.Name] = f.Data
	}
	const law, workflow = "policies/group-membership.cedar", "registry/identities/n8n-prod/two.cue"
	naming := func(policy string) []byte {
		return bytes.ReplaceAll(text[workflow], []byte(`"group-membership"`), []byte(`"`+policy+`"`))
	}
	one := bytes.ReplaceAll(text[law], []byte(">= 2"), []byte(">= 1"))
	for _, c := range []struct {
		name   string
		change map[string][]byte
		want   string // part of all that is found; "" for nothing
	}{
		{"nothing", nil, ""},
		{"a comment", map[string][]byte{law: append([]byte("// two people\n"), text[law]...)}, ""},
		{"a policy that asks one person from now on", map[string][]byte{law: one}, law + `:1:1: error: approval policy "group-membership", which decides for privileged "n8n-prod/two", permits`},
		{"a policy that does not parse from now on", map[string][]byte{law: []byte("permit")}, law + `:1:7: error: approval policy "group-membership", which decides for "n8n-prod/two", does not parse`},
		{"a policy without its forbid", map[string][]byte{law: []byte("permit (principal, action, resource)\nwhen { context.approvals >= 2 };")}, "forbids nothing"},
		{"a policy that is gone", map[string][]byte{law: nil}, `which this change removes; keep it, or name another first`},
		{"a policy of its own", map[string][]byte{"policies/own.cedar": text[law], workflow: naming("own")}, `names approval policy "own", which does not exist`},
		{"a weaker policy that was there", map[string][]byte{workflow: naming("one-voice")}, `approval policy "one-voice", which decides for privileged "n8n-prod/two", permits`},
		{"that policy, and its repair at once", map[string][]byte{workflow: naming("one-voice"), "policies/one-voice.cedar": text[law]}, `approval policy "one-voice", which decides for privileged "n8n-prod/two", permits`},
		{"a schema that is gone", map[string][]byte{registry.ApprovalSchemaFile: nil}, "the schema of the approval policies is missing"},
		{"a schema that lacks what policies read", map[string][]byte{registry.ApprovalSchemaFile: bytes.ReplaceAll(text[registry.ApprovalSchemaFile], []byte("approvals: Long,"), nil)}, "attribute `approvals` in context"},
	} {
		got := approvalFindings(t, c.change)
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("a change that brings %s: found\n%swant %q", c.name, got, c.want)
		}
	}
}
