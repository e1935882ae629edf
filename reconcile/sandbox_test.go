package reconcile

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
	"github.com/rollcall-dev/rollcall/tenant/sandbox"
)

// declared is a registry that declares what is enabled in a tenant, as it is.
func declared(got tenant.Observation) *registry.Snapshot {
	now := registry.Duration(0)
	own := enforcing()
	own.ID = got.Tenant
	for _, c := range []Class{Undeclared, Changed, Retired, Expired} {
		own.Enforcement[string(c)] = registry.Enforcement{Mode: string(Revert), Grace: &now}
	}
	s := registryOf(own)
	for _, o := range got.Objects {
		if o.State != tenant.Enabled {
			continue
		}
		id := &registry.Identity{
			ID: got.Tenant + "/" + o.ID, Kind: o.Kind, State: registry.Active, Live: registry.Live{ID: o.ID},
			App: o.App, Account: o.Account, Auth: o.Auth, Path: o.Path, Role: o.Role, Scopes: o.Scopes,
		}
		if o.Kind == registry.Workflow {
			id.Uses = []string{}
			for _, u := range o.Uses {
				id.Uses = append(id.Uses, got.Tenant+"/"+u.ID)
			}
			for _, step := range o.Steps {
				id.Steps = append(id.Steps, registry.Step{App: step.App, Operation: step.Operation, Effect: "modify"})
			}
			id.Trigger = &registry.Trigger{Type: o.Triggers[0].Type, Cron: o.Triggers[0].Cron}
		}
		s.Identities = append(s.Identities, id)
	}
	s.Catalogue, _ = registry.BuiltinCatalogue()
	return registry.Build(s)
}

func TestEveryDriftOfTheSandboxIsFoundAndSetBack(t *testing.T) {
	want := map[string][]string{
		"activate-workflow":   {"suspend workflow:wf-quick-export", "flag sandbox/cn-salesforce uses"},
		"deactivate-workflow": {"resume sandbox/wf-invoice-export state"},
		"swap-credential":     {"restore sandbox/wf-crm-won-deals uses", "flag sandbox/cn-okta uses"},
		"edit-draft":          {"flag sandbox/wf-crm-won-deals draft"},
		"publish-step":        {"flag sandbox/wf-crm-won-deals steps", "restore sandbox/wf-crm-won-deals uses", "flag sandbox/cn-okta uses"},
		"open-webhook":        {"restore sandbox/wh-new-hire auth"},
		"raise-role":          {"restore sandbox/sa-backup role"},
		"widen-token":         {"restore sandbox/tk-ci-deploy scopes"},
		"add-token":           {"revoke token:"},
	}
	for _, drift := range sandbox.Drifts {
		t.Run(drift.Name, func(t *testing.T) {
			content := sandbox.New(sandbox.Seed())
			server := httptest.NewServer(sandbox.NewHandler(content))
			defer server.Close()
			driver := sandbox.Connect("sandbox", "sandbox-1", server.URL, sandbox.Token)
			got, err := driver.Observe(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			snapshot, w := declared(got), newWorld(registryOf(enforcing()))
			r := &Reconciler{
				Tenant: "sandbox", Driver: driver, Writer: driver, State: w, Record: w,
				Desired: func(context.Context) (*registry.Snapshot, error) { return snapshot, nil },
			}
			pass := func() Outcome {
				t.Helper()
				time.Sleep(time.Millisecond)
				out, err := r.Pass(t.Context())
				if err != nil || out.Unreadable != "" {
					t.Fatalf("pass: %v %s", err, out.Unreadable)
				}
				return out
			}
			if p := pass().Plan; len(p.Actions) != 0 {
				t.Fatalf("before there was any drift:\n%q", acts(p))
			}
			if err := content.Make(drift.Name); err != nil {
				t.Fatal(err)
			}
			pass()
			out := pass()
			found := acts(out.Plan)
			if drift.Name == "add-token" {
				found[0] = found[0][:len("revoke token:")]
			}
			if diff := cmp.Diff(want[drift.Name], found); diff != "" {
				t.Fatalf("acts (-want +got):\n%s\n%s", diff, why(out.Plan))
			}
			for _, a := range out.Acts {
				if a.Result != Done {
					t.Errorf("%s: %s %s", a.Action.Verb, a.Result, a.Reason)
				}
			}
			if after := pass().Plan; len(after.Reverts()) != 0 {
				t.Errorf("afterwards there is still %q", acts(after))
			}
		})
	}
}
