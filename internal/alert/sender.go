package alert

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/rollcall-dev/rollcall/internal/secret"
)

const (
	queueSize  = 256
	tryEvery   = 30 * time.Second // how often what is undelivered is tried again
	flushLimit = 10 * time.Second // how long a clean stop may take
)

// A Sender tells people. Log, Redactor and Source are required; the rest is
// for a webhook. It must not be copied.
type Sender struct {
	Log      *slog.Logger
	Redactor *secret.Redactor
	Source   string // the CloudEvents' source: a URI that names this installation

	URL         string        // of the webhook; empty: the log alone
	Secret      secret.Secret // that bodies are signed with; zero: they are not
	Undelivered string        // file of the alerts that could not be delivered; required with a URL
	Transport   http.RoundTripper

	once   sync.Once
	queue  chan []byte
	hook   *hook
	letter *letters

	mu      sync.Mutex
	stopped bool // what comes now goes to the file
}

func (s *Sender) init() {
	s.once.Do(func() {
		s.queue = make(chan []byte, queueSize)
		s.hook = newHook(s)
		s.letter = &letters{path: s.Undelivered}
	})
}

// Send tells people. It waits for nobody: what the webhook's receiver is too
// slow for goes to the file of undelivered alerts.
func (s *Sender) Send(ctx context.Context, a Alert) {
	s.init()
	s.Log.Log(ctx, a.level(), "alert", "type", string(a.Type), "tenant", a.Tenant, "identity", a.Identity,
		"message", s.Redactor.Redact(a.Message))
	if s.URL == "" {
		return
	}
	body, err := a.body(s.Source)
	if err != nil {
		s.Log.ErrorContext(ctx, "alert not sent", "type", string(a.Type), "tenant", a.Tenant, "err", s.Redactor.Redact(err.Error()))
		return
	}
	body = []byte(s.Redactor.Redact(string(body)))
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.stopped {
		select {
		case s.queue <- body:
			return
		default:
		}
	}
	s.keep(ctx, body)
}

// Run delivers alerts until ctx ends, and then, for ten seconds at most, what
// is left. It returns when nothing is on its way any more.
func (s *Sender) Run(ctx context.Context) error {
	s.init()
	if s.URL == "" {
		<-ctx.Done()
		return nil
	}
	tick := time.NewTicker(tryEvery)
	defer tick.Stop()
	down := !s.redeliver(ctx)
	for {
		select {
		case <-ctx.Done():
			s.flush(context.WithoutCancel(ctx))
			return nil
		case body := <-s.queue:
			down = !s.deliver(ctx, body, down)
		case <-tick.C:
			down = !s.redeliver(ctx)
		}
	}
}

// deliver sends one alert. While the receiver is down it is not asked for each
// alert, so that the order stays and nothing piles up.
func (s *Sender) deliver(ctx context.Context, body []byte, down bool) (up bool) {
	if down {
		s.keep(ctx, body)
		return false
	}
	err := s.hook.send(ctx, body)
	switch {
	case err == nil:
		return true
	case errors.Is(err, errRefused):
		s.Log.ErrorContext(ctx, "alert refused by the webhook", "err", err)
		return true
	}
	s.keep(ctx, body)
	if ctx.Err() == nil {
		s.Log.ErrorContext(ctx, "alerts are not delivered; they are kept and tried again", "file", s.Undelivered, "err", err)
	}
	return false
}

// redeliver sends what is in the file, the oldest first, and tells whether
// all of it is gone.
func (s *Sender) redeliver(ctx context.Context) bool {
	sent, err := s.letter.each(func(body []byte) error {
		err := s.hook.once(ctx, body)
		if errors.Is(err, errRefused) {
			s.Log.ErrorContext(ctx, "alert refused by the webhook", "err", err)
			return nil
		}
		return err
	})
	if sent > 0 {
		s.Log.InfoContext(ctx, "kept alerts are delivered", "alerts", sent)
	}
	var bad *fileError
	if errors.As(err, &bad) {
		s.Log.ErrorContext(ctx, "kept alerts cannot be read", "file", s.Undelivered, "err", err)
		return true // the receiver may well be up
	}
	return err == nil
}

func (s *Sender) keep(ctx context.Context, body []byte) {
	dropped, err := s.letter.add(body)
	if err != nil {
		s.Log.ErrorContext(ctx, "alert neither delivered nor kept", "file", s.Undelivered, "err", err)
	}
	if dropped > 0 {
		s.Log.ErrorContext(ctx, "too many undelivered alerts: the oldest are dropped", "alerts", dropped, "file", s.Undelivered)
	}
}

// flush delivers what is queued, with one try each.
func (s *Sender) flush(ctx context.Context) {
	s.mu.Lock()
	s.stopped = true
	close(s.queue)
	s.mu.Unlock()
	limited, cancel := context.WithTimeout(ctx, flushLimit)
	defer cancel()
	up := s.redeliver(limited)
	for body := range s.queue {
		if up {
			err := s.hook.once(limited, body)
			if err == nil {
				continue
			}
			up = errors.Is(err, errRefused)
		}
		s.keep(ctx, body)
	}
}
