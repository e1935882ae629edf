package registry

import "testing"

func TestADayIsReadAsPeopleWriteItWhereItCannotBeConfused(t *testing.T) {
	for text, want := range map[string]struct {
		day  Date
		sure bool
	}{
		"30.11.2027": {"2027-11-30", true},
		"11/30/2027": {"2027-11-30", true},
		"2027/11/30": {"2027-11-30", true},
		"2027-30-11": {"2027-11-30", true},
		"5.5.2027":   {"2027-05-05", true},
		"05.06.2027": {"2027-06-05", false},
		"31.02.2027": {"", false},
		"40.13.2027": {"", false},
		"2027-02-29": {"", false},
		"30.11.27":   {"", false},
		"soon":       {"", false},
	} {
		if day, sure := dayOf(text); day != want.day || sure != want.sure {
			t.Errorf("%q is read as %q, sure %v; want %q, %v", text, day, sure, want.day, want.sure)
		}
	}
}

func TestADayIsMendedWhereItStands(t *testing.T) {
	const name = "registry/identities/n8n/a.cue"
	for expires, want := range map[string]string{"30.11.2027": `"2027-11-30"`, "05.06.2027": ""} {
		text := "package registry\n\nidentities: \"n8n/a\": #Workflow & {\n\tkind: \"workflow\"\n\texpires: \"" + expires + "\" // the contract's end\n}\n"
		var edit *Edit
		for _, p := range load(t, one(name, text)).Problems {
			if p.Edit != nil {
				edit = p.Edit
			}
		}
		switch {
		case want == "" && edit != nil:
			t.Errorf("%q may be two days, and one of them would be written: %v", expires, edit)
		case want == "":
		case edit == nil || edit.New != want || text[edit.Start:edit.End] != `"`+expires+`"`:
			t.Errorf("%q is mended by %v, want %s in its place", expires, edit, want)
		}
	}
}

func TestASecretIsNoPartOfAProblem(t *testing.T) {
	s := load(t, one("registry/identities/n8n/a.cue", "package registry\n\nidentities: \"n8n/a\": #Connector & {\n\tkind: \"connector\"\n\tapiKey: \"hunter2\"\n}\n"))
	found := false
	for _, p := range s.Problems {
		if p.Field == "apiKey" {
			found = p.Secret && p.Value == ""
		}
	}
	if !found {
		t.Errorf("a secret in a field of its own is shown, or not found: %+v", s.Problems)
	}
}
