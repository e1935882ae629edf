package tenant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"golang.org/x/time/rate"
)

// An API is the HTTP side of a platform, for drivers: it carries the
// credential, keeps to the pace that the tenant asks for, and turns whatever
// can go wrong into a [ReadError] whose sentence holds no secret.
//
// Base is required; the zero value of every other field works. An API is used
// by pointer, by any number of goroutines, and its fields are not changed
// after the first request.
type API struct {
	// Base is the address in front of every path: "https://n8n.example.com".
	Base string
	// Header returns the headers that prove who asks. What is in them never
	// stands in an error, a receipt or an exchange.
	Header func(ctx context.Context) (http.Header, error)
	// Secrets are further strings that must not be shown: the password in the
	// body of a sign-in, say.
	Secrets []string

	Pace      *rate.Limiter // of all requests, retries too; nil for none
	Parallel  int           // requests at once; 4 where it is 0
	Timeout   time.Duration // of one try, its body included; 30 s where it is 0
	Retries   int           // after the first try; 2 where it is 0, none where it is negative
	Patience  time.Duration // a Retry-After up to this long is waited for; 5 s where it is 0
	MaxAnswer int64         // bytes of one answer, unpacked; 64 MiB where it is 0

	// Transport replaces the one that verifies TLS certificates with the
	// machine's own roots and asks no proxy, not even the environment's: for a
	// private certificate authority, or a proxy that the operator named.
	Transport http.RoundTripper
	// Jar keeps the cookies of a platform that signs in with a session; nil for
	// none.
	Jar http.CookieJar
	// Log is told of every request when it is over.
	Log func(context.Context, Exchange)

	once   sync.Once
	client *retryablehttp.Client
	slots  chan struct{}
	bad    error
}

// An Exchange is one request and how it went, without anything secret: no
// header, no query, no body.
type Exchange struct {
	Method string
	Path   string
	Status int // of the last answer; 0 where there was none
	Tries  int
	Bytes  int64 // of the answer that were read
	Took   time.Duration
	Err    error // a *ReadError, or nil
}

// Get reads path into v, which is a pointer for encoding/json or a
// func(*json.Decoder) error that takes the answer apart as it arrives. The
// error is a [*ReadError]; it is [ErrGone] too where the tenant says that
// there is no such thing. A path element that came from the tenant is to be
// escaped with [url.PathEscape].
func (a *API) Get(ctx context.Context, path string, query url.Values, v any) error {
	_, err := a.exchange(ctx, http.MethodGet, path, query, nil, v)
	return err
}

// Do sends body as JSON, nil for none, and reads the answer into v as Get
// does, nil to ignore it. A request that may have been carried out is never
// sent twice: only what the tenant refused as too fast, or what never reached
// it, is tried again. The error is a [*ReadError].
func (a *API) Do(ctx context.Context, method, path string, body, v any) (Receipt, error) {
	var data []byte
	if body != nil {
		var err error
		if data, err = json.Marshal(body); err != nil {
			return Receipt{}, garbled(fmt.Errorf("%s %s: encode the request: %w", method, path, err))
		}
	}
	status, err := a.exchange(ctx, method, path, nil, data, v)
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{Request: method + " " + path, Response: status}, nil
}

// exchange makes one call, tries again where that is harmless, and returns
// the status line of a success.
func (a *API) exchange(ctx context.Context, method, path string, query url.Values, body []byte, v any) (string, error) {
	a.once.Do(a.start)
	c := &call{api: a, method: method, path: path, began: time.Now()}
	status, err := c.run(ctx, query, body, v)
	if a.Log != nil {
		a.Log(ctx, Exchange{
			Method: method, Path: path, Status: c.status, Tries: c.tries,
			Bytes: c.bytes, Took: time.Since(c.began), Err: err,
		})
	}
	return status, err
}

// A call is one exchange while it lasts.
type call struct {
	api     *API
	method  string
	path    string
	began   time.Time
	secrets []string // must not stand in anything that is shown
	status  int
	tries   int
	bytes   int64
}

type callKey struct{}

func (c *call) run(ctx context.Context, query url.Values, body []byte, v any) (string, error) {
	req, err := c.request(ctx, query, body)
	if err != nil {
		return "", err
	}
	select {
	case c.api.slots <- struct{}{}:
		defer func() { <-c.api.slots }()
	case <-ctx.Done():
		return "", c.broken(ctx, ctx.Err())
	}
	if err := c.api.wait(ctx); err != nil {
		return "", c.broken(ctx, err)
	}
	resp, err := c.api.client.Do(req)
	if resp != nil {
		defer resp.Body.Close()
	}
	if err != nil {
		return "", c.broken(ctx, err)
	}
	return c.answer(ctx, resp, v)
}

// request builds the request and learns which strings are secret.
func (c *call) request(ctx context.Context, query url.Values, body []byte) (*retryablehttp.Request, error) {
	address, err := c.api.address(c.path)
	if err != nil {
		return nil, garbled(fmt.Errorf("%s %s: %w", c.method, c.path, err))
	}
	address.RawQuery = query.Encode()
	var raw any
	if body != nil {
		raw = body
	}
	ctx = context.WithValue(ctx, callKey{}, c)
	req, err := retryablehttp.NewRequestWithContext(ctx, c.method, address.String(), raw)
	if err != nil {
		return nil, garbled(fmt.Errorf("%s %s: this is no request that can be sent", c.method, c.path))
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "rollcall")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	c.secrets = c.api.Secrets
	if c.api.Header != nil {
		h, err := c.api.Header(ctx)
		if err != nil {
			return nil, asReadError(Unauthorized, fmt.Errorf("%s %s: read the credential: %w", c.method, c.path, err))
		}
		for name, values := range h {
			req.Header[http.CanonicalHeaderKey(name)] = values
		}
		c.secrets = append(secretsOf(h), c.secrets...)
	}
	return req, nil
}

// address is Base and path as one URL. A path that climbs is refused: an id
// that the tenant made up must not choose the endpoint.
func (a *API) address(path string) (*url.URL, error) {
	if a.bad != nil {
		return nil, a.bad
	}
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?#") {
		return nil, errors.New("this is no path; it begins with \"/\" and holds no query")
	}
	for element := range strings.SplitSeq(path, "/") {
		if plain, err := url.PathUnescape(element); err != nil || plain == "." || plain == ".." {
			return nil, fmt.Errorf("path element %q is refused; it would lead to another endpoint", element)
		}
	}
	u, err := url.Parse(strings.TrimRight(a.Base, "/") + path)
	if err != nil {
		return nil, errors.New("this is no path; escape what stands in it")
	}
	return u, nil
}

// checkBase refuses an address that a credential cannot be sent to.
func checkBase(base string) error {
	u, err := url.Parse(base)
	switch {
	case err != nil:
		return errors.New("the tenant's address is no URL; write it as https://host")
	case u.Scheme != "https" && u.Scheme != "http", u.Host == "":
		return fmt.Errorf("the tenant's address %q is no web address; write it as https://host", u.Redacted())
	case u.User != nil:
		return errors.New("the tenant's address holds a credential; give it apart from the address")
	case u.RawQuery != "" || u.Fragment != "":
		return errors.New("the tenant's address holds a query; write it as https://host/path")
	}
	return nil
}

// discard reads what is left of a body, so that its connection can be used
// again, and gives up on a long one.
func discard(r io.Reader) { _, _ = io.CopyN(io.Discard, r, 64<<10) }

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}
