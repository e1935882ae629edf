package reconcile

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

var update = flag.Bool("update", false, "rewrite the goldens")

func TestAPlanReadsLikeThis(t *testing.T) {
	const file = "testdata/plan.txtar"
	old, err := os.ReadFile(file)
	if err != nil && !*update {
		t.Fatal(err)
	}
	archive := &txtar.Archive{Comment: []byte("What rollcall diff prints. Rewritten by go test ./reconcile -update.\n\n")}
	for _, c := range []struct {
		name string
		plan Plan
	}{
		{"no drift", Plan{Tenant: "n8n-prod"}},
		{"one of everything", story(t, nil)},
		{"inside a break-glass window", story(t, func(s *registry.Snapshot) {
			s.Access = []*registry.Access{{ID: "payroll-outage", Kind: "breakGlass", Identities: []string{"t/old-sync"}, From: "2026-11-24T11:00:00Z", Until: "2026-11-24T14:00:00Z"}}
		})},
		{"held", story(t, func(s *registry.Snapshot) { s.Tenants[0].Limits.Reverts = 2 })},
		{"many", many(t)},
	} {
		var b bytes.Buffer
		if err := c.plan.Text(&b); err != nil {
			t.Fatal(err)
		}
		archive.Files = append(archive.Files, txtar.File{Name: c.name, Data: append(b.Bytes(), '\n')})
	}
	text := txtar.Format(archive)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(old), string(text)); diff != "" {
		t.Errorf("plans read otherwise (-want +got); run with -update and look at the change:\n%s", diff)
	}
}

// story is a plan with something of every verb.
func story(t *testing.T, change func(*registry.Snapshot)) Plan {
	t.Helper()
	robot := &registry.Identity{ID: "t/report-robot", Kind: registry.ServiceAccount, State: registry.Active, Owner: "team/finance", Role: "global:member"}
	old, nightly, late, draft := workflow("old-sync"), workflow("nightly"), workflow("late"), workflow("invoices")
	old.State, old.Expires, late.State = registry.Active, "2026-11-20", registry.Suspended
	crm := &registry.Identity{ID: "t/crm", Kind: registry.Connector, State: registry.Active, Owner: "person/dana"}
	missing := workflow("archive")
	s := registryOf(enforcing(Undeclared, Changed, Expired, Retired), append(manyRetired(60), robot, old, nightly, late, draft, crm, missing)...)
	s.Tenants[0].Enforcement["missing"] = registry.Enforcement{Mode: "propose"}
	s.Tenants[0].Enforcement["unreadable"] = registry.Enforcement{Mode: "ignore"}
	if change != nil {
		change(&s)
	}
	raised, stopped := live(registry.ServiceAccount, "7", "report-robot"), live(registry.Workflow, "3", "nightly")
	raised.Role, raised.Editor, stopped.State = "global:editor", "sam@example.com", tenant.Disabled
	edited := live(registry.Workflow, "5", "invoices")
	edited.Editor, edited.Draft = "sam@example.com", &tenant.Object{Uses: []tenant.Ref{{Kind: registry.Connector, ID: "90", Name: "ERP admin"}}}
	new := live(registry.Workflow, "9", "test \x1b[2J quick\nfix")
	w := newWorld(s, raised, stopped, edited, new, live(registry.Workflow, "2", "old-sync"), live(registry.Workflow, "4", "late"),
		live(registry.Token, "80", "temporary key"), live(registry.Connector, "70", "crm"))
	w.read[registry.Webhook] = tenant.Coverage{Cause: tenant.Forbidden, Reason: "the key may not see webhooks"}
	w.blind = []string{"when a credential was last used"}
	return w.decided(t, History{Drifts: map[string]Sighting{
		"t retired t/late ": {First: noon.Add(-3 * time.Minute), Times: 3},
	}})
}

func many(t *testing.T) Plan {
	t.Helper()
	w := newWorld(registryOf(&registry.Tenant{ID: "t"}))
	for i := range 25 {
		w.put(live(registry.Workflow, fmt.Sprintf("%02d", i), "copy"))
	}
	return w.decided(t, History{})
}

func TestADigestStaysWhileThePlanDoes(t *testing.T) {
	a, b := story(t, nil), story(t, nil)
	b.Observed = b.Observed.Add(time.Hour)
	if a.Digest() != b.Digest() {
		t.Error("the same plan an hour later has another digest")
	}
	held := story(t, func(s *registry.Snapshot) { s.Tenants[0].Limits.Reverts = 2 })
	if a.Digest() == held.Digest() {
		t.Error("a held plan has the digest of one that is not")
	}
	b.Actions[0].Object.Version = "v2"
	b.Actions[0].ID = b.Actions[0].identify()
	if a.Digest() == b.Digest() {
		t.Error("a plan for another state of an object has the same digest")
	}
}

func TestWhatEvidenceKeepsOfAPlanFitsIntoAnEntry(t *testing.T) {
	w := newWorld(registryOf(&registry.Tenant{ID: "t"}))
	for i := range 500 {
		o := live(registry.Workflow, fmt.Sprint(i)+strings.Repeat("\"", 5000), strings.Repeat("\u2028", 5000))
		o.Editor = strings.Repeat("\x01", 5000)
		w.put(o)
	}
	w.pass(t)
	r := w.records(RecordPlan)[0]
	text := recordText(t, r)
	if len(text) > 64<<10-1 {
		t.Errorf("the record takes %d bytes", len(text))
	}
	if p := r.Data.Plan; p.Counts[DoFlag] != 500 || p.More+len(p.Actions) != 500 {
		t.Errorf("it hides some: %d counted, %d shown, %d more", p.Counts[DoFlag], len(p.Actions), p.More)
	}
}

func recordText(t *testing.T, r Record) []byte {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
