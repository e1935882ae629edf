package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/evidence"
	"github.com/rollcall-dev/rollcall/internal/alert"
)

// An inbox receives alerts, signed ones alone.
type inbox struct {
	mu     sync.Mutex
	alerts []string // type and message
}

const alertSecret = "a-secret-of-the-receiver"

func (in *inbox) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
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
	in.mu.Lock()
	defer in.mu.Unlock()
	in.alerts = append(in.alerts, event.Type+" "+event.Data.Message)
}

// count is how many alerts have all of the texts in them.
func (in *inbox) count(texts ...string) int {
	in.mu.Lock()
	defer in.mu.Unlock()
	n := 0
	for _, a := range in.alerts {
		if !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(a, text) }) {
			n++
		}
	}
	return n
}

// A gate stands in front of a tenant, and notes what is written to it.
type gate struct {
	url     string
	forward *httputil.ReverseProxy

	mu     sync.Mutex
	before func(*http.Request) (pass bool) // nil lets everything pass
	writes []string
}

func newGate(t *testing.T, to string) *gate {
	t.Helper()
	address, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{forward: httputil.NewSingleHostReverseProxy(address)}
	g.forward.ErrorLog = log.New(io.Discard, "", 0)
	server := httptest.NewServer(g)
	server.Config.ErrorLog = g.forward.ErrorLog
	t.Cleanup(server.Close)
	g.url = server.URL
	return g
}

func (g *gate) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	before := g.before
	g.mu.Unlock()
	if before != nil && !before(r) {
		panic(http.ErrAbortHandler)
	}
	if r.Method != http.MethodGet {
		g.mu.Lock()
		g.writes = append(g.writes, r.Method+" "+r.URL.Path)
		g.mu.Unlock()
	}
	g.forward.ServeHTTP(rw, r)
}

func (g *gate) guard(before func(*http.Request) bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.before = before
}

// written is how many writes with a text in their path were let through.
func (g *gate) written(text string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for _, request := range g.writes {
		if strings.Contains(request, text) {
			n++
		}
	}
	return n
}

// A running is a daemon in a process of its own.
type running struct {
	*exec.Cmd
	address string
	log     *strings.Builder
	read    sync.WaitGroup
}

func startDaemon(t *testing.T, config string, env ...string) *running {
	t.Helper()
	d := &running{Cmd: exec.Command(os.Args[0], "daemon", "--config", config), log: &strings.Builder{}}
	d.Env = append(append(os.Environ(), "BE_ROLLCALL=1"), env...)
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

func (d *running) ready(t *testing.T) {
	t.Helper()
	eventually(t, "the daemon is ready", func() bool { code, _ := d.get(t, "/readyz"); return code == http.StatusOK })
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

// evidenceHolds checks the log, that each intent has its outcome, and how many
// acts were done.
func evidenceHolds(t *testing.T, dir string, acts int) {
	t.Helper()
	if done := doneInEvidence(t, dir); len(done) != acts {
		t.Errorf("the evidence tells of %d acts that were done, want %d", len(done), acts)
	}
}

// doneInEvidence checks the log, and gives the act of each outcome that says that
// it was done.
func doneInEvidence(t *testing.T, dir string) (acts []string) {
	t.Helper()
	key, err := evidence.ReadPublicKey(filepath.Join(dir, evidence.PublicKeyFile))
	if err != nil {
		t.Fatal(err)
	}
	report, err := evidence.Verify(t.Context(), dir, key)
	if err != nil || !report.Holds() || len(report.Open) > 0 {
		t.Errorf("the evidence: %v, faults %q, without outcome %v", err, report.Faults, report.Open)
	}
	for r, err := range evidence.Read(t.Context(), dir, key, evidence.Query{Kind: evidence.Outcome}) {
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(r.Entry.Data), `"result":"done"`) || strings.Contains(string(r.Entry.Data), `"result":"found done"`) {
			acts = append(acts, r.Entry.Act)
		}
	}
	return acts
}
