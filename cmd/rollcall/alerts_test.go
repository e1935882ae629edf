package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rollcall-dev/rollcall/internal/alert"
	"github.com/rollcall-dev/rollcall/internal/config"
	"github.com/rollcall-dev/rollcall/reconcile"
)

// startInbox starts a server for the rest of a script: its address is in
// $INBOX. It answers what the first part of a path says, and writes the path
// and body of each request into inbox.txt.
func startInbox(ts *testscript.TestScript, _ bool, _ []string) {
	var mu sync.Mutex
	file := ts.MkAbs("inbox.txt")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		body, err := io.ReadAll(r.Body)
		status, bad := strconv.Atoi(strings.Split(r.URL.Path, "/")[1])
		f, unopened := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil || bad != nil || unopened != nil {
			status = http.StatusInternalServerError
		} else {
			fmt.Fprintf(f, "%s %s\n", r.URL.Path, body)
			f.Close()
		}
		w.WriteHeader(status)
	}))
	ts.Defer(server.Close)
	ts.Setenv("INBOX", server.URL)
}

func TestEveryKindOfAlertHasItsTypeAndLabels(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	drift := &reconcile.Drift{Tenant: "acme", Class: reconcile.Changed, Identity: "acme/crm", Kind: "workflow", ObjectID: "7", Field: "auth", Owner: "team/crm"}
	stranger := &reconcile.Drift{Tenant: "acme", Class: reconcile.Undeclared, Kind: "workflow", ObjectID: "8"}
	blind := &reconcile.Drift{Tenant: "acme", Class: reconcile.Unreadable}
	for _, tc := range []struct {
		from reconcile.Alert
		want alert.Alert
	}{
		{reconcile.Alert{Kind: reconcile.Opened, Drift: drift, Severity: reconcile.Critical},
			alert.Alert{Type: alert.DriftOpened, Class: "changed", Identity: "acme/crm", Field: "auth", Owners: []string{"team/crm"}, Severity: alert.Critical}},
		{reconcile.Alert{Kind: reconcile.Reminded, Drift: drift, Severity: reconcile.Warning},
			alert.Alert{Type: alert.DriftReminded, Class: "changed", Identity: "acme/crm", Field: "auth", Owners: []string{"team/crm"}, Severity: alert.Warning}},
		{reconcile.Alert{Kind: reconcile.Resolved, Drift: stranger, Severity: reconcile.Critical},
			alert.Alert{Type: alert.DriftResolved, Class: "undeclared", Object: "workflow:8", Severity: alert.Critical}},
		{reconcile.Alert{Kind: reconcile.Opened, Drift: blind, Severity: reconcile.Critical},
			alert.Alert{Type: alert.Unreadable, Class: "unreadable", Severity: alert.Critical}},
		{reconcile.Alert{Kind: reconcile.Resolved, Drift: blind, Severity: reconcile.Critical},
			alert.Alert{Type: alert.Readable, Class: "unreadable", Severity: alert.Critical}},
		{reconcile.Alert{Kind: reconcile.Opened, Count: 30, Owners: []string{"team/crm", "team/hr"}, Severity: reconcile.Warning},
			alert.Alert{Type: alert.DriftOpened, Count: 30, Owners: []string{"team/crm", "team/hr"}, Severity: alert.Warning}},
		{reconcile.Alert{Kind: reconcile.Held, Severity: reconcile.Critical}, alert.Alert{Type: alert.PlanHeld, Severity: alert.Critical}},
		{reconcile.Alert{Kind: reconcile.Released, Severity: reconcile.Critical}, alert.Alert{Type: alert.PlanReleased, Severity: alert.Critical}},
		{reconcile.Alert{Kind: reconcile.Acted, Drift: drift, Result: reconcile.Done, Severity: reconcile.Warning},
			alert.Alert{Type: alert.Reverted, Class: "changed", Identity: "acme/crm", Field: "auth", Owners: []string{"team/crm"}, Severity: alert.Warning}},
		{reconcile.Alert{Kind: reconcile.Offboarded, Drift: drift, Severity: reconcile.Warning},
			alert.Alert{Type: alert.Offboarded, Class: "changed", Identity: "acme/crm", Field: "auth", Owners: []string{"team/crm"}, Severity: alert.Warning}},
		{reconcile.Alert{Kind: reconcile.Acted, Drift: drift, Result: reconcile.Unknown, Severity: reconcile.Critical},
			alert.Alert{Type: alert.RevertFailed, Class: "changed", Identity: "acme/crm", Field: "auth", Owners: []string{"team/crm"}, Severity: alert.Critical}},
	} {
		tc.from.Tenant, tc.from.Time, tc.from.Since = "acme", now, now.Add(-time.Hour)
		tc.want.Tenant, tc.want.Time, tc.want.Since = "acme", now, now.Add(-time.Hour)
		got := alertOf(tc.from)
		if tc.from.Drift != nil && got.ID == "" {
			t.Errorf("%s: the same alert told twice would count as two", tc.from.Kind)
		}
		got.ID, got.Detail = "", nil
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s of %v (-want +got):\n%s", tc.from.Kind, tc.from.Drift, diff)
		}
	}
}

func TestWhatIsNotToldToPeopleIsSaid(t *testing.T) {
	all := config.Channel{All: true, Severity: "critical"}
	for _, tc := range []struct {
		name string
		c    config.Alerts
		want string
	}{
		{"nothing", config.Alerts{}, "critical and warning alerts on what"},
		{"a pager alone", config.Alerts{Channels: map[string]config.Channel{"pager": all}}, "warning alerts on what"},
		{"a webhook", config.Alerts{Webhook: config.Webhook{URL: "https://alerts.example.com"}}, ""},
	} {
		if got := untold(tc.c); !strings.HasPrefix(got, tc.want) || (got == "") != (tc.want == "") {
			t.Errorf("%s: %q", tc.name, got)
		}
	}
}

func TestRemindersAreThoseOfTheConfiguration(t *testing.T) {
	fl := &fleet{cfg: &config.Config{Alerts: config.Alerts{Remind: config.Remind{Critical: config.Period(time.Hour)}}}, desired: &desired{}}
	want := map[reconcile.Severity]time.Duration{reconcile.Critical: time.Hour, reconcile.Warning: 0}
	if diff := cmp.Diff(want, fl.reconciler("acme", nil).Remind); diff != "" {
		t.Errorf("people are told again (-want +got):\n%s", diff)
	}
}
