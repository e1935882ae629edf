package n8n_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
	"github.com/rollcall-dev/rollcall/tenant/tenanttest"
)

// TestTheRealN8n starts one n8n for all that is claimed of it.
func TestTheRealN8n(t *testing.T) {
	r := start(t)
	t.Run("the conformance suite holds", func(t *testing.T) { tenanttest.Run(t, r.harness(t)) })
	for name, claim := range claims {
		t.Run(name, func(t *testing.T) { claim(t, r) })
	}
}

// harness is what the conformance suite needs of it.
func (r *real) harness(t *testing.T) tenanttest.Harness {
	flow, hook := r.fresh(t)
	for range 3 {
		r.fresh(t)
		r.key(t, "workflow:list")
	}
	path := strings.TrimPrefix(hook, flow+"/hook-")
	return tenanttest.Harness{
		Driver: func(t *testing.T) tenant.Driver { return driver(t, r.config()) },
		Known: []tenant.Object{
			{
				Kind: registry.Workflow, ID: flow, State: tenant.Enabled, Owner: r.Email,
				Triggers: []tenant.Trigger{{Type: "webhook"}},
				Uses:     []tenant.Ref{{Kind: registry.Connector, ID: r.good}, {Kind: registry.Connector, ID: r.header}},
				Steps:    []tenant.Step{{App: "http", Operation: "GET crm.example.com/users"}},
			},
			{Kind: registry.Webhook, ID: hook, State: tenant.Enabled, Auth: "header", Path: path, Workflow: flow},
			{Kind: registry.Connector, ID: r.good, Name: "CRM", App: "http", Owner: r.Email},
			{Kind: registry.Token, ID: r.ownKey(t), Name: "rollcall", State: tenant.Enabled, Owner: r.Email, Self: true},
			{Kind: registry.ServiceAccount, ID: r.user(t, r.Email), Role: "global:owner", Login: r.Email, Self: true},
			{Kind: registry.ServiceAccount, ID: r.user(t, r.member.Email), Role: "global:member", State: tenant.Enabled},
		},
		Secrets: []string{secret, r.APIKey, r.Password},
		Wrong: func(t *testing.T) tenant.Driver {
			c := r.config()
			c.InstanceID = "another"
			return driver(t, c)
		},
		Fault: r.proxy.Fault, Deaf: r.proxy.Deaf, PageSize: 3,
		Behind: map[tenant.Kind]tenant.Kind{registry.Webhook: registry.Workflow},
		Fresh: map[tenant.Kind]func(*testing.T) string{
			registry.Workflow: func(t *testing.T) string { id, _ := r.fresh(t); return id },
			registry.Webhook:  func(t *testing.T) string { _, id := r.fresh(t); return id },
			registry.Token:    func(t *testing.T) string { return r.key(t, "workflow:list").ID },
		},
		Spoil:  map[tenant.Kind]func(*testing.T, string){registry.Workflow: r.spoil, registry.Webhook: r.spoil},
		Remove: r.remove,
	}
}

func (r *real) ownKey(t *testing.T) string {
	t.Helper()
	var keys struct {
		Data struct{ Items []struct{ ID, Label string } }
	}
	if err := r.owner.Call(t.Context(), http.MethodGet, "/rest/api-keys", nil, &keys); err != nil {
		t.Fatal(err)
	}
	for _, k := range keys.Data.Items {
		if k.Label == "rollcall" {
			return k.ID
		}
	}
	t.Fatal("the owner's key is not in n8n's list")
	return ""
}

func (r *real) user(t *testing.T, email string) string {
	t.Helper()
	var u struct{ ID string }
	if err := r.owner.Call(t.Context(), http.MethodGet, "/api/v1/users/"+url.PathEscape(email), nil, &u); err != nil {
		t.Fatal(err)
	}
	return u.ID
}
