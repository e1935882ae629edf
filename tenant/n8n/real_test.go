package n8n_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/internal/n8nserver"
	"github.com/rollcall-dev/rollcall/internal/n8nserver/n8ntest"
	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
	"github.com/rollcall-dev/rollcall/tenant/n8n"
	"github.com/rollcall-dev/rollcall/tenant/tenanttest"
)

// secret is planted wherever n8n lets one be typed.
const secret = "pl4nted-s3cret"

// A real is a real n8n with some content, a proxy in front of it that makes
// faults, and its owner, who changes things behind the driver's back.
type real struct {
	server *n8nserver.Server
	proxy  *tenanttest.Proxy
	owner  *n8nserver.Client
	n8nserver.Account
	member     n8nserver.Account
	good, evil string // credentials
	header     string // the credential that callers of a webhook show
	n          atomic.Int64
}

// start starts the one n8n of this package's tests.
func start(t *testing.T) *real {
	t.Helper()
	r := &real{}
	r.server, r.Account = n8ntest.Start(t)
	r.proxy = tenanttest.NewProxy(t, r.server.URL, kindOf)
	var err error
	if r.owner, err = n8nserver.SignIn(t.Context(), r.server.URL, r.Account); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if r.member, err = r.owner.CreateUser(t.Context(), fmt.Sprintf("member%d@example.com", i)); err != nil {
			t.Fatal(err)
		}
		r.credential(t, fmt.Sprintf("Spare %d", i))
	}
	r.good, r.evil = r.credential(t, "CRM"), r.credential(t, "CRM admin")
	r.header, err = r.owner.CreateCredential(t.Context(), "Callers", "httpHeaderAuth", map[string]any{"name": "X-Key", "value": secret})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// kindOf is the kind whose list a request asks for.
func kindOf(r *http.Request) tenant.Kind {
	return map[string]tenant.Kind{
		"/api/v1/workflows": registry.Workflow, "/api/v1/credentials": registry.Connector,
		"/api/v1/users": registry.ServiceAccount, "/rest/api-keys": registry.Token,
	}[r.URL.Path]
}

// config reaches n8n through the proxy, with small pages so that there are
// several.
func (r *real) config() n8n.Config {
	return n8n.Config{
		Tenant: "n8n-test", BaseURL: r.proxy.URL, APIKey: r.APIKey, Email: r.Email, Password: r.Password,
		PageSize: 3, Patience: 500 * time.Millisecond,
	}
}

func driver(t *testing.T, c n8n.Config) *n8n.Driver {
	t.Helper()
	d, err := n8n.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (r *real) credential(t *testing.T, name string) string {
	t.Helper()
	id, err := r.owner.CreateCredential(t.Context(), name, "httpBearerAuth", map[string]any{"token": secret})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// flow is a workflow that a webhook starts and that calls an application.
func (r *real) flow(auth, credential, method string, n int64) string {
	path := fmt.Sprintf("in-%d", n)
	hook := map[string]any{
		"id": path, "name": "In", "type": "n8n-nodes-base.webhook", "typeVersion": 2.1, "webhookId": "hook-" + path,
		"credentials": map[string]any{"httpHeaderAuth": map[string]string{"id": r.header, "name": "Callers"}},
		"position":    []int{0, 0}, "parameters": map[string]any{"path": path, "authentication": auth, "notes": secret},
	}
	call := map[string]any{
		"id": "call-" + path, "name": "Call", "type": "n8n-nodes-base.httpRequest", "typeVersion": 4.2, "position": []int{200, 0},
		"credentials": map[string]any{"httpBearerAuth": map[string]string{"id": credential, "name": "CRM"}},
		"parameters": map[string]any{
			"method": method, "url": "https://crm.example.com/users?key=" + secret, "authentication": "genericCredentialType",
			"genericAuthType": "httpBearerAuth", "jsonBody": secret,
		},
	}
	text, _ := json.Marshal(map[string]any{
		"name": "Flow " + path, "nodes": []any{hook, call}, "settings": map[string]any{}, "pinData": map[string]any{},
		"connections": map[string]any{"In": map[string]any{"main": [][]any{{map[string]any{"node": "Call", "type": "main", "index": 0}}}}},
	})
	return strings.Replace(string(text), `"pinData":{},`, "", 1)
}

// fresh makes a workflow that runs its second version.
func (r *real) fresh(t *testing.T) (id, hook string) {
	t.Helper()
	n := r.n.Add(1)
	id, err := r.owner.CreateWorkflow(t.Context(), r.flow("none", r.evil, "DELETE", n))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.delete(context.Background(), id) }) // the test may have done so itself
	if err := r.owner.Activate(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if err := r.owner.UpdateWorkflow(t.Context(), id, r.flow("headerAuth", r.good, "GET", n), true); err != nil {
		t.Fatal(err)
	}
	return id, fmt.Sprintf("%s/hook-in-%d", id, n)
}

// spoil puts the first version of a fresh workflow live again.
func (r *real) spoil(t *testing.T, id string) {
	t.Helper()
	id, _, _ = strings.Cut(id, "/")
	var history struct{ Data []struct{ VersionID string } }
	if err := r.owner.Call(t.Context(), http.MethodGet, "/rest/workflow-history/workflow/"+id, nil, &history); err != nil {
		t.Fatal(err)
	}
	first := map[string]string{"versionId": history.Data[len(history.Data)-1].VersionID}
	if err := r.owner.Call(t.Context(), http.MethodPost, "/api/v1/workflows/"+id+"/activate", first, nil); err != nil {
		t.Fatal(err)
	}
}

func (r *real) remove(t *testing.T, kind tenant.Kind, id string) {
	t.Helper()
	id, _, _ = strings.Cut(id, "/")
	var err error
	if kind == registry.Token {
		err = r.owner.DeleteAPIKey(t.Context(), id)
	} else {
		err = r.delete(t.Context(), id)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// delete takes a workflow out. Just after it was deactivated, n8n may still
// refuse.
func (r *real) delete(ctx context.Context, id string) (err error) {
	if err := r.owner.Deactivate(ctx, id); err != nil {
		return err
	}
	for range 20 {
		if err = r.owner.Call(ctx, http.MethodDelete, "/api/v1/workflows/"+id, nil, nil); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}

func (r *real) key(t *testing.T, scopes ...string) n8nserver.APIKey {
	t.Helper()
	k, err := r.owner.CreateAPIKey(t.Context(), fmt.Sprintf("key %d", r.n.Add(1)), scopes...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.owner.DeleteAPIKey(context.Background(), k.ID) }) // the test may have done so itself
	return k
}

func observe(t *testing.T, d tenant.Driver) tenant.Observation {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	ob, err := d.Observe(ctx)
	if err != nil {
		t.Fatalf("observe n8n: %v", err)
	}
	return ob
}
