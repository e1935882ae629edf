package registry

import (
	"slices"
	"testing"
	"testing/fstest"
)

func TestRulesAreMadeOfWhatTheyName(t *testing.T) {
	const organisation = "organisation: {name: \"Acme\", people: dana: {name: \"Dana\", department: _sales}, teams: t: {name: \"T\", lead: \"person/dana\"}}\n_sales: \"sales\"\n_other: \"it\"\n"
	base := map[string]string{
		RulesFile:                   "rules: \"acme/x\": {severity: \"error\", message: \"mend it\", #must: {policy?: _, owner: or([for n, _ in organisation.people {\"person/\\(n)\"}])}}\n",
		"registry/organisation.cue": organisation,
		"registry/policy.cue":       "policy: exceptions: maxDuration: \"90d\"\n",
	}
	loaded := func(file, text string) *Snapshot {
		fsys := ruled(t, "")
		for name, text := range base {
			fsys[name] = &fstest.MapFile{Data: []byte("package registry\n\n" + text)}
		}
		if file != "" {
			fsys[file] = &fstest.MapFile{Data: []byte("package registry\n\n" + text)}
		}
		return load(t, fsys)
	}
	before := loaded("", "")
	for name, c := range map[string]struct {
		file, text string
		changed    bool
	}{
		"a comment":                         {"registry/organisation.cue", "// Of us.\n" + organisation, false},
		"somebody who is named":             {"registry/organisation.cue", organisation + "organisation: people: sam: {name: \"Sam\"}\n", true},
		"a team, which is not":              {"registry/organisation.cue", organisation + "organisation: teams: u: {name: \"U\", lead: \"person/dana\"}\n", false},
		"what people are made of":           {"registry/organisation.cue", organisation[:len(organisation)-len("_sales: \"sales\"\n_other: \"it\"\n")] + "_sales: \"crm\"\n_other: \"it\"\n", true},
		"what nothing is made of":           {"registry/organisation.cue", organisation[:len(organisation)-len("_other: \"it\"\n")] + "_other: \"hr\"\n", false},
		"the policy, whose name is a field": {"registry/policy.cue", "policy: exceptions: maxDuration: \"30d\"\n", false},
		"a rule":                            {RulesFile, base[RulesFile] + rule("acme/y", "#must: owner: _"), true},
	} {
		var want []string
		if c.changed {
			want = []string{c.file}
		}
		if got := ChangedRules(before, loaded(c.file, c.text)); !slices.Equal(got, want) {
			t.Errorf("%s: the rules are said to differ in %q, want %q", name, got, want)
		}
	}
}
