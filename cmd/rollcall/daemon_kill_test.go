package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A daemon that is killed between intent and outcome looks at the tenant when
// it starts again, and repeats nothing blindly.
func TestAKilledDaemonResolvesItsActAndDoesNothingTwice(t *testing.T) {
	for name, reached := range map[string]bool{"before the write reached the tenant": false, "after the write reached the tenant": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := watch(t)
			d := w.start(t)
			d.ready(t)
			written, gone := make(chan struct{}, 8), make(chan struct{})
			w.guard(func(r *http.Request) bool {
				if r.Method == http.MethodGet {
					return true
				}
				if reached {
					w.handler.ServeHTTP(discard{}, r)
				}
				written <- struct{}{}
				<-gone // the daemon is killed while it waits for the answer
				return false
			})
			if err := w.tenant.Make("activate-workflow"); err != nil {
				t.Fatal(err)
			}
			select {
			case <-written:
			case <-time.After(30 * time.Second):
				close(gone)
				t.Fatal("the daemon did not act within 30 s")
			}
			d.kill(t)
			close(gone)
			if active := w.live(t, "workflow", "wf-quick-export").Active; active == reached {
				t.Fatalf("the test is broken: the workflow is active: %t", active)
			}
			w.guard(nil)
			w.start(t).settle(t, w)
			want := 1
			if reached {
				want = 0
			}
			if n := w.written("wf-quick-export"); n != want {
				t.Errorf("after the restart the tenant was written to %d times, want %d", n, want)
			}
			evidenceHolds(t, filepath.Join(w.dir, "evidence"), 1)
		})
	}
}

// settle waits until the undeclared workflow is off and the daemon is idle,
// and stops it.
func (d *running) settle(t *testing.T, w *watched) {
	t.Helper()
	eventually(t, "the undeclared workflow is off", func() bool { return !w.live(t, "workflow", "wf-quick-export").Active })
	eventually(t, "nothing drifts any more", func() bool {
		_, metrics := d.get(t, "/metrics")
		return strings.Contains(metrics, `rollcall_passes_total{result="done",tenant="sandbox"}`) && !strings.Contains(metrics, `rollcall_drift{`)
	})
	d.stop(t)
}

// discard is an answer that nobody gets.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}

func TestASecondProcessSaysThatTheFirstIsThere(t *testing.T) {
	t.Parallel()
	w := watch(t)
	d := w.start(t)
	second := exec.Command(os.Args[0], "reconcile", "--config", w.config())
	second.Env = d.Env
	out, err := second.CombinedOutput()
	if second.ProcessState.ExitCode() != exitFailed || !strings.Contains(string(out), "another rollcall is using it") {
		t.Errorf("a reconcile beside the daemon: %v\n%s", err, out)
	}
	look := exec.Command(os.Args[0], "diff", "--config", w.config())
	look.Env = d.Env
	if out, err := look.CombinedOutput(); err != nil || !strings.Contains(string(out), "no drift") {
		t.Errorf("a diff beside the daemon: %v\n%s", err, out)
	}
	d.stop(t)
}
