package tenant_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/tenant"
)

const key = "key-8c1f0d2ab7"

// client is an API on a server that answers with h.
func client(t *testing.T, h http.HandlerFunc) *tenant.API {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return &tenant.API{
		Base:    server.URL,
		Retries: -1,
		Header: func(context.Context) (http.Header, error) {
			return http.Header{"X-Api-Key": {key}, "Authorization": {"Bearer " + key}}, nil
		},
	}
}

func says(status int, kind, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func wantRead(t *testing.T, err error, cause tenant.Cause) *tenant.ReadError {
	t.Helper()
	var e *tenant.ReadError
	if !errors.As(err, &e) {
		t.Fatalf("error %v is no ReadError", err)
	}
	if e.Cause != cause {
		t.Errorf("%v: the cause is %q, not %q", err, e.Cause, cause)
	}
	if strings.Contains(err.Error(), key) {
		t.Errorf("the credential stands in the error: %v", err)
	}
	return e
}

func TestALongRetryAfterIsReturnedAndNotWaitedFor(t *testing.T) {
	var asked atomic.Int32
	a := client(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		says(429, "application/json", `{"message":"slow down"}`, "Retry-After", "3600")(w, r)
	})
	a.Retries = 3
	began := time.Now()
	e := wantRead(t, a.Get(t.Context(), "/things", nil, nil), tenant.RateLimited)
	if e.RetryAfter != time.Hour {
		t.Errorf("the tenant asks for an hour, and the error says %s", e.RetryAfter)
	}
	if asked.Load() != 1 || time.Since(began) > 10*time.Second {
		t.Errorf("asked %d times in %s a tenant that wants to be left alone", asked.Load(), time.Since(began))
	}
}

func TestAShortRetryAfterIsWaitedFor(t *testing.T) {
	var first, second time.Time
	a := client(t, func(w http.ResponseWriter, r *http.Request) {
		if first.IsZero() {
			first = time.Now()
			says(429, "application/json", `{}`, "Retry-After", "1")(w, r)
			return
		}
		second = time.Now()
		says(200, "application/json", `{"n":7}`)(w, r)
	})
	a.Retries = 1
	var v struct{ N int }
	if err := a.Get(t.Context(), "/things", nil, &v); err != nil || v.N != 7 {
		t.Fatalf("the second try answers 7; got %d, %v", v.N, err)
	}
	if second.Sub(first) < time.Second {
		t.Errorf("asked again after %s of the second that the tenant wanted", second.Sub(first))
	}
}

func TestARetryAfterBeyondTheDeadlineIsReturnedAtOnce(t *testing.T) {
	a := client(t, says(429, "application/json", `{}`, "Retry-After", "4"))
	a.Retries = 2
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	e := wantRead(t, a.Get(ctx, "/things", nil, nil), tenant.RateLimited)
	if e.RetryAfter != 4*time.Second {
		t.Errorf("RetryAfter is %s, not the 4s that the tenant asked for", e.RetryAfter)
	}
}

func TestAWriteThatMayHaveBeenCarriedOutIsNotRepeated(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"502":       says(502, "application/json", `{}`),
		"503":       says(503, "application/json", `{}`, "Retry-After", "0"),
		"broke off": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int32
			a := client(t, func(w http.ResponseWriter, r *http.Request) { asked.Add(1); answer(w, r) })
			a.Retries = 3
			receipt, err := a.Do(t.Context(), "POST", "/things/7/stop", nil, nil)
			wantRead(t, err, tenant.Unreachable)
			if asked.Load() != 1 {
				t.Errorf("the write was sent %d times", asked.Load())
			}
			if receipt != (tenant.Receipt{}) {
				t.Errorf("a write that failed has the receipt %+v", receipt)
			}
		})
	}
}

func TestAReadThatBreaksIsTriedAgain(t *testing.T) {
	var asked atomic.Int32
	a := client(t, func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 1 {
			says(503, "application/json", `{}`)(w, r)
			return
		}
		says(200, "application/json", `{}`)(w, r)
	})
	a.Retries = 1
	if err := a.Get(t.Context(), "/things", nil, &struct{}{}); err != nil {
		t.Errorf("one 503 spoils the pass: %v", err)
	}
}
