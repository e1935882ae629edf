package alert

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/rollcall-dev/rollcall/internal/secret"
)

// flushLimit is how long a clean stop may take.
const flushLimit = 10 * time.Second

// A Sender tells people. Log, Redactor and Source are required; the rest is
// for a webhook and for channels. It must not be copied.
type Sender struct {
	Log      *slog.Logger
	Redactor *secret.Redactor
	Source   string // the CloudEvents' source: a URI that names this installation

	URL       string        // of the webhook; empty: none
	Secret    secret.Secret // that bodies are signed with; zero: they are not
	Transport http.RoundTripper

	Channels    []Channel
	Quiet       Quiet         // channels get no warnings then; the webhook, a machine, does
	GiveUp      time.Duration // how long an alert is tried to be delivered; 0 is a day
	Undelivered string        // file of the alerts on their way; required with a webhook or channels

	once    sync.Once
	targets []*target
	letter  *letters
}

func (s *Sender) init() {
	s.once.Do(func() {
		s.letter = &letters{path: s.Undelivered}
		if s.URL != "" {
			h := newHook(s)
			s.add(webhookName, h.send, h.once)
		}
		for _, c := range s.Channels {
			send := (&chat{url: c.URL}).send
			s.add(c.Name, send, send)
		}
	})
}

func (s *Sender) add(name string, send, once func(context.Context, Letter) error) {
	giveUp := s.GiveUp
	if giveUp == 0 {
		giveUp = 24 * time.Hour
	}
	s.targets = append(s.targets, &target{name, send, once, make(chan struct{}, 1), s.Log, s.letter, giveUp})
}

// Send tells people. It returns when the alert is in the file, once for each
// receiver, from where it is taken when the receiver has it: a process that is
// killed loses none, and waits for nobody. An error says that it is in no file,
// and that it is to be told again.
func (s *Sender) Send(ctx context.Context, a Alert) error {
	s.init()
	a = s.clean(a)
	s.Log.Log(ctx, a.level(), "alert", "type", string(a.Type), "tenant", a.Tenant, "identity", a.Identity, "message", a.Message)
	letters, err := s.write(a)
	if err != nil {
		s.Log.ErrorContext(ctx, "alert not sent", "type", string(a.Type), "tenant", a.Tenant, "err", s.Redactor.Redact(err.Error()))
		return err
	}
	if len(letters) == 0 {
		return nil
	}
	dropped, err := s.letter.add(letters...)
	if err != nil {
		s.Log.ErrorContext(ctx, "alert neither delivered nor kept", "file", s.Undelivered, "err", err)
	}
	if dropped > 0 {
		s.Log.ErrorContext(ctx, "too many undelivered alerts: the oldest are dropped", "alerts", dropped, "file", s.Undelivered)
	}
	for _, t := range s.targets {
		select {
		case t.poke <- struct{}{}:
		default: // it is poked already
		}
	}
	return err
}

// clean takes secrets out, before anything is written another way.
func (s *Sender) clean(a Alert) Alert {
	if a.ID == "" {
		a.ID = uuid.NewString()
	}
	for _, text := range []*string{&a.Message, &a.Tenant, &a.Identity, &a.Object} {
		*text = s.Redactor.Redact(*text)
	}
	return a
}

// write makes an alert's letters.
func (s *Sender) write(a Alert) ([]Letter, error) {
	var all []Letter
	text, now := Text(a), time.Now().UTC()
	if s.URL != "" {
		body, err := a.body(s.Source)
		if err != nil {
			return nil, err
		}
		all = append(all, newLetter(webhookName, a, now, text, []byte(s.Redactor.Redact(string(body)))))
	}
	due := now
	if end := s.Quiet.Until(now); !end.IsZero() && a.severity() == Warning {
		due = end.UTC()
	}
	for _, name := range Recipients(s.Channels, a) {
		all = append(all, newLetter(name, a, due, text, nil))
	}
	return all, nil
}

// Run delivers alerts until ctx ends, and then, for ten seconds at most, what
// is left. It returns when nothing is on its way any more.
func (s *Sender) Run(ctx context.Context) error {
	s.init()
	if len(s.targets) == 0 {
		<-ctx.Done()
		return nil
	}
	s.strangers(ctx)
	// What is on its way when ctx ends may arrive: sent again, it would arrive
	// twice.
	sending, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(flushLimit, cancel) })()
	var loops sync.WaitGroup
	for _, t := range s.targets {
		loops.Go(func() { t.run(ctx, sending) })
	}
	loops.Wait()
	return nil
}

// strangers gives up the letters to receivers that are configured no more.
func (s *Sender) strangers(ctx context.Context) {
	known := map[string]bool{}
	for _, t := range s.targets {
		known[t.name] = true
	}
	n, err := s.letter.change(func(l *Letter) (changed, stays bool) {
		if known[l.To] || l.Dead() {
			return false, true
		}
		l.GivenUp, l.Why = time.Now().UTC(), "no receiver of this name is configured any more"
		return true, true
	})
	if n > 0 || err != nil {
		s.Log.ErrorContext(ctx, "alerts to receivers that are configured no more are given up", "alerts", n, "file", s.Undelivered, "err", err)
	}
}

// Try sends one alert to every receiver at once, by no file and with a single
// try, and tells what came of each, in their order.
func (s *Sender) Try(ctx context.Context, a Alert) ([]Tried, error) {
	s.init()
	a = s.clean(a)
	body, err := a.body(s.Source)
	if err != nil {
		return nil, err
	}
	all := make([]Tried, len(s.targets))
	var sends sync.WaitGroup
	for i, t := range s.targets {
		sends.Go(func() {
			err := t.once(ctx, newLetter(t.name, a, a.Time, Text(a), body))
			all[i] = Tried{t.name, err}
		})
	}
	sends.Wait()
	return all, nil
}

// Tried is what came of a try; no error: the receiver took it.
type Tried struct {
	To  string
	Err error
}

// Kept are the alerts in a file that are on their way or given up, the oldest
// first.
func Kept(file string) ([]Letter, error) { return (&letters{path: file}).list() }

// Retry has alerts that were given up tried again, by the process that sends,
// from its next try on; of no ids, all of them. It tells how many there were.
func Retry(file string, ids ...string) (int, error) {
	wanted := map[string]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	return (&letters{path: file}).change(func(l *Letter) (changed, stays bool) {
		if !l.Dead() || len(ids) > 0 && !wanted[l.ID] {
			return false, true
		}
		l.GivenUp, l.Tries, l.Strikes, l.Due = time.Time{}, 0, 0, time.Now().UTC()
		return true, true
	})
}
