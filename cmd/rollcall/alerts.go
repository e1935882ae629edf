package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"

	"github.com/rollcall-dev/rollcall/internal/alert"
	"github.com/rollcall-dev/rollcall/internal/secret"
	"github.com/rollcall-dev/rollcall/reconcile"
)

// newLogger writes lines for people on a terminal, and JSON elsewhere. Secrets
// are taken out.
func newLogger(w io.Writer, redactor *secret.Redactor) *slog.Logger {
	options := &slog.HandlerOptions{ReplaceAttr: redactor.Attr}
	if isTerminal(w) {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}

// An alerter tells people what the reconciler wants told. Close delivers what
// is still on its way.
type alerter struct {
	sender *alert.Sender
	stop   context.CancelFunc
	done   sync.WaitGroup
	err    error
}

func (fl *fleet) openAlerts(log *slog.Logger) *alerter {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	ctx, stop := context.WithCancel(context.Background())
	hook := fl.cfg.Alerts.Webhook
	a := &alerter{stop: stop, sender: &alert.Sender{
		Log: log, Redactor: fl.redactor, Source: "https://rollcall.dev/daemon/" + host,
		URL: hook.URL, Secret: hook.Secret.Secret, Undelivered: fl.cfg.Alerts.Undone,
	}}
	a.done.Go(func() { a.err = a.sender.Run(ctx) })
	return a
}

func (a *alerter) Close() error {
	a.stop()
	a.done.Wait()
	return a.err
}

// send hands an alert over; it does not wait for its delivery.
func (a *alerter) send(ctx context.Context, from reconcile.Alert) error {
	to := alert.Alert{Type: typeOf(from), Time: from.Time, Tenant: from.Tenant, Message: from.Message, Detail: from}
	if from.Drift != nil {
		to.Identity = from.Drift.Identity
		to.ID = fmt.Sprintf("%s %s %d", from.Kind, from.Drift.Key(), from.Time.UnixNano())
	}
	a.sender.Send(ctx, to)
	return nil
}

func typeOf(a reconcile.Alert) alert.Type {
	unreadable := a.Drift != nil && a.Drift.Class == reconcile.Unreadable
	switch {
	case a.Kind == reconcile.Opened && unreadable:
		return alert.Unreadable
	case a.Kind == reconcile.Resolved && unreadable:
		return alert.Readable
	case a.Kind == reconcile.Opened:
		return alert.DriftOpened
	case a.Kind == reconcile.Resolved:
		return alert.DriftResolved
	case a.Kind == reconcile.Held:
		return alert.PlanHeld
	case a.Kind == reconcile.Released:
		return alert.PlanReleased
	case a.Result == reconcile.Done, a.Result == reconcile.FoundDone:
		return alert.Reverted
	}
	return alert.RevertFailed
}
