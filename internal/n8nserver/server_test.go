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
// takes most of the time. Its parts build on one another.
func TestServerIsARealTenant(t *testing.T) {
	s, owner := n8ntest.Start(t)
	c, err := n8nserver.SignIn(t.Context(), s.URL, owner)
	if err != nil {
		t.Fatal(err)
	}
	id, err := c.CreateWorkflow(t.Context(), orders)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("an active workflow answers at its webhook", func(t *testing.T) {
		ok(t, c.Activate(t.Context(), id))
		if got := hook(t, s.URL+"/webhook/orders", http.StatusOK); got != http.StatusOK {
			t.Errorf("the webhook answers %d", got)
		}
	})
	t.Run("draft and live are two versions", func(t *testing.T) { draftAndLive(t, c, id) })
	t.Run("a role raised in the database is seen", func(t *testing.T) { raisedRole(t, s, c) })
	t.Run("a deleted key is void", func(t *testing.T) { deletedKey(t, c) })
	t.Run("credentials can be made", func(t *testing.T) {
		_, err := c.CreateCredential(t.Context(), "CRM", "httpBearerAuth", map[string]any{"token": "s3cret"})
		ok(t, err)
	})
	t.Run("a power cut loses nothing", func(t *testing.T) {
		before := workflow(t, c, id)
		s.Kill()
		ok(t, s.Restart(t.Context()))
		if after := workflow(t, c, id); !after.Active || after.ActiveVersionID != before.ActiveVersionID {
			t.Errorf("version %q is live, before it was %q", after.ActiveVersionID, before.ActiveVersionID)
		}
	})
	t.Run("a deactivated workflow is not live", func(t *testing.T) {
		ok(t, c.Deactivate(t.Context(), id))
		if w := workflow(t, c, id); w.Active || w.ActiveVersionID != "" {
			t.Errorf("version %q is live", w.ActiveVersionID)
		}
	})
}

func draftAndLive(t *testing.T, c *n8nserver.Client, id string) {
	ok(t, c.UpdateWorkflow(t.Context(), id, strings.Replace(orders, "POST", "GET", 1), false))
	if w := workflow(t, c, id); w.VersionID == w.ActiveVersionID {
		t.Error("an unpublished change is live")
	}
	ok(t, c.UpdateWorkflow(t.Context(), id, orders, true))
	if w := workflow(t, c, id); w.VersionID != w.ActiveVersionID {
		t.Error("a published change is not live")
	}
}

func raisedRole(t *testing.T, s *n8nserver.Server, c *n8nserver.Client) {
	const mia = "mia@rollcall.example"
	_, err := c.CreateUser(t.Context(), mia)
	ok(t, err)
	if got := roles(t, c); got[mia] != "global:member" {
		t.Errorf("the roles are %v; want %s an active member", got, mia)
	}
	ok(t, s.RaiseRole(t.Context(), mia, "global:admin"))
	if got := roles(t, c); got[mia] != "global:admin" {
		t.Errorf("the roles are %v; want %s raised", got, mia)
	}
	if err := s.RaiseRole(t.Context(), "nobody@rollcall.example", "global:admin"); err == nil {
		t.Error("raising nobody's role is called a success")
	}
}

func deletedKey(t *testing.T, c *n8nserver.Client) {
	member, err := c.CreateUser(t.Context(), "max@rollcall.example")
	ok(t, err)
	m, err := n8nserver.SignIn(t.Context(), c.URL, member)
	ok(t, err)
	key, err := m.CreateAPIKey(t.Context(), "mine", "workflow:list")
	ok(t, err)
	m.APIKey = key.Value
	if err := m.Call(t.Context(), http.MethodGet, "/api/v1/workflows", nil, nil); err != nil {
		t.Errorf("a new key is refused: %v", err)
	}
	ok(t, c.DeleteAPIKey(t.Context(), key.ID))
	if err := m.Call(t.Context(), http.MethodGet, "/api/v1/workflows", nil, nil); err == nil {
		t.Error("a deleted key is still good")
	}
}

func TestInstallingAgainTakesNoTime(t *testing.T) {
	n8ntest.Install(t)
	begun := time.Now()
	n8ntest.Install(t)
	if took := time.Since(begun); took > 10*time.Second {
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

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
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
