package tenant_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/time/rate"

	"github.com/rollcall-dev/rollcall/tenant"
)

func TestEachBadAnswerHasItsCauseAndItsSentence(t *testing.T) {
	const js = "application/json"
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		cause  tenant.Cause
		says   string
		is     error
	}{
		"401": {says(401, js, `{"message":"unauthorized"}`), tenant.Unauthorized,
			`GET /things: 401 Unauthorized: "unauthorized"`, nil},
		"403": {says(403, js, `{"error":{"message":"no licence"}}`), tenant.Forbidden,
			`GET /things: 403 Forbidden: "no licence"`, nil},
		"404":      {says(404, js, `{}`), tenant.Garbled, "GET /things: 404 Not Found", tenant.ErrGone},
		"404 page": {says(404, "text/html", `<html>`), tenant.Garbled, "GET /things: 404 Not Found", nil},
		"405":      {says(405, js, `{}`), tenant.Forbidden, "GET /things: 405 Method Not Allowed", tenant.ErrUnsupported},
		"500":      {says(500, js, `{"message":"boom"}`), tenant.Unreachable, `GET /things: 500 Internal Server Error: "boom"`, nil},
		"plain text is not repeated": {says(500, "text/plain", "stack trace with a secret"), tenant.Unreachable,
			"GET /things: 500 Internal Server Error", nil},
		"the credential is not repeated": {says(401, js, `{"message":"bad key `+key+`"}`), tenant.Unauthorized,
			`GET /things: 401 Unauthorized: "bad key [hidden]"`, nil},
		"a long message is cut": {says(400, js, `{"message":"`+strings.Repeat("x", 900)+`"}`), tenant.Garbled,
			`GET /things: 400 Bad Request: "` + strings.Repeat("x", 200) + ` …"`, nil},
		"a page": {says(200, "text/html; charset=utf-8", "<!doctype html><p>Sign in"), tenant.Garbled,
			"GET /things: the answer is a web page and not JSON; a sign-in page or a proxy may stand in front", nil},
		"a page called JSON": {says(200, js, " <html>"), tenant.Garbled,
			"GET /things: the answer is a web page and not JSON; a sign-in page or a proxy may stand in front", nil},
		"half JSON":  {says(200, js, `{"data":[{"id":1},{"i`), tenant.Garbled, "GET /things: the answer breaks off after 21 bytes", nil},
		"no answer":  {says(200, js, ``), tenant.Garbled, "GET /things: the answer breaks off after 0 bytes", nil},
		"not JSON":   {says(200, js, `{"data":[} `), tenant.Garbled, "GET /things: the answer is not JSON from byte 10 on", nil},
		"two values": {says(200, js, `{}{}`), tenant.Garbled, "GET /things: the answer goes on behind its end", nil},
		"rubbish":    {says(200, js, `{} rest`), tenant.Garbled, "GET /things: the answer goes on behind its end", nil},
		"wrong type": {says(200, js, `{"data":7}`), tenant.Garbled,
			`GET /things: the answer has a number where "Data" should be a list`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var v struct{ Data []struct{ ID int } }
			err := client(t, c.answer).Get(t.Context(), "/things", nil, &v)
			wantRead(t, err, c.cause)
			if err.Error() != c.says {
				t.Errorf("the operator reads\n  %s\nand should read\n  %s", err, c.says)
			}
			for _, sentinel := range []error{tenant.ErrGone, tenant.ErrUnsupported} {
				if errors.Is(err, sentinel) != (c.is == sentinel) {
					t.Errorf("whether %q is %q is told wrongly", err, sentinel)
				}
			}
		})
	}
}

func TestAnAnswerIsReadAsItArrivesAndNotBeyondTheLimit(t *testing.T) {
	a := client(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, "[0")
		for i := range 5000 {
			fmt.Fprintf(w, ",%d", i)
		}
		fmt.Fprint(w, "]")
	})
	a.MaxAnswer = 1000
	sum := 0
	count := func(dec *json.Decoder) error {
		if _, err := dec.Token(); err != nil {
			return err
		}
		for dec.More() {
			var n int
			if err := dec.Decode(&n); err != nil {
				return err
			}
			sum++
		}
		_, err := dec.Token()
		return err
	}
	err := a.Get(t.Context(), "/things", nil, count)
	wantRead(t, err, tenant.Garbled)
	if want := "GET /things: the answer is longer than 1000 bytes"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	b := &tenant.API{Base: a.Base}
	sum = 0
	if err := b.Get(t.Context(), "/things", nil, count); err != nil || sum != 5001 {
		t.Errorf("%d of 5001 were read: %v", sum, err)
	}
}

func TestNoMoreRequestsAtOnceThanAllowed(t *testing.T) {
	var now, most atomic.Int32
	a := client(t, func(w http.ResponseWriter, r *http.Request) {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		time.Sleep(20 * time.Millisecond)
		now.Add(-1)
		says(200, "application/json", `{}`)(w, r)
	})
	a.Parallel = 2
	a.Pace = rate.NewLimiter(rate.Every(time.Millisecond), 1)
	done := make(chan error)
	for range 10 {
		go func() { done <- a.Get(t.Context(), "/things", nil, &struct{}{}) }()
	}
	for range 10 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if most.Load() != 2 {
		t.Errorf("%d requests at once, and 2 are allowed", most.Load())
	}
}

func TestTheLogAndTheReceiptTellNoSecret(t *testing.T) {
	a := client(t, says(200, "application/json", `{"token":"`+key+`"}`))
	var seen []tenant.Exchange
	a.Log = func(_ context.Context, e tenant.Exchange) { e.Took = 0; seen = append(seen, e) }
	receipt, err := a.Do(t.Context(), "POST", "/things", map[string]string{"password": key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(tenant.Receipt{Request: "POST /things", Response: "200 OK"}, receipt); diff != "" {
		t.Error(diff)
	}
	if text := fmt.Sprintf("%+v", seen); strings.Contains(text, key) || !strings.Contains(text, "Method:POST Path:/things Status:200 Tries:1") {
		t.Errorf("the log holds a secret or not the request: %s", text)
	}
}

func TestPagesAreWholeOrAnError(t *testing.T) {
	page := func(_ context.Context, cursor string) ([]int, string, error) {
		switch cursor {
		case "":
			return []int{1, 2}, "b", nil
		case "b":
			return []int{3}, "", nil
		}
		return nil, "", errors.New("no such page")
	}
	all, err := tenant.Pages(t.Context(), page)
	if err != nil || !cmp.Equal(all, []int{1, 2, 3}) {
		t.Errorf("got %v, %v", all, err)
	}
	circle := func(context.Context, string) ([]int, string, error) { return []int{1}, "again", nil }
	all, err = tenant.Pages(t.Context(), circle)
	wantRead(t, err, tenant.Garbled)
	if all != nil {
		t.Errorf("half a list came with the error: %v", all)
	}
}
