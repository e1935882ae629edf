package rules

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

// An edit replaces text in a file of the good registry; with nothing to
// replace, it adds the file.
type edit struct{ file, old, new string }

// changeFindings are the errors and warnings of one change of the good
// registry, but for those of review.
func changeFindings(t *testing.T, before, change []edit) string {
	t.Helper()
	at := func(edits ...[]edit) (fstest.MapFS, *registry.Snapshot) {
		fsys := files(t, archive(t, common), archive(t, "testdata/good.txtar"))
		for _, e := range slices.Concat(edits...) {
			if e.old == "" {
				fsys[e.file] = &fstest.MapFile{Data: []byte(e.new)}
				continue
			}
			was := string(fsys[e.file].Data)
			if !strings.Contains(was, e.old) {
				t.Fatalf("%s has no %q", e.file, e.old)
			}
			fsys[e.file] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(was, e.old, e.new))}
		}
		s, err := registry.Load(fsys, "")
		if err != nil {
			t.Fatal(err)
		}
		return fsys, s
	}
	_, base := at(before)
	fsys, head := at(before, change)
	res := lint.RunChange(All(), lint.Pass{Base: base, Head: head, Now: today})
	return show(fsys, slices.DeleteFunc(res.Findings, func(f lint.Finding) bool { return strings.HasPrefix(f.Rule, "review/") }))
}

const (
	organisationFile = "registry/organisation.cue"
	kimIs            = "kim: {name: \"Kim\", email: \"kim@example.com\"}\n"
	crmIs            = `crm: {lead: "person/dana", members: ["person/dana", "person/kim"]}`
	samIs            = `sam: {name: "Sam", email: "sam@example.com"}`
	goodIdentity     = "registry/identities/n8n-prod/worker.cue"
)

func TestAChangeOfTheOrganisationIsToldWhatItBreaksOnceMerged(t *testing.T) {
	crmWithSam := strings.Replace(crmIs, "kim", "sam", 1)
	kimBacksUp := []edit{{goodIdentity, `"person/sam"`, `"person/kim"`}, {organisationFile, crmIs, crmWithSam}}
	for _, c := range []struct {
		name   string
		change []edit
		want   []string // a part of each finding
	}{
		{"a team is taken out", []edit{{organisationFile, crmWithSam, ""}}, []string{
			`registry/organisation.cue:29:16: error: system "salesforce" names person or team "team/crm", which does not exist`,
			`registry/organisation.cue:14:2: error: once merged, this change of the organisation breaks 9 places, the first registry/identities/n8n-prod/access-bot.cue:5:2: approval bot "n8n-prod/access-bot" has owner "team/crm", who is nobody in the organisation; mend`,
		}},
		{"a person leaves", []edit{{organisationFile, samIs, strings.Replace(samIs, "}", `, left: "2026-11-01"}`, 1)}}, []string{
			`registry/organisation.cue:7:3: error: once merged, this change of the organisation breaks 8 places, the first registry/identities/n8n-prod/access-bot.cue:6:2: approval bot "n8n-prod/access-bot" has backup "person/sam", who left on`,
		}},
		{"an environment is taken out", []edit{{organisationFile, "test: {}\n", ""}}, []string{
			`error: once merged, this change of the organisation breaks one place, registry/tenants/n8n-test.cue:5:2: tenant "n8n-test" names environment "test", which does not exist; mend`,
		}},
		{"who leaves hands nothing over", []edit{{organisationFile, kimIs, ""}}, []string{
			`registry/organisation.cue:5:2: error: once merged, this change of the organisation breaks one place, registry/identities/n8n-prod/worker.cue:6:2: service account "n8n-prod/worker" has backup "person/kim", who is nobody`,
			`registry/organisation.cue:5:2: error: once merged, this change of the organisation breaks one place, registry/identities/n8n-prod/worker.cue:12:34: service account "n8n-prod/worker" names person or team "person/kim", which does not exist; mend`,
		}},
		{"who leaves hands all over", []edit{{organisationFile, kimIs, ""}, {goodIdentity, `"person/kim"`, `"person/sam"`}}, nil},
	} {
		got := changeFindings(t, kimBacksUp, c.change)
		lines := slices.Collect(strings.Lines(got))
		for _, want := range c.want {
			lines = slices.DeleteFunc(lines, func(line string) bool { return strings.Contains(line, want) })
			if !strings.Contains(got, want) {
				t.Errorf("%s: found\n%swant %q", c.name, got, want)
			}
		}
		if len(lines) > 0 {
			t.Errorf("%s: found besides\n%s", c.name, strings.Join(lines, ""))
		}
	}
}

func TestWhoJoinsIsToldToWaitForTheOrganisation(t *testing.T) {
	joins := edit{organisationFile, kimIs, kimIs + "\t\tpat: {name: \"Pat\", email: \"pat@example.com\"}\n"}
	if got := changeFindings(t, nil, []edit{joins, {organisationFile, crmIs, strings.Replace(crmIs, "]", `, "person/pat"]`, 1)}}); got != "" {
		t.Errorf("a person cannot join and be in a team at once:\n%s", got)
	}
	const want = `service account "n8n-prod/worker" has backup "person/pat", which is declared by this change alone, and counts once registry/organisation.cue is merged; merge that first`
	got := changeFindings(t, nil, []edit{joins, {goodIdentity, "backup:      \"person/sam\"", "backup:      \"person/pat\""}})
	if !strings.Contains(got, want) || strings.Count(got, "\n") != 1 {
		t.Errorf("found\n%swant alone %s", got, want)
	}
	alone := []edit{{organisationFile, crmIs, strings.Replace(crmIs, `, "person/kim"`, "", 1)}}
	got = changeFindings(t, alone, []edit{{organisationFile, `members: ["person/dana"]`, `members: ["person/dana", "person/kim"]`}, {goodIdentity, `backup:      "person/sam"`, `backup:      "person/dana"`}})
	if !strings.Contains(got, `who is the only active member of its owner "team/crm"; it is right by what this change makes of registry/organisation.cue, which counts once merged: merge that first`) || strings.Count(got, "\n") != 1 {
		t.Errorf("of a team that grows by the same change it is said\n%s", got)
	}
	before := []edit{{goodIdentity, "backup:      \"person/sam\"", "backup:      \"person/pat\""}}
	if got := changeFindings(t, before, []edit{joins, {goodIdentity, "queued", "waiting"}}); got != "" {
		t.Errorf("what was wrong before, and the change heals, blocks it:\n%s", got)
	}
}

func TestATenantMovesNothingIntoAnotherEnvironmentByTheSameChange(t *testing.T) {
	const place = "registry/identities/n8n-test/netsuite.cue"
	connector := edit{place, "", `package registry

identities: "n8n-test/netsuite": #Connector & {
	kind:        "connector"
	owner:       "team/crm"
	backup:      "person/sam"
	purpose:     "Reads open invoices from the ERP so that finance can remind customers"
	tier:        "read-only"
	state:       "active"
	blastRadius: {systems: ["netsuite"], data: "restricted"}
	app:         "netsuite"
	auth:        "oauth2"
	expires:     "2027-03-31"
	account:     "svc-erp@example.com"
	endpoint:    host: "acme.suitetalk.api.netsuite.com"
	credential:  {store: "vault", path: "integrations/netsuite", rotated: "2026-10-01"}
}
`}
	moved := func(fields string) edit {
		return edit{"registry/tenants/n8n-test.cue", `environment: "test"`, fields}
	}
	const want = `error: by the environments that tenants had before this change, connector "n8n-test/netsuite" in "test" connects to "acme.suitetalk.api.netsuite.com"`
	for _, tenant := range []edit{moved(`environment: "production"`), moved(`environments: ["production"]`)} {
		if got := changeFindings(t, nil, []edit{tenant, connector}); !strings.Contains(got, want) {
			t.Errorf("%s: found\n%swant %s", tenant.new, got, want)
		}
	}
	if got := changeFindings(t, []edit{connector}, []edit{moved(`environment: "production"`)}); strings.Contains(got, "before this change, ") {
		t.Errorf("what was wrong before blocks the change that mends it:\n%s", got)
	}
}

func TestOfATenantThatIsGoneNothingIsSaidOfScopes(t *testing.T) {
	got := changeFindings(t, nil, []edit{{"registry/tenants/n8n-prod.cue", "", "package registry\n"}, {goodIdentity, "role:", "scopes: [\"no.such\"]\n\trole:"}})
	if strings.Contains(got, `for ""`) || !strings.Contains(got, `names tenant "n8n-prod", which does not exist`) {
		t.Errorf("found\n%s", got)
	}
}

// TestAFileIsToldOfOnce changes what the registry's own rules take from other
// files.
func TestAFileIsToldOfOnce(t *testing.T) {
	const rules = "organisation: _\n_prod: \"production\"\nrules: \"acme/known\": {severity: \"error\", message: \"mend it\", #must: environment: organisation.name | _prod | *_|_}\n"
	told := func(change ...[2]string) []string {
		at := func(change ...[2]string) *registry.Snapshot {
			text := archive(t, common).Files[0].Data
			add := map[string]string{registry.RulesFile: rules, organisationFile: strings.TrimPrefix(string(text), "package registry\n")}
			for _, c := range change {
				for name, text := range add {
					add[name] = strings.ReplaceAll(text, c[0], c[1])
				}
			}
			return withRules(t, add)
		}
		res := lint.RunChange([]lint.Rule{book["review/policy-changed"]}, lint.Pass{Base: at(), Head: at(change...), Now: today})
		var all []string
		for _, f := range res.Findings {
			what, _, _ := strings.Cut(f.Message, ";")
			all = append(all, f.Pos.File+": "+what)
		}
		return all
	}
	if got, want := told([2]string{"Acme", "Acme Ltd"}), []string{`registry/organisation.cue: the change touches the organisation: "name"`}; !slices.Equal(got, want) {
		t.Errorf("a change of the organisation: told %q, want %q", got, want)
	}
	if got, want := told([2]string{`_prod: "production"`, `_prod: "test"`}), []string{"registry/rules.cue: the change touches what the registry's own rules are made of"}; !slices.Equal(got, want) {
		t.Errorf("a change of what the rules share: told %q, want %q", got, want)
	}
}
