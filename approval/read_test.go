package approval

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/registry"
)

func refused(t *testing.T, schema, text string) string {
	t.Helper()
	s, fault := ReadSchema([]byte(schema))
	if fault != nil {
		return fmt.Sprintf("%s: %s\n", fault.Pos, fault.Message)
	}
	_, faults := Read(registry.ApprovalPolicy{Name: "p", File: "policies/p.cedar", Text: []byte(text)}, s)
	var b strings.Builder
	for _, f := range faults {
		fmt.Fprintf(&b, "%s: %s\n", f.Pos, f.Message)
	}
	return b.String()
}

func TestAFaultIsToldAtItsPlace(t *testing.T) {
	for _, c := range []struct{ name, schema, text, want string }{
		{"a statement that does not end", schemaText, "// größer\npermit (principal, action resource);",
			"policies/p.cedar:2:35: does not parse at \")\": exact got resource want ,; mend it\n"},
		{"behind letters of two bytes", schemaText, `permit (principal, action, resource) when { "größe" == };`,
			"policies/p.cedar:1:59: does not parse at \";\": invalid primary; mend it\n"},
		{"a text that does not end", schemaText, "permit (principal, action, resource)\nwhen { \"abc",
			"policies/p.cedar:2:8: does not parse: literal not terminated; mend it\n"},
		{"nothing", schemaText, "// to come", "policies/p.cedar:1:1: holds no permit and no forbid, and so denies everything; write who may approve what\n"},
		{"what the schema does not know", schemaText, "permit (principal is identity, action, resource)\nwhen { principal.teir == \"x\" };\n@id(\"ä\") forbid (principal is robot, action, resource);",
			"policies/p.cedar:1:1: does not satisfy its schema: attribute `teir` on entity type `identity` not found; mend it here or in policies/schema.cedarschema\n" +
				"policies/p.cedar:3:1: does not satisfy its schema: unrecognized entity type `robot`; mend it here or in policies/schema.cedarschema\n"},
		{"a schema that does not parse", "entity person\nentity team;", "", "policies/schema.cedarschema:2:1: does not parse: expected ';', got identifier \"entity\"; mend it\n"},
		{"a schema that names nothing", "entity person in [team];", "", "policies/schema.cedarschema:1:1: is no schema: entity \"person\": undefined entity type \"team\"; declare what it names\n"},
	} {
		if diff := cmp.Diff(c.want, refused(t, c.schema, c.text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestATextThatIsMadeToHurtIsRefusedOrRead(t *testing.T) {
	const most = 256 << 10
	var doubling, wide strings.Builder
	doubling.WriteString("type t0 = { a: Long };\n")
	for i := range 60 {
		fmt.Fprintf(&doubling, "type t%d = { a: t%d, b: t%d };\n", i+1, i, i)
	}
	doubling.WriteString("entity person = { a: t60 };")
	list := numbered("e", 120)
	fmt.Fprintf(&wide, "entity %s;\naction a appliesTo { principal: [%s], resource: [%s], context: {} };", list, list, list)
	for _, c := range []struct{ name, schema, text, want string }{
		{"types that double", doubling.String(), "", "has more than 10000 fields"},
		{"every type on every type", wide.String(), "", "allows 14400 kinds of request"},
		{"many types", "entity " + numbered("e", 200) + ";", "", "declares 200 entity types"},
		{"a schema that is deep", "type a = " + strings.Repeat("Set<", most/4), "", "brackets within brackets"},
		{"brackets that never close", schemaText, "permit (principal, action, resource) when { " + strings.Repeat("(", most), "brackets within brackets"},
		{"brackets that close", schemaText, "permit (principal is identity, action, resource) when { " + strings.Repeat("(", most/2-60) + "true" + strings.Repeat(")", most/2-60) + " };", "brackets within brackets"},
		{"lists in lists", schemaText, "permit (principal, action, resource) when { " + strings.Repeat("[", most/2-60) + strings.Repeat("]", most/2-60) + " == [] };", "brackets within brackets"},
		{"brackets in a text and in a comment", schemaText, "// " + strings.Repeat("(", 200) + "\nforbid (principal, action, resource) when { context.reason == \"\\\"" + strings.Repeat("(", 200) + "\" };", ""},
		{"no upon no", schemaText, "permit (principal, action, resource) when { " + strings.Repeat("!", most-80) + "true };", "signs before signs"},
		{"if upon if", schemaText, "permit (principal, action, resource) when { " + strings.Repeat("if true then true else ", most/24) + "true };", ""},
		{"a long chain", schemaText, "permit (principal, action, resource) when { true" + strings.Repeat("&&true", most/7) + " };", ""},
		{"many statements", schemaText, strings.Repeat("forbid(principal,action,resource);", 5_000), "is too large to be judged: 5000 statements"},
	} {
		got := refused(t, c.schema, c.text)
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: told %.300q, want %q", c.name, got, c.want)
		}
	}
}

func numbered(prefix string, n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%s%d", prefix, i)
	}
	return strings.Join(names, ", ")
}

func TestQuestionsWithoutEndAreGivenUp(t *testing.T) {
	// every person is of another sort, and every statement takes its time
	org := &registry.Organisation{People: map[string]registry.Person{}}
	for i := range 3_000 {
		name := fmt.Sprintf("p%d", i)
		org.People[name] = registry.Person{Email: name + "@example.com"}
	}
	trial := acme()
	trial.Organisation = org
	p := mustRead(t, `permit (principal is identity, action, resource) when { context.approvals >= 2 && context.requester.email like "*`+strings.Repeat("x", 100)+`" };`+noSelf)
	one, _ := ask(trial, p, "prod/a")
	if one.Unknown != "there are too many cases to try" {
		t.Errorf("nine million pairs of people: %s", said(one))
	}
}
