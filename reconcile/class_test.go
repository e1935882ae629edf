package reconcile

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

func using(id string, uses ...string) tenant.Object {
	o := live(registry.Workflow, id, id)
	for _, u := range uses {
		o.Uses = append(o.Uses, tenant.Ref{Kind: registry.Connector, ID: u})
	}
	return o
}

func TestACredentialIsSharedWhereMoreWorkflowsUseItThanAreDeclared(t *testing.T) {
	a, b := workflow("a"), workflow("b")
	a.Uses = []string{"t/crm"}
	crm := &registry.Identity{ID: "t/crm", Kind: registry.Connector, State: registry.Active}
	off := using("off", "crm")
	off.State = tenant.Disabled
	for _, c := range []struct {
		name string
		live []tenant.Object
		want []string
	}{
		{"used by whom it is declared for", []tenant.Object{using("a", "crm"), using("b")}, []string{}},
		{"used by nobody", []tenant.Object{using("a"), using("b")}, []string{}},
		{"used by one that is disabled too", []tenant.Object{using("a", "crm"), using("b"), off}, []string{}},
		{"used by another one in the place of the declared", []tenant.Object{using("a"), using("b", "crm")}, []string{}},
		{"used by a second one", []tenant.Object{using("a", "crm"), using("b", "crm")}, []string{"shared t/crm uses used by 1 / used by 2"}},
		{"used by one twice, and by a stranger", []tenant.Object{using("a", "crm", "crm"), using("b"), using("x", "crm")},
			[]string{"undeclared workflow:x / enabled", "shared t/crm uses used by 1 / used by 2"}},
	} {
		w := newWorld(registryOf(enforcing(), a, b, crm), append(c.live, live(registry.Connector, "crm", "crm"))...)
		w.read[registry.Workflow] = tenant.Coverage{Whole: true, Fields: []tenant.Field{tenant.FieldState}}
		if diff := cmp.Diff(c.want, w.found()); diff != "" {
			t.Errorf("a credential %s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestWhatIsLiveAndCrossesEnvironmentsIsDrift(t *testing.T) {
	job := &registry.Identity{ID: "t/job", Kind: registry.Workflow, State: registry.Active, Environment: "test", Uses: []string{"t/erp"}}
	erp := &registry.Identity{ID: "t/erp", Kind: registry.Connector, State: registry.Active, Environment: "production"}
	mail := &registry.Identity{ID: "t/mail", Kind: registry.Connector, State: registry.Active, Environment: "test"}
	far := &registry.Identity{ID: "elsewhere/mail", Kind: registry.Connector, State: registry.Active, Environment: "production", App: "smtp", Account: "Robot@example.com"}
	sender := live(registry.Connector, "mail", "mail")
	sender.App, sender.Account = "smtp", "robot@example.com"
	w := newWorld(registryOf(enforcing(), job, erp, mail, far), using("job", "erp"), live(registry.Connector, "erp", "erp"), sender)
	want := []string{
		`environment t/job uses test / "t/erp" of "production"`,
		`environment t/mail account test / "elsewhere/mail" of "production"`,
	}
	if diff := cmp.Diff(want, w.found()); diff != "" {
		t.Errorf("crossings (-want +got):\n%s", diff)
	}
	w.read[registry.Connector] = tenant.Coverage{Whole: true, Fields: []tenant.Field{tenant.FieldState}}
	if diff := cmp.Diff(want[:1], w.found()); diff != "" {
		t.Errorf("where the tenant does not tell accounts (-want +got):\n%s", diff)
	}
	job.Environment = "production"
	if got := w.found(); len(got) != 0 {
		t.Errorf("within one environment: %q", got)
	}
}

func TestAStepThatChangesAccessMustBeDeclared(t *testing.T) {
	catalogue := &registry.Catalogue{Apps: map[string]*registry.App{"okta": {Operations: map[string]registry.Effect{
		"user:create": {Power: registry.Privileged, Access: "grant"},
		"policy:set":  {Power: registry.Privileged},
		"user:get":    {Power: registry.ReadOnly, Access: "none"},
	}, Aliases: []string{"Okta"}, Hosts: []string{"*.okta.com"}, AccessPaths: []string{"/api/v1/users"}}}}
	for _, c := range []struct {
		name     string
		declared []registry.Step
		steps    []tenant.Step
		want     []string
	}{
		{"a read", nil, []tenant.Step{{App: "okta", Operation: "user:get"}}, []string{}},
		{"a grant", nil, []tenant.Step{{App: "okta", Operation: "user:create"}}, []string{"access-step t/job steps none / okta user:create"}},
		{"a declared grant", []registry.Step{{App: "Okta", Operation: "user:create", Effect: "grant"}}, []tenant.Step{{App: "okta", Operation: "user:create"}}, []string{}},
		{"a grant that is declared as harmless", []registry.Step{{App: "okta", Operation: "user:create", Effect: "none"}}, []tenant.Step{{App: "okta", Operation: "user:create"}}, []string{"access-step t/job steps none / okta user:create"}},
		{"a privileged step of unknown effect", nil, []tenant.Step{{App: "okta", Operation: "policy:set"}}, []string{"access-step t/job steps none / okta policy:set"}},
		{"an HTTP request", nil, []tenant.Step{{App: "http", Operation: "POST acme.okta.com/api/v1/users"}}, []string{"access-step t/job steps none / http POST acme.okta.com/api/v1/users"}},
	} {
		job := workflow("job")
		job.Steps = c.declared
		o := live(registry.Workflow, "1", "job")
		o.Steps = c.steps
		s := registryOf(enforcing(), job)
		s.Catalogue = catalogue
		w := newWorld(s, o)
		if diff := cmp.Diff(c.want, w.found()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		o.State = tenant.Disabled
		w.put(o)
		job.State = registry.Suspended
		if got := w.found(); len(got) != 0 {
			t.Errorf("%s of a workflow that does not run: %q", c.name, got)
		}
	}
}

func TestAnUndeclaredAccessStepStopsTheWorkflowWhereThePolicyRevertsIt(t *testing.T) {
	s := registryOf(enforcing(AccessStep), append(manyRetired(40), workflow("job"))...)
	s.Catalogue = &registry.Catalogue{Apps: map[string]*registry.App{"okta": {Operations: map[string]registry.Effect{"user:create": {Power: registry.Privileged, Access: "grant"}}}}}
	o := live(registry.Workflow, "1", "job")
	o.Steps = []tenant.Step{{App: "okta", Operation: "user:create"}}
	wantActs(t, newWorld(s, o).decided(t, History{}), "", "suspend t/job steps")
}

func TestWhatIsNotUsedAndWhatIsNotRotatedIsDriftByTheLimitsOfItsTier(t *testing.T) {
	day := func(n int) time.Time { return noon.AddDate(0, 0, -n) }
	limit := func(d int) *registry.Duration { return new(registry.Duration(d) * registry.Duration(24*time.Hour)) }
	for _, c := range []struct {
		name   string
		kind   tenant.Kind
		change func(*tenant.Object)
		want   []string
	}{
		{"used yesterday", registry.Workflow, func(o *tenant.Object) { o.LastUsed = day(1) }, []string{}},
		{"of which nothing is told", registry.Workflow, func(*tenant.Object) {}, []string{}},
		{"used long ago", registry.Workflow, func(o *tenant.Object) { o.LastUsed = day(91) }, []string{"dormant t/x used within 90d / last used on 2026-08-25"}},
		{"new", registry.Token, func(o *tenant.Object) { o.Created = day(5) }, []string{}},
		{"old", registry.Token, func(o *tenant.Object) { o.Created, o.Updated = day(31), day(1) }, []string{"stale-secret t/x changed within 30d / not changed since 2026-10-24"}},
		{"old, and changed since", registry.Connector, func(o *tenant.Object) { o.Created, o.Updated = day(100), day(5) }, []string{}},
		{"old, and not changed since", registry.Connector, func(o *tenant.Object) { o.Created, o.Updated = day(100), day(60) }, []string{"stale-secret t/x changed within 30d / not changed since 2026-09-25"}},
		{"old, and without a secret", registry.Workflow, func(o *tenant.Object) { o.Created = day(100) }, []string{}},
	} {
		o := live(c.kind, "1", "x")
		c.change(&o)
		s := registryOf(enforcing(), &registry.Identity{ID: "t/x", Kind: c.kind, State: registry.Active, Tier: registry.Privileged})
		s.Policy = &registry.Policy{Tiers: map[registry.Tier]registry.TierPolicy{registry.Privileged: {Dormant: limit(90), StaleSecret: limit(30)}}}
		if diff := cmp.Diff(c.want, newWorld(s, o).found()); diff != "" {
			t.Errorf("a %s that is %s (-want +got):\n%s", c.kind, c.name, diff)
		}
	}
}

func jit(windows ...*registry.Access) registry.Snapshot {
	id := workflow("job")
	id.Access = "jit"
	s := registryOf(enforcing(Unlocked, Changed), append(manyRetired(40), id)...)
	s.Access = windows
	return s
}

func TestAJustInTimeIdentityMayActWithinItsWindowsAlone(t *testing.T) {
	window := func(kind, from, until string) *registry.Access {
		return &registry.Access{ID: "w", Kind: kind, Identities: []string{"t/job"}, From: registry.Time(from), Until: registry.Time(until)}
	}
	for _, c := range []struct {
		name, state string
		window      *registry.Access
		want        []string
	}{
		{"without a window, disabled", tenant.Disabled, window("jit", "", ""), []string{}},
		{"without a window, enabled", tenant.Enabled, window("jit", "", ""), []string{"unlocked t/job active / enabled"}},
		{"before its window", tenant.Enabled, window("jit", "2026-11-24T12:00:01Z", "2026-11-24T13:00:00Z"), []string{"unlocked t/job active / enabled"}},
		{"at its beginning", tenant.Enabled, window("jit", "2026-11-24T12:00:00Z", "2026-11-24T13:00:00Z"), []string{}},
		{"at its end", tenant.Enabled, window("jit", "2026-11-24T11:00:00Z", "2026-11-24T12:00:00Z"), []string{"unlocked t/job active / enabled"}},
		{"in its window, disabled", tenant.Disabled, window("migration", "2026-11-24T11:00:00Z", "2026-11-24T13:00:00Z"), []string{"changed t/job state enabled / disabled"}},
		{"in break-glass", tenant.Enabled, window("breakGlass", "2026-11-24T11:00:00Z", "2026-11-24T13:00:00Z"), []string{}},
	} {
		o := live(registry.Workflow, "1", "job")
		o.State = c.state
		if diff := cmp.Diff(c.want, newWorld(jit(c.window), o).found()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestAWindowOpensAndClosesItsIdentityWithinOnePass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now().UTC()
		at := func(minutes int) registry.Time {
			return registry.Time(start.Add(time.Duration(minutes) * time.Minute).Format(time.RFC3339))
		}
		o := live(registry.Workflow, "1", "job")
		o.State = tenant.Disabled
		w := newWorld(jit(&registry.Access{ID: "w", Kind: "jit", Identities: []string{"t/job"}, From: at(12), Until: at(62)}), o)
		var states []string
		for range 15 { // every five minutes, from the first on
			w.pass(t)
			states = append(states, w.object(registry.Workflow, "1").State)
			time.Sleep(5 * time.Minute)
		}
		on, off := tenant.Enabled, tenant.Disabled
		want := []string{off, off, off, on, on, on, on, on, on, on, on, on, on, off, off}
		if diff := cmp.Diff(want, states); diff != "" {
			t.Errorf("the window is open from minute 12 to 62; what it names was, every five minutes (-want +got):\n%s", diff)
		}
		if w.changes != 2 {
			t.Errorf("it was written %d times, want once at each end", w.changes)
		}
	})
}

func TestWhatIsUnlockedByHandWaitsItsGraceLikeAnyOtherDrift(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := live(registry.Workflow, "1", "job")
		o.State = tenant.Disabled
		w := newWorld(jit(), o)
		w.pass(t)
		o.State = tenant.Enabled
		w.put(o)
		time.Sleep(time.Minute)
		if out := w.pass(t); len(out.Acts) != 0 {
			t.Errorf("it was acted on at first sight: %q", acts(out.Plan))
		}
		time.Sleep(DefaultGrace)
		w.pass(t)
		if got := w.object(registry.Workflow, "1").State; got != tenant.Disabled {
			t.Errorf("after its grace period it is %s", got)
		}
	})
}
