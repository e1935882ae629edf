package tenanttest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/tenant"
)

// A Proxy stands between a driver and a real tenant, and makes the faults of a
// [Harness].
type Proxy struct {
	URL string // what the driver is given as the tenant's address

	kindOf func(*http.Request) tenant.Kind
	behind *httputil.ReverseProxy

	mu    sync.Mutex
	fault Fault
	kind  tenant.Kind
	deaf  bool
	seen  int
	over  chan struct{} // closed when the fault is
}

// NewProxy starts a proxy in front of the tenant at target, for as long as the
// test runs. kindOf tells which kind's list a request asks for, and "" for any
// other request.
func NewProxy(t *testing.T, target string, kindOf func(*http.Request) tenant.Kind) *Proxy {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatalf("the tenant's address: %v", err)
	}
	p := &Proxy{kindOf: kindOf, over: make(chan struct{})}
	p.behind = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) },
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) {
			panic(http.ErrAbortHandler) // the tenant is not there: neither is the proxy
		},
	}
	server := httptest.NewServer(p)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	p.URL = server.URL
	return p
}

// Fault makes a fault for a kind, "" for all requests, until the test is over.
func (p *Proxy) Fault(t *testing.T, f Fault, kind tenant.Kind) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault, p.kind, p.seen, p.over = f, kind, 0, make(chan struct{})
	t.Cleanup(p.mend)
}

// Deaf answers every write with 200 and an empty object, and hands none on,
// until the test is over.
func (p *Proxy) Deaf(t *testing.T) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deaf = true
	t.Cleanup(p.mend)
}

func (p *Proxy) mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault, p.kind, p.deaf = "", "", false
	select {
	case <-p.over:
	default:
		close(p.over)
	}
}

// meets is the fault that a request meets, "" for none.
func (p *Proxy) meets(r *http.Request) (f Fault, deaf bool, over chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.deaf && r.Method != http.MethodGet {
		return "", true, p.over
	}
	if p.fault == "" || p.kind != "" && p.kindOf(r) != p.kind {
		return "", false, p.over
	}
	p.seen++
	if p.fault == CutList && p.seen == 1 {
		return "", false, p.over
	}
	return p.fault, false, p.over
}

func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, deaf, over := p.meets(r)
	if deaf {
		f = "deaf"
	}
	status := 0
	switch f {
	case "":
		p.behind.ServeHTTP(w, r)
	case "deaf":
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, "{}")
	case Unauthorized, Forbidden, TooMany, Broken:
		status, _ = strconv.Atoi(string(f))
	case CutList:
		status = http.StatusInternalServerError
	case Page:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!doctype html><title>Sign in</title><p>Please sign in.")
	case Half:
		p.half(w, r)
	case Hang:
		select {
		case <-r.Context().Done():
		case <-over:
		case <-time.After(time.Minute):
		}
		panic(http.ErrAbortHandler)
	case Down:
		panic(http.ErrAbortHandler)
	}
	if status != 0 {
		if f == TooMany {
			w.Header().Set("Retry-After", fmt.Sprint(int(RetryAfter.Seconds())))
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"message":%q}`, http.StatusText(status))
	}
}

// half hands on the first half of the tenant's answer.
func (p *Proxy) half(w http.ResponseWriter, r *http.Request) {
	r.Header.Del("Accept-Encoding")
	whole := httptest.NewRecorder()
	p.behind.ServeHTTP(whole, r)
	body := whole.Body.Bytes()
	for name, values := range whole.Header() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(whole.Code)
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}
