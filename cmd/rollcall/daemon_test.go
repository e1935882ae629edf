package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/evidence"
	"github.com/rollcall-dev/rollcall/examples"
	"github.com/rollcall-dev/rollcall/internal/alert"
	"github.com/rollcall-dev/rollcall/tenant/sandbox"
)

// A watched is a folder with Acme's registry, a sandbox tenant behind a proxy,
// a receiver of alerts, and a daemon over all of it.
type watched struct {
	dir     string
	tenant  *sandbox.Tenant
	handler *sandbox.Handler

	mu     sync.Mutex
	before func(*http.Request) bool // of the proxy: false drops the request
	writes []string                 // that reached the tenant
	alerts []string                 // messages that were received, signed
}

const alertSecret = "a-secret-of-the-receiver"

func watch(t *testing.T) *watched {
	t.Helper()
	w := &watched{dir: t.TempDir(), tenant: sandbox.New(sandbox.Seed())}
	w.handler = sandbox.NewHandler(w.tenant)
	platform := httptest.NewServer(w.handler)
	t.Cleanup(platform.Close)
	to, err := url.Parse(platform.URL)
	if err != nil {
		t.Fatal(err)
	}
	forward := httputil.NewSingleHostReverseProxy(to)
	proxy := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		before := w.before
		w.mu.Unlock()
		if before != nil && !before(r) {
			panic(http.ErrAbortHandler)
		}
		if r.Method != http.MethodGet {
			w.mu.Lock()
			w.writes = append(w.writes, r.Method+" "+r.URL.Path)
			w.mu.Unlock()
		}
		forward.ServeHTTP(rw, r)
	}))
	t.Cleanup(proxy.Close)
	receiver := httptest.NewServer(http.HandlerFunc(w.receive))
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
`, proxy.URL, receiver.URL)
	if err := os.WriteFile(filepath.Join(w.dir, "rollcall.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *watched) receive(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || r.Header.Get(alert.SignatureHeader) != alert.Sign(alertSecret, body) {
		http.Error(rw, "not signed", http.StatusUnauthorized)
		return
	}
	var event struct {
		Type string `json:"type"`
		Data struct {
			Message string `json:"message"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &event); err != nil {
		http.Error(rw, "no CloudEvent", http.StatusBadRequest)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.alerts = append(w.alerts, event.Type+" "+event.Data.Message)
}

// has tells whether a text was received in an alert, and how often.
func (w *watched) has(text string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, a := range w.alerts {
		if strings.Contains(a, text) {
			n++
		}
	}
	return n
}

func (w *watched) guard(before func(*http.Request) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.before = before
}

// A running is a daemon in a process of its own.
type running struct {
	*exec.Cmd
	address string
	log     *strings.Builder
	read    sync.WaitGroup
}

func (w *watched) start(t *testing.T) *running {
	t.Helper()
	d := &running{Cmd: exec.Command(os.Args[0], "daemon", "--config", filepath.Join(w.dir, "rollcall.yaml")), log: &strings.Builder{}}
	d.Env = append(os.Environ(), "BE_ROLLCALL=1", "SANDBOX_TOKEN="+sandbox.Token, "ALERT_SECRET="+alertSecret)
	errs, err := d.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = d.Process.Kill()
		d.read.Wait()
		if t.Failed() {
			t.Logf("the daemon's log:\n%s", d.log)
		}
	})
	addresses := make(chan string, 1)
	d.read.Go(func() {
		for lines := bufio.NewScanner(errs); lines.Scan(); {
			fmt.Fprintln(d.log, lines.Text())
			var line struct{ Msg, Listen string }
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "daemon started" {
				addresses <- line.Listen
			}
		}
		close(addresses)
	})
	if d.address = <-addresses; d.address == "" {
		t.Fatal("the daemon did not start")
	}
	return d
}

func (d *running) get(t *testing.T, path string) (int, string) {
	t.Helper()
	res, err := http.Get("http://" + d.address + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func (d *running) kill(t *testing.T) {
	t.Helper()
	if err := d.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	d.read.Wait()
	_ = d.Wait()
}

func (d *running) stop(t *testing.T) {
	t.Helper()
	if err := d.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	d.read.Wait()
	if err := d.Wait(); err != nil {
		t.Errorf("the daemon did not stop cleanly on SIGTERM: %v", err)
	}
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within 30 s: %s", what)
		}
	}
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
	eventually(t, "the daemon is ready", func() bool { code, _ := d.get(t, "/readyz"); return code == http.StatusOK })
	if code, _ := d.get(t, "/healthz"); code != http.StatusOK {
		t.Errorf("/healthz answers %d", code)
	}
	if err := w.tenant.Make("open-webhook"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the webhook asks for authentication again", func() bool { return w.live(t, "webhook", "wh-new-hire").Auth == "header" })
	eventually(t, "people are told that it was and is over", func() bool {
		return w.has("dev.rollcall.drift.opened") == 1 && w.has("dev.rollcall.action.done") == 1 && w.has("dev.rollcall.drift.resolved") == 1
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
	w.evidenceHolds(t, 1)
}

func TestASavedRegistryFileCountsAtOnce(t *testing.T) {
	t.Parallel()
	w := watch(t)
	d := w.start(t)
	eventually(t, "the daemon is ready", func() bool { code, _ := d.get(t, "/readyz"); return code == http.StatusOK })
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
	w.evidenceHolds(t, 1)
}

// evidenceHolds checks the log, that each intent has its outcome, and how many
// acts were done.
func (w *watched) evidenceHolds(t *testing.T, acts int) {
	t.Helper()
	dir := filepath.Join(w.dir, "evidence")
	key, err := evidence.ReadPublicKey(filepath.Join(dir, evidence.PublicKeyFile))
	if err != nil {
		t.Fatal(err)
	}
	report, err := evidence.Verify(t.Context(), dir, key)
	if err != nil || !report.Holds() || len(report.Open) > 0 {
		t.Errorf("the evidence: %v, faults %q, without outcome %v", err, report.Faults, report.Open)
	}
	done := 0
	for r, err := range evidence.Read(t.Context(), dir, key, evidence.Query{Kind: evidence.Outcome}) {
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(r.Entry.Data), `"result":"done"`) || strings.Contains(string(r.Entry.Data), `"result":"found done"`) {
			done++
		}
	}
	if done != acts {
		t.Errorf("the evidence tells of %d acts that were done, want %d", done, acts)
	}
}
