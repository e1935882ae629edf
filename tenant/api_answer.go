package tenant

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"
)

// answer judges what came back and reads it into v.
func (c *call) answer(ctx context.Context, resp *http.Response, v any) (string, error) {
	c.status = resp.StatusCode
	limit := or(c.api.MaxAnswer, int64(64<<20))
	body := &counter{r: resp.Body, n: &c.bytes, limit: limit}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return "", c.refusal(resp, body)
	}
	line := statusLine(resp.StatusCode)
	if v == nil {
		discard(body)
		return line, nil
	}
	if resp.StatusCode == http.StatusNoContent {
		return line, c.fail(Garbled, 0, errors.New("the answer is empty"))
	}
	if err := c.decode(resp, body, v); err != nil {
		switch {
		case ctx.Err() != nil || isTimeout(err):
			return "", c.broken(ctx, err)
		case errors.Is(err, errTooLong):
			return "", c.fail(Garbled, 0, fmt.Errorf("the answer is longer than %d bytes", limit))
		case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
			return "", c.fail(Garbled, 0, fmt.Errorf("the answer breaks off after %d bytes", c.bytes))
		}
		var op *net.OpError
		if errors.As(err, &op) {
			return "", c.broken(ctx, err)
		}
		return "", c.fail(Garbled, 0, err)
	}
	return line, nil
}

// decode reads one JSON value, and makes sure that nothing follows it and
// that the body is whole.
func (c *call) decode(resp *http.Response, body io.Reader, v any) error {
	in := bufio.NewReader(body)
	if isPage(resp.Header, in) {
		return errors.New("the answer is a web page and not JSON; a sign-in page or a proxy may stand in front")
	}
	dec := json.NewDecoder(in)
	var err error
	if stream, ok := v.(func(*json.Decoder) error); ok {
		err = stream(dec)
	} else {
		err = dec.Decode(v)
	}
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("the answer is not JSON from byte %d on", syntax.Offset)
	case errors.As(err, &wrong):
		return fmt.Errorf("the answer has a %s where %q should be a %s", word(wrong.Value), wrong.Field, shape(wrong.Type.Kind()))
	case err != nil:
		return err
	}
	if _, err := dec.Token(); err == nil {
		return errors.New("the answer goes on behind its end")
	} else if !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		if errors.As(err, &syntax) {
			return errors.New("the answer goes on behind its end")
		}
		return err
	}
	return nil
}

// refusal turns a status that is no success into the reason.
func (c *call) refusal(resp *http.Response, body io.Reader) error {
	in := bufio.NewReader(body)
	page := isPage(resp.Header, in)
	start, _ := io.ReadAll(io.LimitReader(in, 64<<10))
	e := &StatusError{Status: resp.StatusCode}
	if !page {
		e.Message = c.hide(messageOf(start))
	}
	wait := retryAfter(resp.Header, time.Now())
	switch s := resp.StatusCode; {
	case s == http.StatusUnauthorized:
		return c.fail(Unauthorized, 0, e)
	case s == http.StatusForbidden, s == http.StatusPaymentRequired:
		return c.fail(Forbidden, 0, e)
	case s == http.StatusMethodNotAllowed, s == http.StatusNotImplemented:
		e.is = ErrUnsupported
		return c.fail(Forbidden, 0, e)
	case s == http.StatusNotFound && !page, s == http.StatusGone:
		e.is = ErrGone
		return c.fail(Garbled, 0, e)
	case s == http.StatusTooManyRequests:
		return c.fail(RateLimited, wait, e)
	case s >= 500, s == http.StatusRequestTimeout:
		return c.fail(Unreachable, wait, e)
	}
	return c.fail(Garbled, 0, e)
}

// broken says in words why no answer came, without the address and its query.
func (c *call) broken(ctx context.Context, err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	return c.fail(causeOf(err), 0, &sentence{text: c.hide(c.say(ctx, err)), err: err})
}

func causeOf(err error) Cause {
	if errors.Is(err, errOtherHost) {
		return Garbled
	}
	return Unreachable
}

func (c *call) say(ctx context.Context, err error) string {
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	var op *net.OpError
	switch {
	case errors.Is(err, errOtherHost):
		return errOtherHost.Error()
	case errors.Is(ctx.Err(), context.Canceled):
		return "stopped while it was under way"
	case ctx.Err() != nil:
		return fmt.Sprintf("no answer in the time for the whole pass; it was given %s", c.took())
	case errors.As(err, &cert):
		return "the certificate is not good for this host: " + cert.Err.Error()
	case errors.As(err, &dns):
		return fmt.Sprintf("the host %q cannot be found", dns.Name)
	case isTimeout(err):
		return fmt.Sprintf("no whole answer within %s", c.api.timeout())
	case errors.As(err, &op) && op.Op == "dial":
		return fmt.Sprintf("no connection to %s: %s", op.Addr, cause(op))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed before an answer"
	}
	return "the connection broke: " + cause(err)
}

func (c *call) took() time.Duration { return time.Since(c.began).Round(time.Millisecond) }

// cause is the innermost error, which names neither address nor query.
func cause(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

func isTimeout(err error) bool {
	var op net.Error
	return errors.As(err, &op) && op.Timeout()
}

// isPage tells whether the answer is made for a browser.
func isPage(h http.Header, in *bufio.Reader) bool {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	if kind == "text/html" || kind == "application/xhtml+xml" {
		return true
	}
	start, _ := in.Peek(64)
	return strings.HasPrefix(strings.TrimSpace(string(start)), "<")
}

// errTooLong is a counter's: the answer is longer than the limit.
var errTooLong = errors.New("the answer is too long")

// A counter counts what is read, and stops at a limit.
type counter struct {
	r     io.Reader
	n     *int64
	limit int64
}

func (c *counter) Read(p []byte) (int, error) {
	if *c.n > c.limit {
		return 0, errTooLong
	}
	if most := c.limit + 1 - *c.n; int64(len(p)) > most {
		p = p[:most]
	}
	n, err := c.r.Read(p)
	*c.n += int64(n)
	if *c.n > c.limit {
		return n, errTooLong
	}
	return n, err
}

func statusLine(code int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", code, http.StatusText(code)))
}

// word is a kind of JSON value as a word; the rest may be a value.
func word(value string) string {
	w, _, _ := strings.Cut(value, " ")
	return w
}

// shape is a Go kind as JSON calls it.
func shape(k reflect.Kind) string {
	switch k {
	case reflect.Slice, reflect.Array:
		return "list"
	case reflect.Struct, reflect.Map, reflect.Pointer:
		return "object"
	case reflect.String, reflect.Bool:
		return k.String()
	}
	return "number"
}
