package registry

import (
	"strings"
	"testing"
	"testing/fstest"
)

// staff is an organisation in which not everybody has a department.
const staff = "package registry\n\norganisation: {name: \"Acme\", people: {dana: {name: \"Dana\", department: \"security\"}, sam: {name: \"Sam\"}}}\n"

func TestARuleThatCannotBeComputedIsAtFaultAndNoIdentity(t *testing.T) {
	const security = "or([for name, person in organisation.people if person.department == \"security\" {\"person/\\(name)\"}])"
	for name, rules := range map[string]string{
		"by what is shared":  "_security: " + security + "\n" + rule("acme/x", "#must: backup: _security"),
		"by itself":          rule("acme/x", "#must: backup: "+security),
		"in what it is for":  rule("acme/x", "#applies: backup: "+security+"\n#must: kind: _"),
		"through other name": "_people: organisation.people\n" + rule("acme/x", "#must: {let sam = _people.sam, owner: sam.department}"),
	} {
		fsys := ruled(t, rules)
		fsys["registry/organisation.cue"] = &fstest.MapFile{Data: []byte(staff)}
		s := load(t, fsys)
		rulings, err := JudgeRules(t.Context(), EvaluateHere, s, nil)
		if err != nil {
			t.Fatal(err)
		}
		r := rulings[s]
		if len(r.Breaches) > 0 || len(r.Problems) != 1 {
			t.Errorf("%s: %d identities are blamed, and the rule for %d things", name, len(r.Breaches), len(r.Problems))
			continue
		}
		p := r.Problems[0]
		at := strings.Index(string(fsys[RulesFile].Data), ".department")
		if p.Pos.Offset != at+1 || !strings.Contains(p.Message, ".department != _|_") {
			t.Errorf("%s: the problem is at %s, and says: %s", name, p.Pos, p.Message)
		}
	}
}

func TestWhatAnIdentityLacksIsNoFaultOfTheRule(t *testing.T) {
	for constraints, want := range map[string]string{
		`#must: {labels: {...}, if labels.team == "x" {owner: _}}`:                                                  "breaches",
		`#must: {steps: [...], if steps != _|_ for s in steps if s.effect == "grant" {approval: _}}`:                "breaches",
		`#must: {kind: _, for p in organisation.people if p.department != _|_ if p.department == "x" {owner: "x"}}`: "",
	} {
		fsys := ruled(t, rule("acme/x", constraints))
		fsys["registry/organisation.cue"] = &fstest.MapFile{Data: []byte(staff)}
		s := load(t, fsys)
		rulings, err := JudgeRules(t.Context(), EvaluateHere, s, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r := rulings[s]; len(r.Problems) > 0 || (len(r.Breaches) > 0) != (want != "") {
			t.Errorf("%s: %d breaches, problems %v", constraints, len(r.Breaches), r.Problems)
		}
	}
}

func TestAFileThatCannotBeReadIsOneProblem(t *testing.T) {
	rules := rule("acme/x", "#must: {kind: _, for p in organisation.people {owner: _}}")
	for _, file := range []string{"registry/organisation.cue", "registry/policy.cue", RulesFile} {
		fsys := ruled(t, rules)
		fsys["registry/organisation.cue"] = &fstest.MapFile{Data: []byte(staff)}
		base := load(t, fsys)
		fsys[file] = &fstest.MapFile{Data: []byte("package registry\n\nx: }\n")}
		head := load(t, fsys)
		section, _, _ := homeOf(file)
		if !head.Unread(section.name) || !head.UnreadLaw() || base.Unread(section.name) || base.UnreadLaw() {
			t.Errorf("%s: that it cannot be read is not told", file)
		}
		for _, against := range []*Snapshot{nil, base} {
			rulings, err := JudgeRules(t.Context(), EvaluateHere, head, against)
			if err != nil {
				t.Fatal(err)
			}
			if p := rulings[head].Problems; len(head.Problems) != 1 || len(p) > 0 {
				t.Errorf("%s: it has the problems %s, and the rules %v besides", file, show(head), p)
			}
		}
		rulings, err := JudgeRules(t.Context(), EvaluateHere, base, head)
		if err != nil || len(rulings[base].Problems) == 0 {
			t.Errorf("%s: by a base of which it cannot be read a change passes: %v", file, err)
		}
	}
}
