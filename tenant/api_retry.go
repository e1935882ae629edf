package tenant

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// A redirect that is refused. It is never tried again.
var errOtherHost = errors.New("redirects to another host, which is refused; a credential must not go there")

// start builds the client at the first request.
func (a *API) start() {
	a.bad = checkBase(a.Base)
	a.slots = make(chan struct{}, max(1, or(a.Parallel, 4)))
	transport := a.Transport
	if transport == nil {
		transport = newTransport(cap(a.slots))
	}
	a.client = &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport:     transport,
			Jar:           a.Jar,
			Timeout:       a.timeout(),
			CheckRedirect: checkRedirect,
		},
		RetryMax:       max(0, or(a.Retries, 2)),
		RetryWaitMin:   200 * time.Millisecond,
		RetryWaitMax:   2 * time.Second,
		CheckRetry:     a.again,
		Backoff:        a.backoff,
		ErrorHandler:   retryablehttp.PassthroughErrorHandler,
		PrepareRetry:   func(r *http.Request) error { return a.wait(r.Context()) },
		RequestLogHook: func(_ retryablehttp.Logger, r *http.Request, n int) { callOf(r.Context()).tries = n + 1 },
	}
}

func (a *API) timeout() time.Duration { return or(a.Timeout, 30*time.Second) }

// newTransport is a transport that verifies certificates and goes where the
// address says, through no proxy.
func newTransport(parallel int) *http.Transport {
	return &http.Transport{
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    parallel,
		IdleConnTimeout:        30 * time.Second,
		MaxResponseHeaderBytes: 256 << 10,
	}
}

// checkRedirect follows a reading request within its host, and nothing else.
func checkRedirect(req *http.Request, via []*http.Request) error {
	first := via[0]
	switch {
	case first.Method != http.MethodGet:
		return http.ErrUseLastResponse
	case req.URL.Scheme != first.URL.Scheme || req.URL.Host != first.URL.Host:
		return errOtherHost
	case len(via) >= 3:
		return http.ErrUseLastResponse
	}
	return nil
}

// wait keeps to the pace.
func (a *API) wait(ctx context.Context) error {
	if a.Pace == nil {
		return nil
	}
	return a.Pace.Wait(ctx)
}

// again decides whether a request is sent again. A write is, only if it
// cannot have been carried out.
func (a *API) again(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, nil
	}
	write := callOf(ctx).method != http.MethodGet
	if err != nil {
		return neverSent(err) || !write && mayPass(err), nil
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		if write {
			return false, nil
		}
	default:
		return false, nil
	}
	wait := retryAfter(resp.Header, time.Now())
	deadline, bounded := ctx.Deadline()
	return wait <= or(a.Patience, 5*time.Second) && (!bounded || time.Until(deadline) > wait), nil
}

// neverSent tells whether the tenant cannot have seen the request: no
// connection came about.
func neverSent(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return dns.IsTemporary
	}
	return errors.As(err, &op) && op.Op == "dial"
}

// mayPass tells whether a reading request that broke is worth another try. A
// timeout is not: it has cost enough already.
func mayPass(err error) bool {
	var cert *tls.CertificateVerificationError
	var op net.Error
	switch {
	case errors.Is(err, errOtherHost), errors.As(err, &cert):
		return false
	case errors.As(err, &op) && op.Timeout():
		return false
	}
	var dns *net.DNSError
	return !errors.As(err, &dns)
}

func (a *API) backoff(least, most time.Duration, attempt int, resp *http.Response) time.Duration {
	wait := min(least<<min(attempt, 10), most)
	if resp != nil {
		wait = max(wait, retryAfter(resp.Header, time.Now()))
	}
	return wait
}

// retryAfter is how long a tenant asks to be left alone: seconds or a date, at
// most a day, and 0 where it says nothing that can be read.
func retryAfter(h http.Header, now time.Time) time.Duration {
	const most = 24 * time.Hour
	text := h.Get("Retry-After")
	if n, err := strconv.ParseUint(text, 10, 63); err == nil {
		return time.Duration(min(n, uint64(most/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(0, at.Sub(now)), most)
	}
	return 0
}

func callOf(ctx context.Context) *call {
	c, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		return &call{}
	}
	return c
}
