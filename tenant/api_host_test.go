package tenant_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/tenant"
)

func TestACredentialNeverGoesToAnotherHost(t *testing.T) {
	stranger := client(t, func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s reached another host, with %q", r.Method, r.URL.Path, r.Header)
	})
	for _, method := range []string{"GET", "POST"} {
		for _, status := range []int{302, 307} {
			a := client(t, func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, stranger.Base+"/things?token=t0ps3cret", status)
			})
			a.Retries = 3
			_, err := a.Do(t.Context(), method, "/things", nil, nil)
			wantRead(t, err, tenant.Garbled)
			if strings.Contains(err.Error(), "t0ps3cret") {
				t.Errorf("the redirect's query stands in the error: %v", err)
			}
		}
	}
}

func TestARedirectWithinTheHostIsFollowedForReadsAlone(t *testing.T) {
	a := client(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/old" {
			http.Redirect(w, r, "/new", http.StatusTemporaryRedirect)
			return
		}
		if r.Method != http.MethodGet {
			t.Error("a write followed a redirect")
		}
		says(200, "application/json", `{}`)(w, r)
	})
	if err := a.Get(t.Context(), "/old", nil, &struct{}{}); err != nil {
		t.Error(err)
	}
	if _, err := a.Do(t.Context(), "POST", "/old", nil, nil); err == nil {
		t.Error("a redirected write counts as done")
	}
}

func TestASilentTenantIsUnreachableAndTheQueryIsNotTold(t *testing.T) {
	stop := make(chan struct{})
	hang := func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-stop:
		case <-r.Context().Done():
		}
	}
	a := client(t, hang)
	defer close(stop)
	a.Timeout = 50 * time.Millisecond
	query := url.Values{"token": {"t0ps3cret"}}
	err := a.Get(t.Context(), "/things", query, nil)
	wantRead(t, err, tenant.Unreachable)
	if want := "GET /things: no whole answer within 50ms"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}

	b := client(t, hang)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err = b.Get(ctx, "/things", query, nil)
	wantRead(t, err, tenant.Unreachable)
	if !errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "t0ps3cret") {
		t.Errorf("%v is no deadline, or tells the query", err)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if err = b.Get(canceled, "/things", query, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v does not say that it was stopped", err)
	}
}

func TestNoConnectionSaysWhy(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	secure := httptest.NewUnstartedServer(says(200, "application/json", `{}`))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // it would complain of our refusal
	secure.StartTLS()
	defer secure.Close()
	for base, want := range map[string]string{
		"http://" + address:          "no connection to " + address + ": connection refused",
		"http://tenant.invalid":      `the host "tenant.invalid" cannot be found`,
		secure.URL:                   "the certificate is not good for this host: ",
		"https://" + address + "/ui": "no connection to " + address + ": connection refused",
	} {
		a := &tenant.API{Base: base, Retries: -1}
		err := a.Get(t.Context(), "/things", nil, nil)
		wantRead(t, err, tenant.Unreachable)
		if !strings.HasPrefix(err.Error(), "GET /things: "+want) {
			t.Errorf("%s: the operator reads %q, and should read %q", base, err, want)
		}
	}
}

func TestTheEnvironmentsProxyIsNotAsked(t *testing.T) {
	proxy := client(t, func(w http.ResponseWriter, r *http.Request) { t.Error("the credential went to a proxy") })
	t.Setenv("HTTP_PROXY", proxy.Base)
	a := &tenant.API{Base: "http://tenant.invalid", Retries: -1}
	if err := a.Get(t.Context(), "/things", nil, nil); err == nil {
		t.Error("a host that does not exist answers")
	}
}

func TestABadAddressOrPathIsRefusedBeforeAnythingIsSent(t *testing.T) {
	good := client(t, func(w http.ResponseWriter, r *http.Request) { t.Errorf("%s was asked for", r.URL) })
	for _, path := range []string{"things", "/things/../users", "/things/%2e%2e/users", "/things?x=1", "/things#x", "/%zz", "/."} {
		wantRead(t, good.Get(t.Context(), path, nil, nil), tenant.Garbled)
	}
	for _, base := range []string{"", "ftp://x", "https://", "https://u:" + key + "@x", "https://x?token=" + key, "://" + key} {
		a := &tenant.API{Base: base}
		wantRead(t, a.Get(t.Context(), "/things", nil, nil), tenant.Garbled)
	}
}
