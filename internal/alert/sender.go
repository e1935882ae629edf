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
	poke   chan struct{} // something is in the file
	hook   *hook
	letter *letters
}

func (s *Sender) init() {
	s.once.Do(func() {
		s.poke = make(chan struct{}, 1)
		s.hook = newHook(s)
		s.letter = &letters{path: s.Undelivered}
	})
}

// Send tells people. It returns when the alert is in the file of undelivered
// ones, from where it is taken when the webhook's receiver has it: a process
// that is killed loses none, and waits for nobody.
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
	s.keep(ctx, body)
	select {
	case s.poke <- struct{}{}:
	default: // it is poked already
	}
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
	// What is on its way when ctx ends may arrive: sent again, it would arrive
	// twice.
	sending, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(flushLimit, cancel) })()
	up := s.deliver(sending, s.hook.send)
	for {
		select {
		case <-ctx.Done():
			s.deliver(sending, s.hook.once)
			return nil
		case <-s.poke:
			if up { // a receiver that is down is not asked for each alert
				up = s.deliver(sending, s.hook.send)
			}
		case <-tick.C:
			up = s.deliver(sending, s.hook.once)
		}
	}
}

// deliver sends what is in the file, the oldest first, and tells whether all of
// it is gone.
func (s *Sender) deliver(ctx context.Context, send func(context.Context, []byte) error) bool {
	_, err := s.letter.each(func(body []byte) error {
		err := send(ctx, body)
		if errors.Is(err, errRefused) {
			s.Log.ErrorContext(ctx, "alert refused by the webhook", "err", err)
			return nil
		}
		return err
	})
	var bad *fileError
	if errors.As(err, &bad) {
		s.Log.ErrorContext(ctx, "kept alerts cannot be read", "file", s.Undelivered, "err", err)
		return true // the receiver may well be up
	}
	if err != nil && ctx.Err() == nil {
		s.Log.ErrorContext(ctx, "alerts are not delivered; they are kept and tried again", "file", s.Undelivered, "err", err)
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
