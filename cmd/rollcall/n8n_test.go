package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/internal/n8nserver"
	"github.com/rollcall-dev/rollcall/internal/n8nserver/n8ntest"
)

// TestTheRollIsCalledOnRealTenants goes the way of a user with two n8n, from
// nothing to a daemon that is killed. Its parts build on one another; starting
// n8n takes most of the time, so there are two of them for all parts.
func TestTheRollIsCalledOnRealTenants(t *testing.T) {
	n8ntest.Install(t) // before anything is started at the same time: it may skip
	h := house{dir: t.TempDir(), test: startInstance(t, "n8n-test"), prod: startInstance(t, "n8n-prod")}
	h.test.await(t)
	h.prod.await(t)
	h.layOut(t)
	for _, part := range []struct {
		claim string
		prove func(*testing.T, *house)
	}{
		{"lint says what is missing, and there is no drift once it is filled in", fromNothingToNoDrift},
		{"another instance than the configured one is refused", wrongInstance},
		{"each drift is found, set back where that can be, and in evidence", driftIsSetBack},
	} {
		if !t.Run(part.claim, func(t *testing.T) { part.prove(t, &h) }) {
			t.FailNow()
		}
	}
	t.Run("production", func(t *testing.T) {
		t.Parallel()
		t.Run("the daemon tells of drift, and follows a folder", func(t *testing.T) { daemonTells(t, &h) })
		t.Run("the daemon follows a branch", func(t *testing.T) { daemonFollowsBranch(t, &h) })
	})
	t.Run("test", func(t *testing.T) {
		t.Parallel()
		t.Run("an n8n that dies while it is read is unreadable, and nothing is reverted", func(t *testing.T) { killedTenant(t, &h) })
		t.Run("an act that was killed before it was done is decided anew and done once", func(t *testing.T) { killedBeforeAct(t, &h) })
		t.Run("an act that was killed after it was done is not done again", func(t *testing.T) { killedAfterAct(t, &h) })
	})
}

// A house is a policy repository, a configuration, and the instances.
type house struct {
	dir        string
	test, prod *instance
}

// An instance is a real n8n with some content, and its owner, who changes
// things in it through n8n's own API.
type instance struct {
	name    string
	server  *n8nserver.Server
	account n8nserver.Account
	owner   *n8nserver.Client
	id      string // the instance's own

	credentials map[string]string // ids by name
	flows       map[string]string // ids of the workflows by name

	ready chan error
}

const member = "reports@example.com"

// startInstance starts an n8n while others start. Nothing but await may be
// done with it.
func startInstance(t *testing.T, name string) *instance {
	n := &instance{name: name, credentials: map[string]string{}, flows: map[string]string{}, ready: make(chan error, 1)}
	installation, dir := n8ntest.Install(t), t.TempDir()
	go func() {
		var err error
		n.server, n.account, err = installation.StartPrepared(context.WithoutCancel(t.Context()), dir)
		if err == nil {
			err = n.fill(context.WithoutCancel(t.Context()))
		}
		n.ready <- err
	}()
	t.Cleanup(func() {
		if n.server == nil {
			return
		}
		n.server.Kill()
		if t.Failed() {
			t.Logf("the end of the log of %s: %s", name, n.server.LogEnd())
		}
	})
	return n
}

func (n *instance) await(t *testing.T) {
	t.Helper()
	if err := <-n.ready; err != nil {
		t.Fatalf("start %s: %v", n.name, err)
	}
}

// fill gives an instance what people have: credentials, a second user, and
// workflows that run.
func (n *instance) fill(ctx context.Context) (err error) {
	if n.owner, err = n8nserver.SignIn(ctx, n.server.URL, n.account); err != nil {
		return err
	}
	var settings struct{ Data struct{ InstanceID string } }
	if err := n.owner.Call(ctx, http.MethodGet, "/rest/settings", nil, &settings); err != nil {
		return err
	}
	n.id = settings.Data.InstanceID
	if err := n.renewKey(ctx); err != nil {
		return err
	}
	callers, err := n.owner.CreateCredential(ctx, "Callers", "httpHeaderAuth", map[string]any{"name": "X-Key", "value": "s3cret-callers"})
	if err != nil {
		return err
	}
	n.credentials["Callers"] = callers
	for _, name := range []string{"CRM report", "CRM leads", "CRM stock", "CRM admin"} {
		if n.credentials[name], err = n.owner.CreateCredential(ctx, name, "httpBearerAuth", map[string]any{"token": "s3cret-" + name}); err != nil {
			return err
		}
	}
	if _, err := n.owner.CreateUser(ctx, member); err != nil {
		return err
	}
	for name, flow := range map[string]string{
		"Orders in": n.hook("headerAuth"), "Nightly report": n.nightly("Nightly report", "CRM report", "GET"),
		"Lead import": n.nightly("Lead import", "CRM leads", "GET"), "Stock sync": n.nightly("Stock sync", "CRM stock", "GET"),
	} {
		if n.flows[name], err = n.live(ctx, flow); err != nil {
			return err
		}
	}
	return nil
}

// renewKey puts a key that ends in the place of the one that does not.
func (n *instance) renewKey(ctx context.Context) error {
	var keys struct {
		Data struct{ Items []struct{ ID string } }
	}
	if err := n.owner.Call(ctx, http.MethodGet, "/rest/api-keys?ownership=all&take=10", nil, &keys); err != nil {
		return err
	}
	var scopes struct{ Data []string }
	if err := n.owner.Call(ctx, http.MethodGet, "/rest/api-keys/scopes", nil, &scopes); err != nil {
		return err
	}
	var made struct{ Data struct{ RawAPIKey string } }
	ask := map[string]any{"label": "rollcall and its tests", "scopes": scopes.Data, "expiresAt": time.Now().AddDate(0, 0, 28).Unix()}
	if err := n.owner.Call(ctx, http.MethodPost, "/rest/api-keys", ask, &made); err != nil {
		return err
	}
	n.account.APIKey, n.owner.APIKey = made.Data.RawAPIKey, made.Data.RawAPIKey
	for _, k := range keys.Data.Items {
		if err := n.owner.DeleteAPIKey(ctx, k.ID); err != nil {
			return err
		}
	}
	return nil
}

// live makes a workflow that runs.
func (n *instance) live(ctx context.Context, flow string) (id string, err error) {
	if id, err = n.owner.CreateWorkflow(ctx, flow); err != nil {
		return "", err
	}
	return id, n.owner.Activate(ctx, id)
}

// hook is a workflow that callers start.
func (n *instance) hook(auth string) string {
	return flowOf("Orders in", map[string]any{
		"id": "1", "name": "In", "type": "n8n-nodes-base.webhook", "typeVersion": 2.1, "webhookId": "hook-of-" + n.name,
		"credentials": map[string]any{"httpHeaderAuth": map[string]string{"id": n.credentials["Callers"], "name": "Callers"}},
		"parameters":  map[string]any{"httpMethod": "POST", "path": "orders", "authentication": auth, "options": map[string]any{}},
	})
}

// nightly is a workflow that calls an application with a credential at night.
func (n *instance) nightly(name, credential, method string) string {
	return flowOf(name, map[string]any{
		"id": "1", "name": "At night", "type": "n8n-nodes-base.scheduleTrigger", "typeVersion": 1.2,
		"parameters": map[string]any{"rule": map[string]any{"interval": []any{map[string]any{"field": "cronExpression", "expression": "0 2 * * *"}}}},
	}, map[string]any{
		"id": "2", "name": "Read the CRM", "type": "n8n-nodes-base.httpRequest", "typeVersion": 4.2,
		"credentials": map[string]any{"httpBearerAuth": map[string]string{"id": n.credentials[credential], "name": credential}},
		"parameters": map[string]any{
			"method": method, "url": "https://crm.example.com/deals", "authentication": "genericCredentialType", "genericAuthType": "httpBearerAuth",
		},
	})
}

func flowOf(name string, nodes ...map[string]any) string {
	connections := map[string]any{}
	for i, n := range nodes {
		n["position"] = []int{200 * i, 0}
		if i > 0 {
			to := map[string]any{"node": n["name"], "type": "main", "index": 0}
			connections[nodes[i-1]["name"].(string)] = map[string]any{"main": []any{[]any{to}}}
		}
	}
	text, err := json.Marshal(map[string]any{"name": name, "nodes": nodes, "connections": connections, "settings": map[string]any{}})
	if err != nil {
		panic(err) // it is made of maps and text
	}
	return string(text)
}

func (n *instance) workflow(t *testing.T, id string) n8nserver.Workflow {
	t.Helper()
	w, err := n.owner.Workflow(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// call calls the webhook without a key until it answers as it should, for two
// seconds: n8n puts it up a moment after it has said so.
func (n *instance) call(t *testing.T, want int) {
	t.Helper()
	got := 0
	for range 40 {
		res, err := http.Post(n.server.URL+"/webhook/orders", "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if got = res.StatusCode; got == want {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("a caller of the webhook of %s who shows no key gets %d, want %d", n.name, got, want)
}

// rollcall runs a command, and what it says is to have an exit code.
func rollcall(t *testing.T, want int, args ...string) (out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	if code := execute(t.Context(), args, strings.NewReader(""), &o, &e); code != want {
		t.Fatalf("\"rollcall %s\" ended with %d, want %d; it said:\n%s\n%s", strings.Join(args, " "), code, want, &o, &e)
	}
	return o.String(), e.String()
}

// says checks that a text has each of these in it.
func says(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q:\n%s", want, text)
		}
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// settings is a configuration of a rollcall. A tenant's address is n8n's own,
// or that of a proxy.
func (h *house) settings(t *testing.T, dir, more string, tenants map[*instance]string) (path string) {
	t.Helper()
	text := fmt.Sprintf("state: %s/state.db\nevidence: {dir: %s/evidence}\nlisten: 127.0.0.1:0\nrevert: true\n%s\ntenants:\n", dir, dir, more)
	for n, url := range tenants {
		text += fmt.Sprintf("  %s: {platform: n8n, url: %q, apiKey: \"file:%s\", email: %s, password: \"file:%s\", instanceID: %s, timeout: 10s}\n",
			n.name, url, secretFile(t, n.account.APIKey), n.account.Email, secretFile(t, n.account.Password), n.id)
	}
	path = dir + "/rollcall.yaml"
	write(t, path, text)
	return path
}
