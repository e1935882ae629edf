package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A post is a daemon of the house over one instance, and who it tells.
type post struct {
	inbox
	*gate
	dir, config string
}

func (h *house) post(t *testing.T, n *instance, registry string) *post {
	t.Helper()
	p := &post{dir: t.TempDir(), gate: newGate(t, n.server.URL)}
	receiver := httptest.NewServer(&p.inbox)
	t.Cleanup(receiver.Close)
	more := fmt.Sprintf("registry: {%s}\ninterval: 1s\nalerts: {webhook: {url: %q, secret: \"env:ALERT_SECRET\"}}", registry, receiver.URL)
	p.config = h.settings(t, p.dir, more, map[*instance]string{n: p.gate.url})
	return p
}

func (p *post) start(t *testing.T) *running {
	t.Helper()
	d := startDaemon(t, p.config, "ALERT_SECRET="+alertSecret)
	d.ready(t)
	return d
}

func (p *post) evidence() string { return filepath.Join(p.dir, "evidence") }

func daemonTells(t *testing.T, h *house) {
	p := h.post(t, h.prod, fmt.Sprintf("path: %q", h.roll()))
	d := p.start(t)
	ok(t, h.prod.owner.Deactivate(t.Context(), h.prod.flows["Lead import"]))
	eventually(t, "people are told of the drift, of its revert, and that it is over", func() bool {
		return p.count("drift.opened", "n8n-prod/lead-import") == 1 && p.count("action.done") == 1 && p.count("drift.resolved", "n8n-prod/lead-import") == 1
	})
	if !h.prod.workflow(t, h.prod.flows["Lead import"]).Active {
		t.Error("people are told that it is over, and the workflow does not run")
	}
	file := h.path("roll/registry/identities/n8n-prod/stock-sync.cue")
	edit(t, file, `state: "active"`, `state: "suspended"`)
	eventually(t, "what a saved file suspends, and still runs, is told", func() bool { return p.count("drift.opened", "n8n-prod/stock-sync") == 1 })
	edit(t, file, `state: "suspended"`, `state: "active"`)
	eventually(t, "it is over when the file is as it was", func() bool { return p.count("drift.resolved", "n8n-prod/stock-sync") == 1 })
	d.stop(t)
	evidenceHolds(t, p.evidence(), 1)
}

func daemonFollowsBranch(t *testing.T, h *house) {
	work, bare := filepath.Join(t.TempDir(), "work"), filepath.Join(t.TempDir(), "roll.git")
	git := func(dir string, args ...string) {
		t.Helper()
		c := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=test", "-c", "user.email=test@example.com"}, args...)...)
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	git(".", "init", "-q", "-b", "main", h.roll())
	git(h.roll(), "add", ".")
	git(h.roll(), "commit", "-qm", "the roll")
	git(".", "clone", "-q", "--bare", h.roll(), bare)
	git(".", "clone", "-q", bare, work)
	p := h.post(t, h.prod, fmt.Sprintf("path: %q, branch: main, fetchEvery: 1s", bare))
	d := p.start(t)
	edit(t, filepath.Join(work, "registry/identities/n8n-prod/stock-sync.cue"), `state: "active"`, `state: "suspended"`)
	git(work, "commit", "-qam", "suspend the stock sync")
	git(work, "push", "-q", "origin", "main")
	eventually(t, "what a merged commit suspends, and still runs, is told", func() bool { return p.count("drift.opened", "n8n-prod/stock-sync") == 1 })
	git(work, "reset", "-q", "--hard", "HEAD^")
	git(work, "push", "-qf", "origin", "main")
	eventually(t, "a branch that was rewound is not followed, and people are told", func() bool { return p.count("registry.refused", "rewound") == 1 })
	d.stop(t)
	evidenceHolds(t, p.evidence(), 0)
}

// killedTenant kills n8n while it is read.
func killedTenant(t *testing.T, h *house) {
	p := h.post(t, h.test, fmt.Sprintf("path: %q", h.roll()))
	d := p.start(t)
	var once atomic.Bool
	// Drift that would be reverted if it were seen a second time.
	id, err := h.test.live(t.Context(), h.test.nightly("Night door", "CRM admin", "GET"))
	ok(t, err)
	p.guard(func(r *http.Request) bool {
		if strings.Contains(r.URL.Path, "/credentials") && once.CompareAndSwap(false, true) {
			h.test.server.Kill()
		}
		return true
	})
	eventually(t, "people are told that the tenant cannot be read", func() bool { return p.count("tenant.unreadable", "n8n-test") > 0 })
	if n := p.written("workflows"); n != 0 {
		t.Errorf("%d writes were tried on a tenant that could not be read", n)
	}
	if n := p.count("missing"); n > p.count("nothing is taken for missing") {
		t.Error("something was told as missing from a tenant that could not be read")
	}
	p.guard(nil)
	ok(t, h.test.server.Restart(t.Context()))
	eventually(t, "people are told that it can be read again", func() bool { return p.count("tenant.readable") > 0 })
	eventually(t, "what is not declared is switched off once it can be seen again", func() bool { return !h.test.workflow(t, id).Active })
	d.stop(t)
	evidenceHolds(t, p.evidence(), 1)
	out, _ := rollcall(t, exitFine, "evidence", "list", "--kind", "unreadable", "--config", p.config)
	says(t, out, `"n8n-test"`)
}

func killedBeforeAct(t *testing.T, h *house) { killedInAct(t, h, "Before", false) }
func killedAfterAct(t *testing.T, h *house)  { killedInAct(t, h, "After", true) }

// killedInAct kills the daemon when its write is on the way: before it reaches
// n8n, or after.
func killedInAct(t *testing.T, h *house, name string, reaches bool) {
	p := h.post(t, h.test, fmt.Sprintf("path: %q", h.roll()))
	d := p.start(t)
	asked, gone := make(chan error, 8), make(chan struct{})
	p.guard(func(r *http.Request) bool {
		if r.Method == http.MethodGet || !strings.HasSuffix(r.URL.Path, "/deactivate") {
			return true
		}
		var err error
		if reaches {
			id := strings.Split(r.URL.Path, "/")[4]
			err = h.test.owner.Deactivate(t.Context(), id)
		}
		asked <- err
		<-gone
		return false
	})
	id, err := h.test.live(t.Context(), h.test.nightly(name, "CRM admin", "GET"))
	ok(t, err)
	select {
	case err := <-asked:
		ok(t, err)
	case <-time.After(30 * time.Second):
		close(gone)
		t.Fatal("the daemon did not act within 30 s")
	}
	d.kill(t)
	close(gone)
	p.guard(nil)
	d = p.start(t)
	eventually(t, "the undeclared workflow is off", func() bool { return !h.test.workflow(t, id).Active })
	eventually(t, "nothing drifts any more", func() bool {
		_, metrics := d.get(t, "/metrics")
		return !strings.Contains(metrics, `class="undeclared"`)
	})
	d.stop(t)
	want := map[bool]int{false: 1, true: 0}[reaches]
	if n := p.written(id + "/deactivate"); n != want {
		t.Errorf("after the restart n8n was asked %d times to deactivate the workflow, want %d", n, want)
	}
	evidenceHolds(t, p.evidence(), 1)
	out, _ := rollcall(t, exitFine, "evidence", "list", "--kind", "outcome", "--config", p.config)
	says(t, out, map[bool]string{false: "found not done; decided anew", true: "found done"}[reaches])
}
