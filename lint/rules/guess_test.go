package rules

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/rollcall-dev/rollcall/lint"
)

func TestNoGuessIsWrittenByFix(t *testing.T) {
	guesses := 0
	for _, rule := range All() {
		_, found := judge(t, files(t, archive(t, common), archive(t, golden(rule.ID))), rule.ID)
		for _, f := range found {
			if !strings.Contains(f.Message, "did you mean") {
				continue
			}
			guesses++
			if f.Edit != nil {
				t.Errorf("rule %s would write its guess: %s", rule.ID, f.Message)
			}
		}
	}
	if guesses < 5 {
		t.Errorf("the goldens hold %d guesses, too few to tell", guesses)
	}
}

// workflow is one of the registry of the goldens, with what is besides.
func workflow(id, owner, more string) string {
	return `package registry

identities: "` + id + `": #Workflow & {
	kind:    "workflow"
	owner:   "` + owner + `"
	backup:  "person/sam"
	purpose: "Copies won deals from the CRM to the ERP so that finance can invoice"
	tier:    "change-capable"
	state:   "active"
	blastRadius: {systems: ["salesforce"], data: "confidential"}
	` + more + `
}
`
}

// saidOf is what a rule says of a registry with some files more.
func saidOf(t *testing.T, rule string, more map[string]string) (messages []string, found []lint.Finding) {
	t.Helper()
	a := &txtar.Archive{}
	for name, text := range more {
		a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)})
	}
	_, found = judge(t, files(t, archive(t, common), a), rule)
	for _, f := range found {
		messages = append(messages, f.Message)
	}
	return messages, found
}

func TestOnlyWhoCanAnswerForItIsSuggested(t *testing.T) {
	for owner, want := range map[string]string{
		"person/dan":         `did you mean "person/dana"?`,
		"person/alexx":       `name a "person/…" or`, // alex has left
		"team/legac":         `name a "person/…" or`, // all of its members have
		"person/release-bo":  `name a "person/…" or`, // a bot
		"person/robin":       `name a "person/…" or`,
		"team/cap":           `name a "person/…" or`,
		"person/crm-listing": `name a "person/…" or`,
	} {
		said, _ := saidOf(t, "ownership/unknown", map[string]string{"registry/identities/n8n-prod/a.cue": workflow("n8n-prod/a", owner, "")})
		if len(said) != 1 || !strings.Contains(said[0], want) {
			t.Errorf("of owner %q it says %q, want %q", owner, said, want)
		}
	}
}

func TestNoIdentityOfAnotherEnvironmentIsSuggested(t *testing.T) {
	registry := map[string]string{
		"registry/identities/n8n-test/orders.cue": workflow("n8n-test/orders", "team/crm", ""),
		"registry/identities/n8n-prod/leads.cue":  workflow("n8n-prod/leads", "team/crm", ""),
		"registry/identities/n8n-prod/a.cue":      workflow("n8n-prod/a", "team/crm", `uses: ["n8n-test/ordres", "n8n-prod/laeds"]`),
		"registry/access/b.cue": `package registry

access: "b": #Access & {
	kind:        "breakGlass"
	identities:  ["n8n-test/ordres", "n8n-tesst/orders"]
	reason:      "restore the group memberships of the finance team"
	owner:       "team/crm"
	requestedBy: "person/dana"
	approvedBy:  "person/sam"
	from:        "2026-11-20T20:00:00Z"
	until:       "2026-11-20T23:00:00Z"
	rollback:    "suspend the workflow, then take its role away"
}
`,
	}
	said, _ := saidOf(t, "integrity/dangling-reference", registry)
	want := []string{
		`access "b" names identity "n8n-test/ordres", which does not exist; did you mean "n8n-test/orders"?`,
		`access "b" names identity "n8n-tesst/orders", which does not exist; declare it in registry/identities/`,
		`workflow "n8n-prod/a" names identity "n8n-test/ordres", which does not exist; declare it in registry/identities/`,
		`workflow "n8n-prod/a" names identity "n8n-prod/laeds", which does not exist; did you mean "n8n-prod/leads"?`,
	}
	if !slices.Equal(said, want) {
		t.Errorf("it says\n%s\nwant\n%s", strings.Join(said, "\n"), strings.Join(want, "\n"))
	}
}

func TestWhatIsThereAndCannotBeReadIsNotDangling(t *testing.T) {
	for name, more := range map[string]map[string]string{
		"an identity": {"registry/identities/n8n-prod/broken.cue": "package registry\n\nidentities: \"n8n-prod/broken\": {\n"},
		"a tenant": {
			"registry/tenants/n8n-prod.cue":           "package registry\n\ntenants: {\n",
			"registry/identities/n8n-prod/broken.cue": workflow("n8n-prod/broken", "team/crm", ""),
		},
		"the organisation": {
			"registry/organisation.cue":               "package registry\n\norganisation: {\n",
			"registry/identities/n8n-prod/broken.cue": workflow("n8n-prod/broken", "team/crm", ""),
		},
		"a person": {
			"registry/organisation.cue":               "package registry\n\norganisation: {people: {dana: \"Dana\", sam: {name: \"Sam\"}}, teams: crm: \"CRM\", systems: salesforce: 1}\n",
			"registry/identities/n8n-prod/broken.cue": workflow("n8n-prod/broken", "person/dana", ""),
			"registry/tenants/n8n-test.cue":           "package registry\n\ntenants: \"n8n-test\": {platform: \"n8n\", owner: \"person/dana\"}\n",
			"registry/tenants/n8n-prod.cue":           "package registry\n\ntenants: \"n8n-prod\": {platform: \"n8n\", owner: \"person/dana\"}\n",
		},
	} {
		registry := map[string]string{"registry/identities/n8n-prod/a.cue": workflow("n8n-prod/a", "team/crm", `uses: ["n8n-prod/broken"]`)}
		for file, text := range more {
			registry[file] = text
		}
		for _, rule := range []string{"integrity/dangling-reference", "ownership/unknown"} {
			if said, _ := saidOf(t, rule, registry); len(said) > 0 {
				t.Errorf("%s cannot be read, and whoever names it is at fault too: %q", name, said)
			}
		}
		if said, _ := saidOf(t, "integrity/schema", registry); len(said) == 0 {
			t.Errorf("%s cannot be read, and that is not said", name)
		}
	}
}

func TestAnExceptionWithoutItsDayIsSaidOnce(t *testing.T) {
	exception := map[string]string{"registry/exceptions/a.cue": `package registry

exceptions: "a": #Exception & {
	rule:       "purpose/vague"
	identities: []
	reason:     "it is described elsewhere until the end of the year"
	approvedBy: "person/sam"
	until:      "31.12.2026"
}
`}
	if said, _ := saidOf(t, "exception/expired", exception); len(said) > 0 {
		t.Errorf("of a day that was refused it says too: %q", said)
	}
	said, found := saidOf(t, "integrity/schema", exception)
	if len(said) != 1 || !strings.HasSuffix(said[0], `; write it as "2026-12-31"`) || found[0].Edit == nil || found[0].Edit.New != `"2026-12-31"` {
		t.Errorf("of a day that is written otherwise it says %q", said)
	}
}

func TestWhoAnOwnerWasMeantToBeIsAsked(t *testing.T) {
	for owner, want := range map[string]string{
		"erp":               `; did you mean "team/erp"?`,
		"sam@example.com":   `; did you mean "person/sam"?`,
		"dana-acme":         `; did you mean "person/dana"?`,
		"alex@example.com":  `"team/crm"`, // has left
		"robin@example.com": `"team/crm"`,
	} {
		said, found := saidOf(t, "integrity/schema", map[string]string{"registry/identities/n8n-prod/a.cue": workflow("n8n-prod/a", owner, "")})
		if len(said) != 1 || !strings.HasSuffix(said[0], want) || found[0].Edit != nil {
			t.Errorf("of owner %q it says %q, want …%s and no edit", owner, said, want)
		}
	}
}
