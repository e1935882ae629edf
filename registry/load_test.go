package registry

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestEachEntryIsReadWhole(t *testing.T) {
	s := load(t, mapFS(archive(t, "testdata/vet/good.txtar").Files))
	want := &Identity{
		ID: "n8n-prod/crm-won-deals", Kind: Workflow, Owner: "team/crm", Backup: "person/dana",
		Purpose: "Copies won deals from the CRM to the ERP every night so that finance can invoice",
		Tier:    ChangeCapable, State: Active, Expires: "2028-02-29",
		Recertified: &Recertification{On: "2026-10-01", By: "person/dana"},
		BlastRadius: BlastRadius{Systems: []string{"salesforce", "netsuite"}, Access: []string{}, Data: "confidential", Note: "can create invoices"},
		Live:        Live{ID: "Zk3vYq1"}, Trigger: &Trigger{Type: "schedule", Cron: "0 2 * * *"},
		Uses:     []string{"n8n-prod/salesforce-read"},
		Steps:    []Step{{App: "netsuite", Operation: "invoice:create", Effect: "none"}},
		Approval: "grant-access", Labels: map[string]string{"cost-centre": "4711"},
		Links: []string{"https://wiki.example.com/crm-won-deals"}, Environment: "production", Department: "sales",
		Access: "standing", Vendor: true,
		Compensating: &Compensating{Network: "egress to one range", Monitoring: "alerts", SeparateTenants: true},
	}
	if diff := cmp.Diff(want, s.Identity(want.ID), cmpopts.IgnoreUnexported(Identity{})); diff != "" {
		t.Errorf("the workflow (-want +got):\n%s", diff)
	}
	day := func(n int) *Duration { d := Duration(time.Duration(n) * 24 * time.Hour); return &d }
	policy := &Policy{
		Tiers:       map[Tier]TierPolicy{Privileged: {MaxLifetime: day(90), Notice: day(14), Approvers: 2}},
		Rules:       map[string]RulePolicy{"purpose/vague": {Severity: "error"}},
		Enforcement: map[string]Enforcement{"missing": {Mode: "flag"}},
		Limits:      Limits{Reverts: 5}, Exceptions: ExceptionPolicy{MaxDuration: day(90)},
		MassChange: MassChange{Count: 20, Share: 0.1},
	}
	if diff := cmp.Diff(policy, s.Policy, cmpopts.IgnoreUnexported(Policy{})); diff != "" {
		t.Errorf("the policy (-want +got):\n%s", diff)
	}
	if got := s.Tenant("n8n-prod").Enforcement["undeclared"]; len(got.Windows) != 1 || got.Windows[0].TimeZone != "Europe/Berlin" || *got.Grace != Duration(15*time.Minute) {
		t.Errorf("the tenant's enforcement is %+v", got)
	}
	if !s.Organisation.Knows("team/crm") || s.Organisation.Active("person/sam", "2026-09-01") || s.Organisation.Systems["salesforce"].Owner != "team/crm" {
		t.Errorf("the organisation is %+v", s.Organisation)
	}
	if a := s.Access[0]; a.ID != "night" || a.Until.Time().IsZero() || a.Reviewed.Outcome == "" {
		t.Errorf("the access entry is %+v", a)
	}
	if x := s.Exceptions[0]; x.ID != "vague" || x.Until != "2026-12-31" {
		t.Errorf("the exception is %+v", x)
	}
	if p := s.Identity("n8n-prod/deploy").Proposed; p == nil || *p != (Proposal{On: "2026-10-20", By: "person/dana"}) {
		t.Errorf("the token was proposed by %+v", p)
	}
	if c := s.Identity("n8n-prod/salesforce-read"); c.Credential.Rotated != "2026-09-01" || c.Endpoint.Host == "" || c.Retired.By != "person/dana" {
		t.Errorf("the connector is %+v", c)
	}
	if tok := s.Identity("n8n-prod/deploy"); tok.Lifetime != *day(90) {
		t.Errorf("the token is %+v", tok)
	}
	if len(s.Catalogue.Apps) == 0 {
		t.Error("the catalogue is empty")
	}
}

func TestWhatIsComputedIsReadAsWhatItComesTo(t *testing.T) {
	a := archive(t, "testdata/problems/evaluated.txtar")
	s := load(t, mapFS(a.Files))
	var people []string
	for name, p := range s.Organisation.People {
		people = append(people, name+" "+p.Name+p.Email)
	}
	slices.Sort(people)
	if got := strings.Join(people, ", "); got != "dana dana@example.com, mo Mo, sam sam@example.com" {
		t.Errorf("the people are %s", got)
	}
	if s.Tenant("n8n-prod").Enforcement["undeclared"].Mode != "flag" || s.Tenant("n8n-test").Enforcement["undeclared"].Mode != "flag" {
		t.Error("the template of one tenant file does not reach the tenants of the others")
	}
	if s.Policy.MassChange.Count != 20 {
		t.Errorf("the policy is %+v", s.Policy)
	}
}

func TestAValueThatIsWrongIsLeftOut(t *testing.T) {
	text := strings.Replace(good, `"read-only"`, `"readonly"`, 1)
	s := load(t, one("registry/identities/n8n-prod/good.cue", text))
	if id := s.Identity("n8n-prod/good"); id == nil || id.Tier != "" || id.State != Active {
		t.Errorf("the identity is %+v", id)
	}
	p := s.Problems[0]
	if p.Identity != "n8n-prod/good" || p.Field != "tier" || p.Value != "readonly" || p.Pos.Line != 8 {
		t.Errorf("the problem is %+v", p)
	}
}

func TestTheNumberOfWorkersChangesNothing(t *testing.T) {
	fsys := mapFS(archive(t, "testdata/problems/schema.txtar").Files)
	var shown []string
	for _, workers := range []int{1, 2, 16} {
		s, err := Loader{Workers: workers, Evaluate: EvaluateHere}.Load(t.Context(), fsys, "")
		if err != nil {
			t.Fatal(err)
		}
		shown = append(shown, show(s))
	}
	if shown[0] != shown[1] || shown[0] != shown[2] {
		t.Errorf("with one worker:\n%s\nwith sixteen:\n%s", shown[0], shown[2])
	}
}

func TestAnEvaluatorThatFailsIsOurErrorAndNotTheirMistake(t *testing.T) {
	fsys := one("registry/policy.cue", "package registry\n\n_x: 5\npolicy: limits: reverts: _x\n")
	broken := errors.New("no process can be started")
	_, err := Loader{Evaluate: func(context.Context, map[string][]byte) ([]byte, error) { return nil, broken }}.Load(t.Context(), fsys, "")
	if !errors.Is(err, broken) {
		t.Errorf("loading says %v", err)
	}
	if _, err := Load(fsys, ""); err == nil || !strings.Contains(err.Error(), "test program") {
		t.Errorf("a test program that would start itself says %v", err)
	}
	if _, err := (Loader{Evaluate: EvaluateIn("/nowhere/rollcall")}).Load(t.Context(), fsys, ""); err == nil {
		t.Error("a program that is not there evaluates")
	}
	_, err = Loader{Evaluate: func(context.Context, map[string][]byte) ([]byte, error) { return nil, ErrBudget }}.Load(t.Context(), fsys, "")
	if err != nil {
		t.Errorf("running over the budget is not our error: %v", err)
	}
}

func TestCancellingStopsALoad(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s, err := (Loader{}).Load(ctx, one("registry/identities/n8n-prod/good.cue", good), ""); !errors.Is(err, context.Canceled) || s != nil {
		t.Errorf("loading says %v", err)
	}
}

// many is a registry of n identities of about 1 kB each.
func many(n int) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := range n {
		id := fmt.Sprintf("n8n-%02d/workflow-%05d", i%40, i)
		text := fmt.Sprintf(`package registry

identities: %q: #Workflow & {
	kind:    "workflow"
	owner:   "team/crm" // answers for it
	backup:  "person/dana"
	purpose: "Copies won deals of region %d from the CRM to the ERP every night so that finance can invoice"
	tier:    "change-capable"
	state:   "active"
	expires: "2027-03-31"
	recertified: {on: "2026-10-01", by: "person/dana"}
	blastRadius: {
		systems: ["salesforce", "netsuite"]
		access: []
		data: "confidential"
		note: "can create invoices in the ERP"
	}
	live: id: "id-%d"
	trigger: {type: "schedule", cron: "0 2 * * *"}
	uses: ["n8n-%02d/salesforce-read", "n8n-%02d/netsuite-invoices"]
	steps: [
		{app: "salesforce", operation: "opportunity:getAll", effect: "none"},
		{app: "netsuite", operation: "invoice:create", effect: "none"},
	]
	labels: {"cost-centre": "4711", region: "%d"}
	links: ["https://wiki.example.com/crm-won-deals"]
	environment: "production"
	department:  "sales"
}
`, id, i, i, i%40, i%40, i)
		fsys["registry/identities/"+id+".cue"] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func TestManyIdentitiesAreAllRead(t *testing.T) {
	const n = 300
	s := load(t, many(n))
	if len(s.Problems) != 0 || len(s.Identities) != n {
		t.Fatalf("%d of %d identities, problems:\n%s", len(s.Identities), n, show(s))
	}
	if !slices.IsSortedFunc(s.Identities, func(a, b *Identity) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("they are not in order")
	}
}

// BenchmarkLoad loads 10,000 identities from a folder.
func BenchmarkLoad(b *testing.B) {
	dir := b.TempDir()
	for name, f := range many(10_000) {
		write(b, dir+"/"+name, f.Data)
	}
	for b.Loop() {
		s, err := Load(os.DirFS(dir), "")
		if err != nil || len(s.Problems) > 0 {
			b.Fatal(err, show(s))
		}
	}
	b.ReportAllocs()
}

// BenchmarkRead is one file up to CUE's verdict, and without it.
func BenchmarkRead(b *testing.B) {
	c := &checker{}
	fsys := many(1)
	name := "registry/identities/n8n-00/workflow-00000.cue"
	text := fsys[name].Data
	b.Run("judged", func(b *testing.B) {
		for b.Loop() {
			if f, err := c.read(fsys, name); err != nil || len(f.problems) > 0 {
				b.Fatal(err, f.problems)
			}
		}
	})
	b.Run("parsed", func(b *testing.B) {
		for b.Loop() {
			r := reader{file: name, text: text, limit: small}
			for _, e := range entriesOf(&r, r.root()) {
				e.settle()
			}
		}
	})
}
