package alert

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"github.com/rollcall-dev/rollcall/internal/secret"
)

// errRefused says that the receiver does not want this alert, however often it
// is sent; the next one may be welcome.
var errRefused = errors.New("the receiver refuses it")

const (
	tries       = 5
	tryTimeout  = 10 * time.Second
	longestWait = time.Minute
)

// A hook is the webhook's receiver.
type hook struct {
	url      string
	secret   secret.Secret
	redactor *secret.Redactor
	patient  *retryablehttp.Client // tries again
	plain    *http.Client
}

func newHook(s *Sender) *hook {
	plain := &http.Client{
		Transport: s.Transport,
		Timeout:   tryTimeout,
		// An alert is for the receiver that was configured and nobody else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &hook{
		url: s.URL, secret: s.Secret, redactor: s.Redactor, plain: plain,
		patient: &retryablehttp.Client{
			HTTPClient:   plain,
			RetryMax:     tries - 1,
			RetryWaitMin: time.Second,
			RetryWaitMax: longestWait,
			CheckRetry:   retryablehttp.DefaultRetryPolicy,
			ErrorHandler: retryablehttp.PassthroughErrorHandler,
			Backoff: func(least, most time.Duration, attempt int, r *http.Response) time.Duration {
				return min(most, retryablehttp.DefaultBackoff(least, most, attempt, r))
			},
		},
	}
}

// send delivers a letter, with several tries.
func (h *hook) send(ctx context.Context, l Letter) error {
	request, err := h.request(ctx, l.Envelope)
	if err != nil {
		return err
	}
	wrapped, err := retryablehttp.FromRequest(request)
	if err != nil {
		return err
	}
	return h.judge(h.patient.Do(wrapped))
}

// once delivers a letter with a single try.
func (h *hook) once(ctx context.Context, l Letter) error {
	request, err := h.request(ctx, l.Envelope)
	if err != nil {
		return err
	}
	return h.judge(h.plain.Do(request))
}

func (h *hook) request(ctx context.Context, body []byte) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/cloudevents+json; charset=utf-8")
	request.Header.Set("User-Agent", "rollcall")
	if !h.secret.IsZero() {
		request.Header.Set(SignatureHeader, Sign(h.secret.Reveal(), body))
	}
	return request, nil
}

// judge makes an error of every answer but a good one. The webhook's path and
// query may be a secret of its own, and are not repeated.
func (h *hook) judge(response *http.Response, err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	// An answer counts, even where the patient client was told to stop after it.
	if response == nil {
		return errors.New("send to the webhook: " + h.redactor.Redact(err.Error()))
	}
	defer response.Body.Close()
	io.CopyN(io.Discard, response.Body, 64<<10) // so that the connection can be used again
	switch code := response.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code >= 300 && code < 400:
		return errors.New("send to the webhook: it redirects elsewhere; configure the address that it is at")
	case code == http.StatusBadRequest || code == http.StatusRequestEntityTooLarge ||
		code == http.StatusUnsupportedMediaType || code == http.StatusUnprocessableEntity:
		return fmt.Errorf("send to the webhook: it answers %s: %w", response.Status, errRefused)
	}
	return fmt.Errorf("send to the webhook: it answers %s", response.Status)
}
