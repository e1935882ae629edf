package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/examples"
	"github.com/rollcall-dev/rollcall/tenant/sandbox"
)

// A watched is a folder with Acme's registry, a sandbox tenant behind a gate,
// an inbox, and a daemon over all of it.
type watched struct {
	inbox
	*gate
	dir     string
	tenant  *sandbox.Tenant
	handler *sandbox.Handler
}

func watch(t *testing.T) *watched {
	t.Helper()
	w := &watched{dir: t.TempDir(), tenant: sandbox.New(sandbox.Seed())}
	w.handler = sandbox.NewHandler(w.tenant)
	platform := httptest.NewServer(w.handler)
	t.Cleanup(platform.Close)
	w.gate = newGate(t, platform.URL)
	receiver := httptest.NewServer(&w.inbox)
	t.Cleanup(receiver.Close)
	if _, err := examples.LayOut(filepath.Join(w.dir, "acme"), examples.Acme(), time.Now()); err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf(`registry: {path: acme}
state: state.db
evidence: {dir: evidence}
interval: 1s
listen: 127.0.0.1:0
revert: true
tenants:
  sandbox: {platform: sandbox, url: %q, apiKey: "env:SANDBOX_TOKEN", instanceID: sandbox-1, timeout: 5s}
alerts: {webhook: {url: %q, secret: "env:ALERT_SECRET"}}
`, w.gate.url, receiver.URL)
	if err := os.WriteFile(filepath.Join(w.dir, "rollcall.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *watched) config() string { return filepath.Join(w.dir, "rollcall.yaml") }

func (w *watched) start(t *testing.T) *running {
	t.Helper()
	return startDaemon(t, w.config(), "SANDBOX_TOKEN="+sandbox.Token, "ALERT_SECRET="+alertSecret)
}

func (w *watched) live(t *testing.T, kind, id string) sandbox.Item {
	t.Helper()
	for k, items := range w.tenant.State().Items {
		for _, it := range items {
			if string(k) == kind && it.ID == id {
				return *it
			}
		}
	}
	t.Fatalf("the tenant has no %s %s", kind, id)
	return sandbox.Item{}
}

func TestTheDaemonFindsDriftTellsPeopleOnceAndSetsItBack(t *testing.T) {
	t.Parallel()
	w := watch(t)
	d := w.start(t)
	d.ready(t)
	if code, _ := d.get(t, "/healthz"); code != http.StatusOK {
		t.Errorf("/healthz answers %d", code)
	}
	if err := w.tenant.Make("open-webhook"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the webhook asks for authentication again", func() bool { return w.live(t, "webhook", "wh-new-hire").Auth == "header" })
	eventually(t, "people are told that it was and is over", func() bool {
		return w.count("dev.rollcall.drift.opened") == 1 && w.count("dev.rollcall.action.done") == 1 && w.count("dev.rollcall.drift.resolved") == 1
	})
	_, metrics := d.get(t, "/metrics")
	for _, want := range []string{
		`rollcall_acts_total{result="done",tenant="sandbox",verb="restore"} 1`,
		`rollcall_tenant_readable{tenant="sandbox"} 1`, `rollcall_registry_current 1`,
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("/metrics does not have %s", want)
		}
	}
	d.stop(t)
	evidenceHolds(t, filepath.Join(w.dir, "evidence"), 1)
}

func TestASavedRegistryFileCountsAtOnce(t *testing.T) {
	t.Parallel()
	w := watch(t)
	d := w.start(t)
	d.ready(t)
	file := filepath.Join(w.dir, "acme", "registry", "identities", "sandbox", "invoice-export.cue")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := replaceFile(file, []byte(strings.Replace(string(text), `state:   "active"`, `state:   "suspended"`, 1))); err != nil {
		t.Fatal(err)
	}
	eventually(t, "what the registry suspends is disabled", func() bool { return !w.live(t, "workflow", "wf-invoice-export").Active })
	d.stop(t)
	evidenceHolds(t, filepath.Join(w.dir, "evidence"), 1)
}
