package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/internal/store"
	"github.com/rollcall-dev/rollcall/internal/store/storetest"
	"github.com/rollcall-dev/rollcall/tenant/sandbox"
)

// share has the daemons of a folder keep their state in a new PostgreSQL
// database. It gives its URL.
func (w *watched) share(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(w.config())
	if err != nil {
		t.Fatal(err)
	}
	text = []byte(strings.Replace(string(text), "state: state.db", "state: env:ROLLCALL_DATABASE", 1))
	if err := os.WriteFile(w.config(), text, 0o600); err != nil {
		t.Fatal(err)
	}
	return storetest.Postgres(t)
}

func (w *watched) env(place string) []string {
	return []string{"SANDBOX_TOKEN=" + sandbox.Token, "ALERT_SECRET=" + alertSecret, "ROLLCALL_DATABASE=" + place, "XDG_STATE_HOME=" + w.dir}
}

// command runs a command of rollcall beside the daemons.
func (w *watched) command(t *testing.T, place string, args ...string) (text string, code int) {
	t.Helper()
	c := exec.Command(os.Args[0], append(args, "--config", w.config())...)
	c.Env = append(append(os.Environ(), "BE_ROLLCALL=1"), w.env(place)...)
	out, err := c.CombinedOutput()
	if c.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), c.ProcessState.ExitCode()
}

// patiently is eventually where a killed leader's term has to run out.
func patiently(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !holds(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within 2 minutes: %s", what)
		}
	}
}

func TestDaemonsOnOneDatabaseGoOnWhenOneIsKilledAndTheEvidenceIsWhole(t *testing.T) {
	t.Parallel()
	w := watch(t)
	place := w.share(t)
	daemons := []*running{startDaemon(t, w.config(), w.env(place)...), startDaemon(t, w.config(), w.env(place)...), startDaemon(t, w.config(), w.env(place)...)}
	if err := w.tenant.Make("open-webhook"); err != nil {
		t.Fatal(err)
	}
	patiently(t, "the webhook asks for authentication again", func() bool { return w.live(t, "webhook", "wh-new-hire").Auth == "header" })
	daemons[0].kill(t)
	if err := w.tenant.Make("activate-workflow"); err != nil {
		t.Fatal(err)
	}
	patiently(t, "the undeclared workflow is off", func() bool { return !w.live(t, "workflow", "wf-quick-export").Active })
	daemons[1].kill(t)
	w.drifts(t, place, "open-webhook", "webhook", "wh-new-hire")
	daemons[2].stop(t)

	db, err := store.View(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if left, err := db.Outbox(t.Context(), 10); err != nil || len(left) > 0 {
		t.Errorf("%d entries are not in the log after the last daemon stopped: %v", len(left), err)
	}
	// A daemon that dies between an outcome and forgetting its act leaves it to
	// be looked at again: the act is told twice, and is one all the same.
	acts := doneInEvidence(t, filepath.Join(w.dir, "evidence"))
	slices.Sort(acts)
	if acts = slices.Compact(acts); len(acts) != 3 {
		t.Errorf("the evidence tells of %d acts that were done, want 3", len(acts))
	}
	if n := w.written("wf-quick-export"); n != 1 {
		t.Errorf("the workflow was written to %d times, want once", n)
	}
}

// drifts makes a drift while reverts are paused, and has them resumed when it
// was seen.
func (w *watched) drifts(t *testing.T, place, how, kind, id string) {
	t.Helper()
	if out, code := w.command(t, place, "pause", "--by", "owner@example.com", "--reason", "a test"); code != exitFine {
		t.Fatalf("pause beside a daemon: %s", out)
	}
	patiently(t, "the pause is obeyed", func() bool {
		out, _ := w.command(t, place, "status")
		return strings.Contains(out, "paused by owner@example.com")
	})
	if err := w.tenant.Make(how); err != nil {
		t.Fatal(err)
	}
	patiently(t, "the drift is seen", func() bool {
		out, _ := w.command(t, place, "status")
		return strings.Contains(out, "drift: 1 ")
	})
	if w.live(t, kind, id).Auth == "header" {
		t.Error("it was reverted while reverts were paused")
	}
	if out, code := w.command(t, place, "resume", "--by", "owner@example.com", "--reason", "done"); code != exitFine {
		t.Fatalf("resume beside a daemon: %s", out)
	}
	patiently(t, "the drift is reverted", func() bool { return w.live(t, kind, id).Auth == "header" })
}

func TestReconcileByHandWorksOnASharedDatabaseAndSaysNoPassword(t *testing.T) {
	t.Parallel()
	w := watch(t)
	place := strings.Replace(w.share(t), "rollcall@", "rollcall:hunter2@", 1)
	if out, code := w.command(t, place, "status"); code != exitFailed || !strings.Contains(out, "there is no state at env:ROLLCALL_DATABASE yet") {
		t.Errorf("status before the first pass: %d, %s", code, out)
	}
	for range 2 {
		if out, code := w.command(t, place, "reconcile"); code != exitFine {
			t.Fatalf("reconcile: %d, %s", code, out)
		}
	}
	for _, args := range [][]string{{"status"}, {"tenant", "list"}, {"config", "check"}, {"evidence", "verify"}} {
		if out, code := w.command(t, place, args...); code != exitFine || strings.Contains(out, "hunter2") {
			t.Errorf("%q: %d, %s", args, code, out)
		}
	}
	evidenceHolds(t, filepath.Join(w.dir, "evidence"), 0)

	held := openHeld(t, place, "sandbox")
	defer held()
	if out, code := w.command(t, place, "reconcile"); code != exitFailed || !strings.Contains(out, "another rollcall is using it") {
		t.Errorf("reconcile while another process has the tenant: %d, %s", code, out)
	}
}

func openHeld(t *testing.T, place, tenant string) (release func()) {
	t.Helper()
	db, err := store.Open(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	_, held, err := db.HoldTenant(t.Context(), tenant)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := held.Release(); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}
