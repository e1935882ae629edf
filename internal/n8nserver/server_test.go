package n8nserver_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/internal/n8nserver"
	"github.com/rollcall-dev/rollcall/internal/n8nserver/n8ntest"
)

const orders = `{
	"name": "Orders in",
	"nodes": [{
		"id": "1", "name": "Webhook", "type": "n8n-nodes-base.webhook", "typeVersion": 2.1, "position": [0, 0],
		"webhookId": "9c39121d-822e-4061-80a6-729e62d3f385",
		"parameters": {"httpMethod": "POST", "path": "orders", "options": {}}
	}],
	"connections": {},
	"settings": {"executionOrder": "v1"}
}`

// TestServerIsARealTenant goes through the life of one server, since starting
// takes most of the time.
func TestServerIsARealTenant(t *testing.T) {
	ctx := t.Context()
	s, owner := n8ntest.Start(t)
	c, err := n8nserver.SignIn(ctx, s.URL, owner)
	if err != nil {
		t.Fatal(err)
	}

	id, err := c.CreateWorkflow(ctx, orders)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Activate(ctx, id); err != nil {
		t.Fatal(err)
	}
	if got := hook(t, s.URL+"/webhook/orders", http.StatusOK); got != http.StatusOK {
		t.Errorf("the webhook of an active workflow answers %d", got)
	}

	draft := strings.Replace(orders, "POST", "GET", 1)
	if err := c.UpdateWorkflow(ctx, id, draft, false); err != nil {
		t.Fatal(err)
	}
	if w := workflow(t, c, id); w.VersionID == w.ActiveVersionID {
		t.Error("an unpublished change is live")
	}
	if err := c.UpdateWorkflow(ctx, id, orders, true); err != nil {
		t.Fatal(err)
	}
	live := workflow(t, c, id)
	if live.VersionID != live.ActiveVersionID {
		t.Error("a published change is not live")
	}

	const mia = "mia@rollcall.example"
	member, err := c.CreateUser(ctx, mia)
	if err != nil {
		t.Fatal(err)
	}
	if got := roles(t, c); got[mia] != "global:member" {
		t.Errorf("the roles are %v; want %s an active member", got, mia)
	}
	if err := s.RaiseRole(ctx, mia, "global:admin"); err != nil {
		t.Fatal(err)
	}
	if got := roles(t, c); got[mia] != "global:admin" {
		t.Errorf("the roles are %v; want %s raised", got, mia)
	}
	if err := s.RaiseRole(ctx, "nobody@rollcall.example", "global:admin"); err == nil {
		t.Error("raising nobody's role is called a success")
	}

	m, err := n8nserver.SignIn(ctx, s.URL, member)
	if err != nil {
		t.Fatal(err)
	}
	key, err := m.CreateAPIKey(ctx, "mine", "workflow:list")
	if err != nil {
		t.Fatal(err)
	}
	m.APIKey = key.Value
	if err := m.Call(ctx, http.MethodGet, "/api/v1/workflows", nil, nil); err != nil {
		t.Errorf("a new key is refused: %v", err)
	}
	if err := c.DeleteAPIKey(ctx, key.ID); err != nil {
		t.Fatal(err)
	}
	if err := m.Call(ctx, http.MethodGet, "/api/v1/workflows", nil, nil); err == nil {
		t.Error("a deleted key is still good")
	}

	if _, err := c.CreateCredential(ctx, "CRM", "httpBearerAuth", map[string]any{"token": "s3cret"}); err != nil {
		t.Error(err)
	}

	s.Kill()
	if err := s.Restart(ctx); err != nil {
		t.Fatal(err)
	}
	if w := workflow(t, c, id); w.ActiveVersionID != live.ActiveVersionID {
		t.Errorf("after a power cut version %q is live, before it was %q", w.ActiveVersionID, live.ActiveVersionID)
	}
	if err := c.Deactivate(ctx, id); err != nil {
		t.Fatal(err)
	}
	if w := workflow(t, c, id); w.Active || w.ActiveVersionID != "" {
		t.Error("a deactivated workflow is live")
	}
}

func TestInstallingAgainTakesNoTime(t *testing.T) {
	n8ntest.Install(t)
	begun := time.Now()
	n8ntest.Install(t)
	if took := time.Since(begun); took > 100*time.Millisecond {
		t.Errorf("the second Install took %s", took)
	}
}

// Copies of one template that could not be told apart would make a driver's check
// of the tenant it talks to untestable.
func TestEveryFolderIsAnInstanceOfItsOwn(t *testing.T) {
	i := n8ntest.Install(t)
	var ids []string
	dirs := []string{t.TempDir(), t.TempDir()}
	for _, dir := range append(dirs, dirs[0]) {
		s, a, err := i.StartPrepared(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, instanceID(t, s, a))
		s.Stop()
	}
	if ids[0] == ids[1] || ids[0] != ids[2] {
		t.Errorf("the instances say they are %q; want the first and the third the same, the second another", ids)
	}
}

func instanceID(t *testing.T, s *n8nserver.Server, a n8nserver.Account) string {
	t.Helper()
	c, err := n8nserver.SignIn(t.Context(), s.URL, a)
	if err != nil {
		t.Fatal(err)
	}
	var settings struct{ Data struct{ InstanceID string } }
	if err := c.Call(t.Context(), http.MethodGet, "/rest/settings", nil, &settings); err != nil {
		t.Fatal(err)
	}
	return settings.Data.InstanceID
}

func TestStartThatIsGivenUpLeavesNoServer(t *testing.T) {
	i := n8ntest.Install(t)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	s, err := i.Start(ctx, t.TempDir(), n8nserver.Options{})
	if err == nil || s != nil {
		t.Errorf("Start = %v, %v; want no server and an error", s, err)
	}
}

func workflow(t *testing.T, c *n8nserver.Client, id string) n8nserver.Workflow {
	t.Helper()
	w, err := c.Workflow(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// roles is who has accepted an invitation, and with which role.
func roles(t *testing.T, c *n8nserver.Client) map[string]string {
	t.Helper()
	var page struct {
		Data []struct {
			Email, Role string
			IsPending   bool
		}
	}
	if err := c.Call(t.Context(), http.MethodGet, "/api/v1/users?includeRole=true", nil, &page); err != nil {
		t.Fatal(err)
	}
	by := map[string]string{}
	for _, u := range page.Data {
		if !u.IsPending {
			by[u.Email] = u.Role
		}
	}
	return by
}

// hook calls a webhook until it answers as it should, for two seconds: n8n puts
// it up shortly after it has said that the workflow is active.
func hook(t *testing.T, url string, want int) (got int) {
	t.Helper()
	for range 40 {
		res, err := http.Post(url, "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if got = res.StatusCode; got == want {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	return got
}
