package registry

import (
	"strings"
	"testing"
)

const deals = `package registry

// the nightly copy
identities: "n8n-prod/deals": #Workflow & {
	kind:    "workflow" // what it is
	owner:   "team/crm"
	backup:  "person/dana", purpose: "Copies won deals from the CRM to the ERP"
	tier:  "read-only"
	state: "active"
	blastRadius: {
		systems: ["salesforce"]
		data: "public"
	}
	live: id: "Zk3"
	steps: [
		{app: "netsuite", operation: "invoice:create", effect: "none"}, // one
	]
	labels: {"cost-centre": "4711"}
}
`

const dealsYAML = `identities:
  n8n-prod/deals:
    kind: workflow
    owner: "team/crm" # who
    backup: 'person/dana'
    purpose: |
      Copies won deals
      every night
    tier: read-only
    state: active
    blastRadius: {systems: [], data: public}
    steps:
      - app: netsuite
        operation: invoice:create
        effect: none
`

const dealsJSON = `{
  "identities": {
    "n8n-prod/deals": {
      "kind": "workflow",
      "owner": "team/crm",
      "backup": "person/dana",
      "purpose": "Copies won deals",
      "tier": "read-only", "state": "active",
      "blastRadius": {"systems": [], "data": "public"}
    }
  }
}
`

// entryIn is the one identity of a registry of one file.
func entryIn(t testing.TB, ext, text string) *Identity {
	t.Helper()
	s := load(t, one("registry/identities/n8n-prod/deals."+ext, text))
	if len(s.Problems) > 0 || len(s.Identities) != 1 {
		t.Fatalf("%d identities, problems:\n%s", len(s.Identities), show(s))
	}
	return s.Identities[0]
}

func TestAFieldIsFoundInItsText(t *testing.T) {
	for _, test := range []struct{ ext, text, field, pos, value string }{
		{"cue", deals, "", "4:13", ""},
		{"cue", deals, "tier", "8:2", `"read-only"`},
		{"cue", deals, "purpose", "7:26", `"Copies won deals from the CRM to the ERP"`},
		{"cue", deals, "blastRadius.data", "12:3", `"public"`},
		{"cue", deals, "blastRadius.systems[0]", "11:13", `"salesforce"`},
		{"cue", deals, "steps[0].effect", "16:50", `"none"`},
		{"cue", deals, "live", "14:2", `id: "Zk3"`},
		{"cue", deals, "live.id", "14:8", `"Zk3"`},
		{"cue", deals, `labels."cost-centre"`, "18:11", `"4711"`},
		{"cue", deals, "expires", "4:13", ""},
		{"cue", deals, "blastRadius.note", "10:2", ""},
		{"cue", deals, "steps[1].effect", "15:2", ""},
		{"yaml", dealsYAML, "", "2:3", ""},
		{"yaml", dealsYAML, "owner", "4:5", `"team/crm"`},
		{"yaml", dealsYAML, "backup", "5:5", `'person/dana'`},
		{"yaml", dealsYAML, "tier", "9:5", `read-only`},
		{"yaml", dealsYAML, "purpose", "6:5", ""},
		{"yaml", dealsYAML, "blastRadius", "11:5", `{systems: [], data: public}`},
		{"yaml", dealsYAML, "steps[0].operation", "14:9", `invoice:create`},
		{"json", dealsJSON, "", "3:5", ""},
		{"json", dealsJSON, "state", "8:28", `"active"`},
		{"json", dealsJSON, "blastRadius", "9:7", `{"systems": [], "data": "public"}`},
	} {
		id := entryIn(t, test.ext, test.text)
		want := "registry/identities/n8n-prod/deals." + test.ext + ":" + test.pos
		if got := id.Pos(test.field).String(); got != want {
			t.Errorf("%s: field %q stands at %s, want %s", test.ext, test.field, got, want)
		}
		start, end, ok := id.Span(test.field)
		if got := test.text[start:end]; test.field != "" && (got != test.value || ok != (test.value != "")) {
			t.Errorf("%s: field %q spans %q (known: %v), want %q", test.ext, test.field, got, ok, test.value)
		}
	}
}

func TestEveryKindOfEntryKnowsItsPlace(t *testing.T) {
	s := load(t, mapFS(archive(t, "testdata/vet/good.txtar").Files))
	for _, p := range []Pos{
		s.Identities[0].Pos("owner"), s.Tenants[0].Pos("owner"), s.Exceptions[0].Pos("reason"),
		s.Access[0].Pos("reason"), s.Organisation.Pos("people"), s.Policy.Pos("limits"),
	} {
		if p.Line < 3 || !strings.HasPrefix(p.File, "registry/") {
			t.Errorf("a place is %s", p)
		}
	}
}

func TestAnEntryMadeByHandHasNoPlaceAndNoEdit(t *testing.T) {
	id := &Identity{ID: "n8n-prod/deals"}
	if p := id.Pos("owner"); p != (Pos{}) {
		t.Errorf("it stands at %s", p)
	}
	if e := id.Replace("owner", `"team/crm"`); e != nil {
		t.Errorf("it is edited by %+v", e)
	}
	if e := id.Insert("owner", `"team/crm"`); e != nil {
		t.Errorf("it is edited by %+v", e)
	}
}

func TestPlacesInOneFileCostOneReadingOfIt(t *testing.T) {
	read := 0
	text := func(string) ([]byte, error) {
		read++
		return []byte("package registry\n\nidentities: {\n\t\"a/x\": owner: \"person/dana\"\n\t\"a/y\": owner: \"person/sam\"\n}\n"), nil
	}
	var r Reading
	for i, c := range []struct {
		file, id string
		line     int
		read     int
	}{{"one.cue", "a/x", 4, 1}, {"one.cue", "a/y", 5, 1}, {"two.cue", "a/y", 5, 2}, {"two.cue", "a/x", 4, 2}} {
		s := source{file: c.file, read: text, path: []string{"identities", c.id}}
		if pos := s.PosIn(&r, "owner"); pos != s.Pos("owner") || pos.Line != c.line || pos.File != c.file {
			t.Errorf("%s of %s is found at %s, want line %d", c.id, c.file, pos, c.line)
		}
		if got := read - (i + 1); got != c.read { // Pos reads each time
			t.Errorf("after %d places files were read %d times, want %d", i+1, got, c.read)
		}
	}
}
