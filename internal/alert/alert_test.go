package alert_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/internal/alert"
	"github.com/rollcall-dev/rollcall/internal/secret"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func drift(n int) alert.Alert {
	return alert.Alert{ID: fmt.Sprint(n), Type: alert.DriftOpened, Time: noon, Tenant: "sandbox", Identity: "sandbox/crm",
		Message: `workflow "crm" is enabled past its expiry`, Detail: map[string]int{"n": n}}
}

func TestAlertArrivesAsASignedCloudEvent(t *testing.T) {
	var header http.Header
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		header = r.Header
		body, _ = io.ReadAll(r.Body)
	}))
	defer server.Close()
	key := secret.New("webhook-secret")
	redactor := &secret.Redactor{}
	redactor.Add(secret.New(`tenant"key`))
	r := start(t, &alert.Sender{URL: server.URL, Secret: key, Redactor: redactor})
	a := drift(7)
	a.Message = `it answers 401 to tenant"key`
	a.Severity, a.Class, a.Owners, a.Since = alert.Warning, "changed", []string{"team/crm"}, noon.Add(-time.Hour)
	r.Send(t.Context(), a)
	r.stop()

	var e event.Event
	if err := json.Unmarshal(body, &e); err != nil || e.Validate() != nil {
		t.Fatalf("what arrived is no CloudEvent: %s, %v, %v", body, err, e.Validate())
	}
	var data map[string]any
	if err := e.DataAs(&data); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"message": "it answers 401 to [secret]", "tenant": "sandbox", "identity": "sandbox/crm", "detail": map[string]any{"n": 7.0},
		"status": "firing", "startsAt": "2026-03-01T11:00:00Z",
		"labels": map[string]any{"alertname": "RollcallDrift", "tenant": "sandbox", "class": "changed", "severity": "warning", "owner": "team/crm", "identity": "sandbox/crm"},
		"annotations": map[string]any{
			"summary": "warning, sandbox/crm: it answers 401 to ［secret］ (owner team/crm)", "description": "it answers 401 to [secret]",
		}}
	if diff := cmp.Diff(want, data); diff != "" || e.Type() != "dev.rollcall.drift.opened" || e.Subject() != "sandbox/crm" || e.ID() != "7" || !e.Time().Equal(noon) {
		t.Errorf("the event is not the alert: %s, %s", e, diff)
	}
	if got := header.Get(alert.SignatureHeader); got != alert.Sign("webhook-secret", body) || !strings.HasPrefix(got, "sha256=") {
		t.Errorf("the signature is %q", got)
	}
	if got := header.Get("Content-Type"); got != "application/cloudevents+json; charset=utf-8" {
		t.Errorf("the content type is %q", got)
	}
	if strings.Contains(r.log.String(), "tenant\\\"key") || !strings.Contains(r.log.String(), "[secret]") {
		t.Errorf("the log shows the secret: %s", r.log)
	}
}

func TestWithoutAWebhookTheLogTells(t *testing.T) {
	r := start(t, &alert.Sender{})
	r.Send(t.Context(), drift(1))
	r.stop()
	if !strings.Contains(r.log.String(), "level=WARN msg=alert type=dev.rollcall.drift.opened tenant=sandbox identity=sandbox/crm") || kept(t, r.Sender) > 0 {
		t.Errorf("the log says %s", r.log)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("an alert went to another host than the one configured")
	}))
	defer elsewhere.Close()
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	r := start(t, &alert.Sender{URL: server.URL})
	r.Send(t.Context(), drift(1))
	for range 500 {
		if kept(t, r.Sender) == 1 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	r.stop()
	if kept(t, r.Sender) != 1 {
		t.Error("the alert that could not be delivered was not kept")
	}
}

func TestFailingReceiverIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web := &receiver{answer: func(try int) (int, http.Header) {
			return []int{503, 429, 200}[try-1], http.Header{"Retry-After": {"7"}}
		}}
		began := time.Now()
		r := start(t, &alert.Sender{URL: "https://alerts.example.com", Transport: web})
		r.Send(t.Context(), drift(1))
		time.Sleep(20 * time.Second)
		r.stop()
		if took := time.Since(began); len(web.got) != 1 || web.tries != 3 || took != 20*time.Second {
			t.Errorf("it took %v and %d tries to deliver %v", took, web.tries, web.got)
		}
	})
}

func TestHangingReceiverHoldsUpNobodyAndNothingIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web := &receiver{answer: answering(0)}
		r := start(t, &alert.Sender{URL: "https://alerts.example.com", Transport: web})
		began := time.Now()
		for n := range 600 {
			r.Send(t.Context(), drift(n))
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("a pass waited %v for the webhook", took)
		}
		r.stop()
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("a clean stop took %v", took)
		}
		if n := kept(t, r.Sender); n != 600 {
			t.Errorf("%d of 600 alerts are kept", n)
		}
	})
}

func TestKeptAlertsAreDeliveredWhenTheReceiverIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var back bool
		web := &receiver{answer: func(int) (int, http.Header) {
			if back {
				return http.StatusOK, nil
			}
			return http.StatusBadGateway, nil
		}}
		r := start(t, &alert.Sender{URL: "https://alerts.example.com", Transport: web})
		for n := range 5 {
			r.Send(t.Context(), drift(n))
		}
		time.Sleep(time.Minute)
		web.mu.Lock()
		if web.tries > 10 {
			t.Errorf("a receiver that is down was asked %d times in a minute", web.tries)
		}
		back = true
		web.mu.Unlock()
		time.Sleep(31 * time.Second)
		r.Send(t.Context(), drift(5))
		r.stop()
		if diff := cmp.Diff([]string{"0", "1", "2", "3", "4", "5"}, web.got); diff != "" {
			t.Errorf("what arrived, in this order: %s", diff)
		}
		if kept(t, r.Sender) != 0 {
			t.Error("alerts that were delivered are still kept")
		}
	})
}

func TestKeptAlertsAreDeliveredByTheNextProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := start(t, &alert.Sender{URL: "https://alerts.example.com", Transport: &receiver{answer: answering(500)}})
		first.Send(t.Context(), drift(1))
		first.stop()
		first.Send(t.Context(), drift(2)) // too late for this process
		f, err := os.OpenFile(first.Undelivered, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		f.WriteString(`{"specversion":"1.0","cut sh`) // by a crash
		f.Close()
		web := &receiver{}
		second := start(t, &alert.Sender{URL: "https://alerts.example.com", Transport: web, Undelivered: first.Undelivered})
		time.Sleep(time.Second)
		second.stop()
		if diff := cmp.Diff([]string{"1", "2"}, web.got); diff != "" {
			t.Errorf("what arrived: %s", diff)
		}
	})
}

func TestRefusedAlertDoesNotStopTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web := &receiver{answer: answering(422, 200)}
		r := start(t, &alert.Sender{URL: "https://alerts.example.com", Transport: web})
		r.Send(t.Context(), drift(1))
		r.Send(t.Context(), drift(2))
		time.Sleep(time.Second)
		r.stop()
		if diff := cmp.Diff([]string{"2"}, web.got); diff != "" || !strings.Contains(r.log.String(), "alert given up") {
			t.Errorf("what arrived: %s; the log: %s", diff, r.log)
		}
	})
}

func TestKeptAlertsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, &alert.Sender{URL: "https://alerts.example.com", Transport: &receiver{answer: answering(0)}})
		for n := range 1400 {
			r.Send(t.Context(), drift(n))
		}
		r.stop()
		if n := kept(t, r.Sender); n > 1000 || n < 900 {
			t.Errorf("%d alerts are kept", n)
		}
		if !strings.Contains(r.log.String(), "the oldest are dropped") {
			t.Error("alerts were dropped in silence")
		}
	})
}

func TestCleanStopDeliversWhatIsQueued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web := &receiver{}
		r := start(t, &alert.Sender{URL: "https://alerts.example.com", Transport: web})
		for n := range 100 {
			r.Send(t.Context(), drift(n))
		}
		r.stop()
		if len(web.got) != 100 || kept(t, r.Sender) != 0 {
			t.Errorf("%d of 100 arrived, %d are kept", len(web.got), kept(t, r.Sender))
		}
	})
}

func TestAnAlertIsInTheFileBeforeSendReturns(t *testing.T) {
	s := &alert.Sender{URL: "https://alerts.example.com", Log: slog.New(slog.DiscardHandler), Redactor: &secret.Redactor{},
		Source: "urn:test", Undelivered: filepath.Join(t.TempDir(), "alerts.jsonl")}
	s.Send(t.Context(), drift(1)) // nobody runs it: the process is killed now
	if n := kept(t, s); n != 1 {
		t.Errorf("%d alerts are kept of a process that was killed right after it told of one", n)
	}
}
