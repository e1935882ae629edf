package registry

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// lines are the lines that an edit changes: of before, and of after.
func lines(t *testing.T, text string, e *Edit) (before, after string) {
	t.Helper()
	out, err := Apply([]byte(text), []Edit{*e})
	if err != nil {
		t.Fatal(err)
	}
	a, b := strings.Split(text, "\n"), strings.Split(string(out), "\n")
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return strings.Join(a, "\n"), strings.Join(b, "\n")
}

func TestReplacingChangesOneLineAndKeepsItsComment(t *testing.T) {
	for _, test := range []struct{ ext, text, field, literal, before, after string }{
		{"cue", deals, "kind", `"token"`, `	kind:    "workflow" // what it is`, `	kind:    "token" // what it is`},
		{"cue", deals, "blastRadius.data", `"internal"`, `		data: "public"`, `		data: "internal"`},
		{"cue", deals, "live", `{name: "deals"}`, `	live: id: "Zk3"`, `	live: {name: "deals"}`},
		{"yaml", dealsYAML, "owner", `"team/erp"`, `    owner: "team/crm" # who`, `    owner: "team/erp" # who`},
		{"yaml", dealsYAML, "tier", `"privileged"`, `    tier: read-only`, `    tier: "privileged"`},
		{"yaml", dealsYAML, "blastRadius", `{systems: ["a"], data: "public"}`, `    blastRadius: {systems: [], data: public}`, `    blastRadius: {"systems": ["a"], "data": "public"}`},
		{"json", dealsJSON, "tier", `"privileged"`, `      "tier": "read-only", "state": "active",`, `      "tier": "privileged", "state": "active",`},
	} {
		e := entryIn(t, test.ext, test.text).Replace(test.field, test.literal)
		if e == nil {
			t.Errorf("%s: %s cannot be replaced", test.ext, test.field)
			continue
		}
		before, after := lines(t, test.text, e)
		if diff := cmp.Diff([]string{test.before, test.after}, []string{before, after}); diff != "" {
			t.Errorf("%s: replacing %s (-want +got):\n%s", test.ext, test.field, diff)
		}
	}
}

func TestInsertingGoesBehindTheFieldThatTheSchemaNamesBefore(t *testing.T) {
	for _, test := range []struct{ ext, text, field, literal, before, after string }{
		{"cue", deals, "expires", `"2027-03-31"`, "", `	expires: "2027-03-31"`},
		{"cue", deals, "approval", `"grant"`, "", `	approval: "grant"`},
		{"cue", deals, "recertified", `{on: "2026-10-01", by: "person/dana"}`, "", `	recertified: {on: "2026-10-01", by: "person/dana"}`},
		{"cue", deals, "blastRadius.note", `"x"`, "", `		note: "x"`},
		{"cue", deals, "blastRadius.access", `[]`, "", `		access: []`},
		{"cue", deals, "live.name", `"deals"`, `	live: id: "Zk3"`, `	live: {id: "Zk3", name: "deals"}`},
		{"cue", deals, "trigger.type", `"schedule"`, "", `	trigger: type: "schedule"`},
		{"cue", deals, `labels."a-b"`, `"x"`, `	labels: {"cost-centre": "4711"}`, `	labels: {"cost-centre": "4711", "a-b": "x"}`},
		{"yaml", dealsYAML, "expires", `"2027-03-31"`, "", `    expires: "2027-03-31"`},
		{"yaml", dealsYAML, "blastRadius.note", `"x"`, `    blastRadius: {systems: [], data: public}`, `    blastRadius: {systems: [], data: public, note: "x"}`},
		{"yaml", dealsYAML, "recertified.by", `"person/dana"`, "", `    recertified: {by: "person/dana"}`},
		{"json", dealsJSON, "live", `{id: "x"}`, `      "blastRadius": {"systems": [], "data": "public"}`, `      "blastRadius": {"systems": [], "data": "public"},` + "\n" + `      "live": {"id": "x"}`},
	} {
		id := entryIn(t, test.ext, test.text)
		e := id.Insert(test.field, test.literal)
		if e == nil {
			t.Errorf("%s: %s cannot be inserted", test.ext, test.field)
			continue
		}
		before, after := lines(t, test.text, e)
		if diff := cmp.Diff([]string{test.before, test.after}, []string{before, after}); diff != "" {
			t.Errorf("%s: inserting %s (-want +got):\n%s", test.ext, test.field, diff)
		}
		out, err := Apply([]byte(test.text), []Edit{*e})
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(test.text, "\n") {
			if _, comment, ok := strings.Cut(line, "//"); ok && !strings.Contains(string(out), comment) {
				t.Errorf("%s: inserting %s lost the comment %q", test.ext, test.field, comment)
			}
		}
	}
}

func TestWhatCannotBeEditedIsNotEdited(t *testing.T) {
	id := entryIn(t, "cue", deals)
	for name, e := range map[string]*Edit{
		"a field that is absent":         id.Replace("expires", `"2027-03-31"`),
		"a field that is there":          id.Insert("tier", `"privileged"`),
		"a reference":                    id.Replace("tier", "other"),
		"a broken literal":               id.Replace("tier", `"privi`),
		"two fields for one":             id.Replace("tier", "\"privileged\"\n\towner: \"person/eve\""),
		"a field of a text":              id.Insert("tier.name", `"x"`),
		"the entry itself":               id.Insert("", `{}`),
		"a text of many lines of YAML":   entryIn(t, "yaml", dealsYAML).Replace("purpose", `"x"`),
		"an item that the list has not":  id.Replace("steps[3].effect", `"none"`),
		"a field of an item that is not": id.Insert("steps[3].effect", `"none"`),
	} {
		if e != nil {
			t.Errorf("%s is edited: %+v", name, *e)
		}
	}
}

func TestEditsThatOverlapAreRefused(t *testing.T) {
	text := []byte("abcdef")
	for _, test := range []struct {
		name  string
		edits []Edit
		want  string // empty: refused
	}{
		{"none", nil, "abcdef"},
		{"in any order", []Edit{{Start: 4, End: 5, New: "E"}, {Start: 0, End: 1, New: "A"}}, "AbcdEf"},
		{"side by side", []Edit{{Start: 0, End: 2, New: "1"}, {Start: 2, End: 4, New: "2"}}, "12ef"},
		{"two insertions at one place", []Edit{{Start: 3, End: 3, New: "1"}, {Start: 3, End: 3, New: "2"}}, "abc12def"},
		{"overlapping", []Edit{{Start: 0, End: 3}, {Start: 2, End: 4}}, ""},
		{"an insertion inside", []Edit{{Start: 0, End: 3}, {Start: 1, End: 1, New: "x"}}, ""},
		{"past the end", []Edit{{Start: 4, End: 9}}, ""},
		{"backwards", []Edit{{Start: 4, End: 2}}, ""},
		{"of two files", []Edit{{File: "a", Start: 0, End: 1}, {File: "b", Start: 2, End: 3}}, ""},
	} {
		got, err := Apply(text, test.edits)
		if string(got) != test.want || (err != nil) != (test.want == "") {
			t.Errorf("%s: %q, %v; want %q", test.name, got, err, test.want)
		}
		if string(text) != "abcdef" {
			t.Fatalf("%s: the text itself was changed to %q", test.name, text)
		}
	}
}
