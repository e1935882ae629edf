package sandbox_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
	"github.com/rollcall-dev/rollcall/tenant/sandbox"
	"github.com/rollcall-dev/rollcall/tenant/tenanttest"
)

// platform is a sandbox on the web, with pages of one item.
func platform(t *testing.T, seed sandbox.State) (*sandbox.Tenant, *sandbox.Handler, string) {
	t.Helper()
	content := sandbox.New(seed)
	handler := sandbox.NewHandler(content)
	handler.PageSize = 1
	server := httptest.NewServer(handler)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return content, handler, server.URL
}

func connect(url string) *sandbox.Driver {
	d := sandbox.Connect("sandbox", "sandbox-1", url, sandbox.Token)
	d.Settle = 50 * time.Millisecond
	return d
}

// harness is a sandbox for the suite, and its address.
func harness(t *testing.T) (tenanttest.Harness, string) {
	seed := sandbox.Seed()
	content, handler, url := platform(t, seed)
	var secrets []string
	for _, items := range seed.Items {
		for _, it := range items {
			if it.Secret != "" {
				secrets = append(secrets, it.Secret)
			}
		}
	}
	made := 0
	fresh := func(kind tenant.Kind, it sandbox.Item) func(*testing.T) string {
		return func(t *testing.T) string {
			t.Helper()
			made++
			it := it
			it.ID, it.Active, it.Name = fmt.Sprintf("x-%03d", made), true, "Made for a test"
			if err := content.Add("dana@example.com", kind, it); err != nil {
				t.Fatal(err)
			}
			return it.ID
		}
	}
	spoil := func(kind tenant.Kind, c sandbox.Change) func(*testing.T, string) {
		return func(t *testing.T, id string) {
			t.Helper()
			if _, err := content.Apply("mallory@example.com", kind, id, c); err != nil {
				t.Fatal(err)
			}
		}
	}
	plain := sandbox.Version{Number: 1, Trigger: "manual", Nodes: []sandbox.Node{{Name: "a", App: "okta", Operation: "user:get", Connector: "cn-okta"}}}
	worse := sandbox.Version{Trigger: "schedule", Cron: "* * * * *", Nodes: []sandbox.Node{{Name: "a", App: "okta", Operation: "user:create", Connector: "cn-salesforce"}}}
	const secret = "shh-made-for-a-test"
	return tenanttest.Harness{
		Driver: func(*testing.T) tenant.Driver {
			return connect(url)
		},
		Wrong: func(*testing.T) tenant.Driver {
			return sandbox.Connect("sandbox", "sandbox-2", url, sandbox.Token)
		},
		Known:    known(),
		Secrets:  append(secrets, secret),
		PageSize: 1,
		Fault: func(t *testing.T, f tenanttest.Fault, kind tenant.Kind) {
			handler.SetFault(faultOf(f, kind))
			t.Cleanup(func() { handler.SetFault(sandbox.Fault{}) })
		},
		Deaf: func(t *testing.T) {
			handler.SetFault(sandbox.Fault{Deaf: true})
			t.Cleanup(func() { handler.SetFault(sandbox.Fault{}) })
		},
		Fresh: map[tenant.Kind]func(*testing.T) string{
			registry.Workflow:       fresh(registry.Workflow, sandbox.Item{Live: 1, Draft: 1, Versions: []sandbox.Version{plain}}),
			registry.Webhook:        fresh(registry.Webhook, sandbox.Item{Auth: "header", Path: "/hooks/x", Secret: secret}),
			registry.Connector:      fresh(registry.Connector, sandbox.Item{App: "okta", Scopes: []string{"okta.users.read"}, Secret: secret}),
			registry.Token:          fresh(registry.Token, sandbox.Item{Scopes: []string{"workflow:read"}, Secret: secret}),
			registry.ServiceAccount: fresh(registry.ServiceAccount, sandbox.Item{Login: "job@example.com", Role: "member"}),
		},
		Spoil: map[tenant.Kind]func(*testing.T, string){
			registry.Workflow:       spoil(registry.Workflow, sandbox.Change{Content: &worse, Publish: -1}),
			registry.Webhook:        spoil(registry.Webhook, sandbox.Change{Auth: new("none"), Path: new("/open")}),
			registry.Connector:      spoil(registry.Connector, sandbox.Change{Account: new("root"), Scopes: []string{"okta.users.manage"}}),
			registry.Token:          spoil(registry.Token, sandbox.Change{Scopes: []string{"tenant:write"}}),
			registry.ServiceAccount: spoil(registry.ServiceAccount, sandbox.Change{Role: new("admin")}),
		},
		Remove: func(t *testing.T, kind tenant.Kind, id string) {
			if err := content.Remove("mallory@example.com", kind, id); err != nil {
				t.Fatal(err)
			}
		},
	}, url
}

func known() []tenant.Object {
	return []tenant.Object{
		{Kind: registry.Workflow, ID: "wf-crm-won-deals", Name: "Won deals to the ERP", State: tenant.Enabled, Owner: "dana@example.com",
			Triggers: []tenant.Trigger{{Type: "schedule", Cron: "0 2 * * *"}},
			Uses:     []tenant.Ref{{Kind: registry.Connector, ID: "cn-salesforce"}, {Kind: registry.Connector, ID: "cn-netsuite"}},
			Steps:    []tenant.Step{{App: "netsuite", Operation: "invoice:create"}, {App: "salesforce", Operation: "opportunity:getAll"}}},
		{Kind: registry.Workflow, ID: "wf-quick-export", State: tenant.Disabled},
		{Kind: registry.Webhook, ID: "wh-new-hire", State: tenant.Enabled, Auth: "header", Path: "/hooks/new-hire", Workflow: "wf-joiner-provisioning"},
		{Kind: registry.Connector, ID: "cn-okta", State: tenant.Enabled, App: "okta", Scopes: []string{"okta.users.manage"}},
		{Kind: registry.Token, ID: "tk-rollcall", State: tenant.Enabled, Self: true},
		{Kind: registry.Token, ID: "tk-ci-deploy", State: tenant.Enabled, Scopes: []string{"workflow:read", "workflow:execute"}},
		{Kind: registry.ServiceAccount, ID: "sa-backup", State: tenant.Enabled, Login: "backup@example.com", Role: "member"},
		{Kind: registry.ServiceAccount, ID: "ac-dana", State: tenant.Enabled, Login: "dana@example.com", Role: "admin"},
	}
}

func faultOf(f tenanttest.Fault, kind tenant.Kind) sandbox.Fault {
	fault := sandbox.Fault{Kind: kind}
	switch f {
	case tenanttest.Unauthorized:
		fault.Status = 401
	case tenanttest.Forbidden:
		fault.Status = 403
	case tenanttest.TooMany:
		fault.Status, fault.RetryAfter = 429, int(tenanttest.RetryAfter.Seconds())
	case tenanttest.Broken:
		fault.Status = 500
	case tenanttest.CutList:
		fault.Status, fault.After = 500, 1
	case tenanttest.Page:
		fault.HTML = true
	case tenanttest.Half:
		fault.Half = true
	case tenanttest.Hang:
		fault.Hang = true
	case tenanttest.Down:
		fault.Down = true
	}
	return fault
}

func TestTheDriverConforms(t *testing.T) {
	h, _ := harness(t)
	tenanttest.Run(t, h)
}

func TestTheDriverConformsBehindAProxyThatMakesTheFaults(t *testing.T) {
	h, url := harness(t)
	proxy := tenanttest.NewProxy(t, url, kindOfList)
	h.Fault, h.Deaf = proxy.Fault, proxy.Deaf
	h.Driver = func(*testing.T) tenant.Driver {
		return sandbox.Connect("sandbox", "sandbox-1", proxy.URL, sandbox.Token)
	}
	tenanttest.Run(t, h)
}

func kindOfList(r *http.Request) tenant.Kind {
	return map[string]tenant.Kind{
		"/api/workflows":  registry.Workflow,
		"/api/webhooks":   registry.Webhook,
		"/api/connectors": registry.Connector,
		"/api/tokens":     registry.Token,
		"/api/accounts":   registry.ServiceAccount,
	}[r.URL.Path]
}
