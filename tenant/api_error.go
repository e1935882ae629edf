package tenant

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// A StatusError is an answer that is no success.
type StatusError struct {
	Status  int
	Message string // what the tenant said about it, shortened; it may be empty

	is error
}

func (e *StatusError) Error() string {
	if e.Message == "" {
		return statusLine(e.Status)
	}
	return fmt.Sprintf("%s: %q", statusLine(e.Status), e.Message)
}

// Unwrap is [ErrGone] or [ErrUnsupported], where the status says so.
func (e *StatusError) Unwrap() error { return e.is }

// Unread is the coverage of a kind that could not be read because of err.
func Unread(err error) Coverage {
	return Coverage{Cause: CauseOf(err), Reason: err.Error()}
}

// CauseOf is the cause of the [ReadError] in err, and [Garbled] where there
// is none: something came that was not understood.
func CauseOf(err error) Cause {
	var e *ReadError
	if errors.As(err, &e) {
		return e.Cause
	}
	return Garbled
}

// fail makes the error of a call: what was asked, then the cause.
func (c *call) fail(cause Cause, wait time.Duration, err error) error {
	return &ReadError{Cause: cause, RetryAfter: wait, Err: fmt.Errorf("%s %s: %w", c.method, c.path, err)}
}

func garbled(err error) error { return &ReadError{Cause: Garbled, Err: err} }

// asReadError keeps the ReadError in err, or makes one.
func asReadError(cause Cause, err error) error {
	var e *ReadError
	if errors.As(err, &e) {
		return &ReadError{Cause: e.Cause, RetryAfter: e.RetryAfter, Err: err}
	}
	return &ReadError{Cause: cause, Err: err}
}

// A sentence is an error in our words that can still be asked for its cause.
type sentence struct {
	text string
	err  error
}

func (s *sentence) Error() string { return s.text }
func (s *sentence) Unwrap() error { return s.err }

// messageOf is what a JSON answer says of itself in one of the fields that
// platforms use for it. Anything else of a body may hold a secret and is not
// repeated.
func messageOf(body []byte) string {
	var m map[string]json.RawMessage
	if json.Unmarshal(body, &m) != nil {
		return ""
	}
	for _, field := range []string{"message", "error_description", "detail", "error", "title"} {
		var text string
		if json.Unmarshal(m[field], &text) == nil && text != "" {
			return text
		}
		if inner := messageOf(m[field]); inner != "" {
			return inner
		}
	}
	return ""
}

// hide takes the secrets of the call out of text, and shortens it.
func (c *call) hide(text string) string {
	const most = 200
	for _, s := range c.secrets {
		if len(s) >= 4 {
			text = strings.ReplaceAll(text, s, "[hidden]")
		}
	}
	if len(text) <= most {
		return text
	}
	cut := most
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + " …"
}

// secretsOf are the values of headers and their parts, the longest first: a
// bearer token, a cookie's value, the name and the password of basic
// authentication.
func secretsOf(h http.Header) []string {
	var all []string
	for _, values := range h {
		for _, v := range values {
			all = append(all, v)
			all = append(all, strings.FieldsFunc(v, func(r rune) bool { return strings.ContainsRune(" ;,", r) })...)
		}
	}
	for _, v := range slices.Clone(all) {
		if _, value, ok := strings.Cut(v, "="); ok && value != "" {
			all = append(all, strings.Trim(value, `"`))
		}
		if plain, err := base64.StdEncoding.DecodeString(v); err == nil {
			if name, password, ok := strings.Cut(string(plain), ":"); ok {
				all = append(all, name, password)
			}
		}
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(all)
}
