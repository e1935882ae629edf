package reconcile

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// found are the drifts of a world, a line each: class, subject, field, want, got.
func (w *world) found() []string {
	got, _ := w.Observe(context.Background())
	lines := []string{}
	for _, x := range Diff(w.want, got, noon) {
		subject := x.Identity
		if subject == "" {
			subject = strings.TrimSuffix(string(x.Kind)+":"+x.ObjectID, ":")
		}
		lines = append(lines, strings.Join(strings.Fields(fmt.Sprint(x.Class, " ", subject, " ", x.Field, " ", x.Want, " / ", x.Got)), " "))
	}
	return lines
}

func TestEveryDifferenceIsFoundAndNothingElse(t *testing.T) {
	type change func(*registry.Identity, *tenant.Object)
	in := func(state registry.State) change {
		return func(id *registry.Identity, _ *tenant.Object) { id.State = state }
	}
	off := func(_ *registry.Identity, o *tenant.Object) { o.State = tenant.Disabled }
	for _, c := range []struct {
		name   string
		kind   tenant.Kind
		change []change
		want   []string
	}{
		{"as declared", registry.Workflow, nil, []string{}},
		{"disabled", registry.Workflow, []change{off}, []string{"changed t/x state enabled / disabled"}},
		{"just in time, disabled", registry.Workflow, []change{off, func(id *registry.Identity, _ *tenant.Object) { id.Access = "jit" }}, []string{}},
		{"suspended", registry.Workflow, []change{in(registry.Suspended)}, []string{"retired t/x suspended / enabled"}},
		{"suspended and disabled", registry.Workflow, []change{in(registry.Suspended), off}, []string{}},
		{"retired", registry.Workflow, []change{in(registry.Retired)}, []string{"retired t/x retired / enabled"}},
		{"proposed", registry.Workflow, []change{in(registry.Proposed)}, []string{"unreleased t/x proposed / enabled"}},
		{"expired yesterday", registry.Workflow, []change{expires("2026-11-23")}, []string{"expired t/x expires 2026-11-23 / enabled"}},
		{"expires today", registry.Workflow, []change{expires("2026-11-24")}, []string{}},
		{"expired and disabled", registry.Workflow, []change{expires("2026-11-23"), off}, []string{}},
		{"scope added", registry.Token, []change{func(id *registry.Identity, o *tenant.Object) {
			id.Scopes, o.Scopes = []string{"b", "a"}, []string{"a", "b", "c"}
		}}, []string{"changed t/x scopes a, b / a, b, c"}},
		{"scopes in another order", registry.Token, []change{func(id *registry.Identity, o *tenant.Object) {
			id.Scopes, o.Scopes = []string{"b", "a"}, []string{"a", "b", "a"}
		}}, []string{}},
		{"scopes not declared", registry.Token, []change{func(_ *registry.Identity, o *tenant.Object) { o.Scopes = []string{"a"} }}, []string{}},
		{"no scopes declared", registry.Token, []change{func(id *registry.Identity, o *tenant.Object) {
			id.Scopes, o.Scopes = []string{}, []string{"a"}
		}}, []string{"changed t/x scopes none / a"}},
		{"token outlives its expiry", registry.Token, []change{expires("2027-01-01")}, []string{"changed t/x expires 2027-01-01 / never"}},
		{"role raised", registry.ServiceAccount, []change{func(id *registry.Identity, o *tenant.Object) {
			id.Role, o.Role = "member", "admin"
		}}, []string{"changed t/x role member / admin"}},
		{"webhook opened", registry.Webhook, []change{func(id *registry.Identity, _ *tenant.Object) { id.Auth = "header" }}, []string{"changed t/x auth header / none"}},
		{"webhook declared open, and is", registry.Webhook, []change{func(id *registry.Identity, _ *tenant.Object) { id.Auth = "none" }}, []string{}},
		{"webhook moved", registry.Webhook, []change{func(id *registry.Identity, o *tenant.Object) {
			id.Path, o.Path = "/orders", "orders-2"
		}}, []string{"changed t/x path /orders / orders-2"}},
		{"connector of another account", registry.Connector, []change{func(id *registry.Identity, o *tenant.Object) {
			id.App, id.Account, o.App, o.Account = "crm", "reader", "CRM", "writer"
		}}, []string{"changed t/x account reader / writer"}},
		{"another schedule", registry.Workflow, []change{func(id *registry.Identity, o *tenant.Object) {
			id.Trigger, o.Triggers = &registry.Trigger{Type: "schedule", Cron: "0  2 * * *"}, []tenant.Trigger{{Type: "manual"}, {Type: "schedule", Cron: "0 3 * * *"}}
		}}, []string{"changed t/x trigger schedule 0 2 * * * / manual, schedule 0 3 * * *"}},
		{"a second trigger", registry.Workflow, []change{func(id *registry.Identity, o *tenant.Object) {
			id.Trigger, o.Triggers = &registry.Trigger{Type: "schedule"}, []tenant.Trigger{{Type: "schedule", Cron: "0 3 * * *"}, {Type: "webhook"}}
		}}, []string{"changed t/x trigger schedule / schedule 0 3 * * *, webhook"}},
		{"a manual trigger beside it", registry.Workflow, []change{func(id *registry.Identity, o *tenant.Object) {
			id.Trigger, o.Triggers = &registry.Trigger{Type: "schedule"}, []tenant.Trigger{{Type: "manual"}, {Type: "schedule", Cron: "0 3 * * *"}}
		}}, []string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			id := &registry.Identity{ID: "t/x", Kind: c.kind, State: registry.Active}
			o := live(c.kind, "1", "x")
			for _, change := range c.change {
				change(id, &o)
			}
			if diff := cmp.Diff(c.want, newWorld(registryOf(enforcing(), id), o).found()); diff != "" {
				t.Errorf("drift of what is %s (-want +got):\n%s", c.name, diff)
			}
		})
	}
}

func expires(on registry.Date) func(*registry.Identity, *tenant.Object) {
	return func(id *registry.Identity, _ *tenant.Object) { id.Expires = on }
}

func TestWhatIsNotDeclaredIsUndeclaredWhereItHasPower(t *testing.T) {
	off := live(registry.Workflow, "2", "off")
	off.State = tenant.Disabled
	unknown := live(registry.Workflow, "3", "unknown")
	unknown.State = tenant.StateUnknown
	idle := live(registry.Connector, "4", "idle")
	idle.State = tenant.Disabled
	dana, sam, eve := live(registry.ServiceAccount, "5", "Dana"), live(registry.ServiceAccount, "6", "Sam"), live(registry.ServiceAccount, "7", "Eve")
	dana.Login, sam.Login, eve.Login = "Dana@example.com", "sam@example.com", "eve@example.com"
	s := registryOf(enforcing())
	s.Organisation = &registry.Organisation{People: map[string]registry.Person{
		"dana": {Email: "dana@example.com"},
		"sam":  {Email: "sam@example.com", Left: "2026-11-01"},
	}}
	w := newWorld(s, live(registry.Workflow, "1", "on"), off, unknown, idle, live(registry.Token, "8", "key"), dana, sam, eve)
	want := []string{
		"undeclared workflow:1 / enabled",
		"undeclared workflow:3 / unknown",
		"undeclared connector:4 / disabled",
		"undeclared token:8 / enabled",
		"undeclared serviceAccount:6 / enabled", // has left
		"undeclared serviceAccount:7 / enabled",
	}
	if diff := cmp.Diff(want, w.found()); diff != "" {
		t.Errorf("undeclared (-want +got):\n%s", diff)
	}
}

func TestWhatIsDeclaredAndNotLiveIsMissingOnlyWhileItShouldAct(t *testing.T) {
	var ids []*registry.Identity
	for _, s := range []registry.State{registry.Active, registry.Proposed, registry.Suspended, registry.Retired} {
		id := workflow(string(s))
		id.State = s
		ids = append(ids, id)
	}
	ids = append(ids, &registry.Identity{ID: "t/bot", Kind: registry.ApprovalBot, State: registry.Active})
	if diff := cmp.Diff([]string{"missing t/active active /"}, newWorld(registryOf(enforcing(), ids...)).found()); diff != "" {
		t.Errorf("missing (-want +got):\n%s", diff)
	}
}

func TestUnknownIsNotAbsent(t *testing.T) {
	id := &registry.Identity{ID: "t/seen", Kind: registry.ServiceAccount, State: registry.Active, Role: "member"}
	gone := &registry.Identity{ID: "t/unseen", Kind: registry.ServiceAccount, State: registry.Active}
	seen := live(registry.ServiceAccount, "1", "seen")
	seen.Role = "admin"
	w := newWorld(registryOf(enforcing(), id, gone), seen)
	w.read[registry.ServiceAccount] = tenant.Coverage{Cause: tenant.Forbidden, Reason: "the key may not list users", Fields: everyField}
	want := []string{"unreadable serviceAccount / forbidden", "changed t/seen role member / admin"}
	if diff := cmp.Diff(want, w.found()); diff != "" {
		t.Errorf("of a kind that was read in part, what was not seen is not missing (-want +got):\n%s", diff)
	}
}

func TestAKindThatThePlatformDoesNotTellIsUnreadableWhereItIsDeclared(t *testing.T) {
	w := newWorld(registryOf(enforcing(), &registry.Identity{ID: "t/key", Kind: registry.Token, State: registry.Active}))
	delete(w.read, registry.Token)
	delete(w.read, registry.Webhook)
	if diff := cmp.Diff([]string{"unreadable token /"}, w.found()); diff != "" {
		t.Errorf("drift (-want +got):\n%s", diff)
	}
}

func TestAFieldThatIsNotToldIsNotCompared(t *testing.T) {
	id := &registry.Identity{ID: "t/x", Kind: registry.ServiceAccount, State: registry.Active, Role: "member", Scopes: []string{"a"}}
	o := live(registry.ServiceAccount, "1", "x")
	o.Unknown = []tenant.Field{tenant.FieldScopes}
	w := newWorld(registryOf(enforcing(), id), o)
	w.read[registry.ServiceAccount] = tenant.Coverage{Whole: true, Fields: []tenant.Field{tenant.FieldState, tenant.FieldScopes}}
	if got := w.found(); len(got) != 0 {
		t.Errorf("fields that the tenant does not tell were compared: %q", got)
	}
}

func TestAmbiguousNamesAreSaidAndNeverGuessed(t *testing.T) {
	twin, pinned := workflow("twin"), workflow("pinned")
	pinned.Live.ID = "3"
	a, b := workflow("a"), workflow("b")
	a.Live.ID, b.Live.ID = "4", "4"
	w := newWorld(registryOf(enforcing(), a, b, pinned, twin),
		live(registry.Workflow, "1", "twin"), live(registry.Workflow, "2", "twin"), live(registry.Workflow, "3", "pinned"), live(registry.Workflow, "4", "both"))
	want := []string{"unreadable t/a /", "unreadable t/b /", "unreadable t/twin /"}
	if diff := cmp.Diff(want, w.found()); diff != "" {
		t.Errorf("drift (-want +got):\n%s", diff)
	}
	got, _ := w.Observe(t.Context())
	for i, part := range []string{`"t/a", "t/b" claim the same live object`, "claim the same", `several workflows named "twin" (ids "1", "2")`} {
		if m := Diff(w.want, got, noon)[i].Message; !strings.Contains(m, part) {
			t.Errorf("message %q does not say %q", m, part)
		}
	}
}

func TestUsesAreComparedByIdentity(t *testing.T) {
	reader, byName := &registry.Identity{ID: "t/crm-read", Kind: registry.Connector, State: registry.Active}, &registry.Identity{ID: "t/erp", Kind: registry.Connector, State: registry.Active}
	reader.Live.ID = "10"
	id := workflow("x", "t/crm-read", "t/erp", "other/thing")
	o := live(registry.Workflow, "1", "x")
	use := func(ids ...string) []tenant.Ref {
		var refs []tenant.Ref
		for _, id := range ids {
			refs = append(refs, tenant.Ref{Kind: registry.Connector, ID: id, Via: "a node"})
		}
		return refs
	}
	rogue := live(registry.Connector, "12", "rogue")
	w := newWorld(registryOf(enforcing(), reader, byName, id), live(registry.Connector, "10", "CRM"), live(registry.Connector, "11", "erp"), rogue)
	undeclared := "undeclared connector:12 / enabled"
	for _, c := range []struct {
		name string
		uses []tenant.Ref
		want []string
	}{
		{"as declared, one of them twice", use("11", "10", "10"), []string{undeclared}},
		{"one missing", use("10"), []string{"changed t/x uses t/crm-read, t/erp / t/crm-read", undeclared}},
		{"swapped for an undeclared one", use("12", "11"), []string{`changed t/x uses t/crm-read, t/erp / t/erp, undeclared connector "rogue" (12)`, undeclared}},
		{"one that is nowhere", use("10", "11", "99"), []string{`changed t/x uses t/crm-read, t/erp / t/crm-read, t/erp, undeclared connector "99"`, undeclared}},
	} {
		o.Uses = c.uses
		w.put(o)
		if diff := cmp.Diff(c.want, w.found()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	for _, key := range []string{"connector:10", "connector:11", "connector:12"} {
		delete(w.objects, key)
	}
	w.read[registry.Connector] = tenant.Coverage{Cause: tenant.Forbidden}
	o.Uses = use("10", "77")
	w.put(o)
	if diff := cmp.Diff([]string{"unreadable connector / forbidden"}, w.found()); diff != "" {
		t.Errorf("where connectors are not read, one that may be declared by name was taken for another (-want +got):\n%s", diff)
	}
}

func TestADraftIsToldApartFromWhatRuns(t *testing.T) {
	id := workflow("x")
	o := live(registry.Workflow, "1", "x")
	o.Editor = "sam"
	o.Draft = &tenant.Object{Uses: []tenant.Ref{{Kind: registry.Connector, ID: "9", Name: "admin"}}}
	w := newWorld(registryOf(enforcing(), id), o)
	if diff := cmp.Diff([]string{`changed t/x draft uses: none / uses: undeclared connector "admin" (9)`}, w.found()); diff != "" {
		t.Errorf("drift (-want +got):\n%s", diff)
	}
	got, _ := w.Observe(t.Context())
	m := Diff(w.want, got, noon)[0].Message
	for _, part := range []string{`workflow "t/x"`, "does not run yet", "publishing it would set uses to", `edited by "sam"`} {
		if !strings.Contains(m, part) {
			t.Errorf("message %q does not say %q", m, part)
		}
	}
	o.Uses = o.Draft.Uses
	w.put(o)
	if got := w.found(); len(got) != 1 || !strings.HasPrefix(got[0], "changed t/x uses") {
		t.Errorf("a draft that changes nothing more than what runs already was told again: %q", got)
	}
}
