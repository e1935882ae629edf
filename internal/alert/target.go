package alert

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"
)

const (
	webhookName = "webhook"
	tryEvery    = 30 * time.Second // how often what is undelivered is tried again
	mostStrikes = 5                // tries of one alert that fail while others get through
	saveEvery   = 20               // alerts delivered before the file says so
)

// A target is one receiver. Each has its own loop: one that is down delays no
// other.
type target struct {
	name    string
	send    func(context.Context, Letter) error // with several tries, where that helps
	once    func(context.Context, Letter) error
	poke    chan struct{} // something is in the file
	log     *slog.Logger
	letters *letters
	giveUp  time.Duration
}

// run delivers until ctx ends, and then once more what is left.
func (t *target) run(ctx, sending context.Context) {
	tick := time.NewTicker(tryEvery)
	defer tick.Stop()
	up := t.deliver(sending, t.send)
	for {
		select {
		case <-ctx.Done():
			t.deliver(sending, t.once)
			return
		case <-t.poke:
			if up { // a receiver that is down is not asked for each alert
				up = t.deliver(sending, t.send)
			}
		case <-tick.C:
			up = t.deliver(sending, t.once)
		}
	}
}

// deliver sends what is due, the oldest first, and tells whether the receiver
// is up. A letter that it does not take may be at fault itself: where the next
// one gets through, it was. Two in a row say that the receiver is down.
func (t *target) deliver(ctx context.Context, send func(context.Context, Letter) error) (up bool) {
	all, err := t.letters.list()
	if err != nil {
		t.log.ErrorContext(ctx, "kept alerts cannot be read", "file", t.letters.path, "err", err)
		return true // the receiver may well be up
	}
	r := round{target: t, changed: map[string]Letter{}, gone: map[string]bool{}, up: true}
	due := slices.DeleteFunc(all, func(l Letter) bool { return l.To != t.name || l.Dead() || l.Due.After(time.Now()) })
	for _, l := range due {
		err := send(ctx, l)
		if ctx.Err() != nil && err != nil {
			break // it was told to stop: nobody's fault
		}
		if send = t.once; !r.judge(ctx, l, err) {
			break
		}
		if err == nil {
			send = t.send
		}
		if len(r.gone)+len(r.changed) >= saveEvery {
			r.save(ctx)
		}
	}
	if r.suspect != nil {
		r.down(ctx, due)
	}
	r.save(ctx)
	return r.up
}

// A round is one go at a target's letters.
type round struct {
	*target
	changed map[string]Letter
	gone    map[string]bool
	suspect *Letter // was not taken, and nothing was taken since
	up      bool
}

// judge notes what came of a letter, and tells whether to go on.
func (r *round) judge(ctx context.Context, l Letter, err error) bool {
	if err == nil {
		r.gone[l.ID] = true
		if s := r.suspect; s != nil {
			r.suspect = nil
			r.strike(ctx, *s)
		}
		return true
	}
	l.Tries++
	l.Why = err.Error()
	if errors.Is(err, errRefused) {
		r.bury(ctx, l)
		return true
	}
	r.changed[l.ID] = l
	if r.suspect != nil {
		return false
	}
	r.suspect = &l
	return true
}

// strike counts a try that failed by the letter's own fault.
func (r *round) strike(ctx context.Context, l Letter) {
	l.Strikes++
	r.changed[l.ID] = l
	if l.Strikes >= mostStrikes || r.old(l) {
		r.bury(ctx, l)
	}
}

// down gives up what is too old. The rest waits.
func (r *round) down(ctx context.Context, due []Letter) {
	r.up = false
	r.log.ErrorContext(ctx, "alerts are not delivered; they are kept and tried again", "to", r.name, "file", r.letters.path, "err", r.suspect.Why)
	for _, l := range due {
		if r.gone[l.ID] || !r.old(l) || r.changed[l.ID].Dead() {
			continue
		}
		if tried, ok := r.changed[l.ID]; ok {
			l = tried
		}
		l.Why = cmp.Or(l.Why, r.suspect.Why)
		r.bury(ctx, l)
	}
}

func (r *round) old(l Letter) bool { return time.Since(l.Due) >= r.giveUp }

// bury gives a letter up: it stays in the file until a person looks.
func (r *round) bury(ctx context.Context, l Letter) {
	l.GivenUp = time.Now().UTC()
	r.changed[l.ID] = l
	r.log.ErrorContext(ctx, "alert given up; \"rollcall alerts list\" shows it", "to", r.name, "alert", l.ID, "type", string(l.Type), "err", l.Why)
}

func (r *round) save(ctx context.Context) {
	if len(r.gone)+len(r.changed) == 0 {
		return
	}
	_, err := r.letters.change(func(l *Letter) (changed, stays bool) {
		if r.gone[l.ID] {
			return true, false
		}
		now, ok := r.changed[l.ID]
		if ok {
			*l = now
		}
		return ok, true
	})
	if err != nil {
		r.log.ErrorContext(ctx, "what became of alerts is not kept; they may be told again", "file", r.letters.path, "err", err)
	}
	if r.suspect == nil { // it is judged later
		clear(r.changed)
	}
	clear(r.gone)
}
