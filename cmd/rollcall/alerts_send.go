package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rollcall-dev/rollcall/internal/alert"
	"github.com/rollcall-dev/rollcall/internal/config"
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

func (fl *fleet) openAlerts(log *slog.Logger) (*alerter, error) {
	sender, err := newSender(fl.cfg.Alerts, fl.redactor, log)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	a := &alerter{stop: stop, sender: sender}
	a.done.Go(func() { a.err = a.sender.Run(ctx) })
	return a, nil
}

func newSender(c config.Alerts, redactor *secret.Redactor, log *slog.Logger) (*alert.Sender, error) {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	s := &alert.Sender{
		Log: log, Redactor: redactor, Source: "https://rollcall.dev/daemon/" + host,
		URL: c.Webhook.URL, Secret: c.Webhook.Secret.Secret, Channels: channelsOf(c), GiveUp: c.GiveUp, Undelivered: c.Undone,
	}
	if c.Quiet.Given() {
		if s.Quiet, err = alert.ParseQuiet(c.Quiet.From, c.Quiet.To, c.Quiet.TimeZone); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func channelsOf(c config.Alerts) []alert.Channel {
	var all []alert.Channel
	for _, name := range slices.Sorted(maps.Keys(c.Channels)) {
		ch := c.Channels[name]
		all = append(all, alert.Channel{Name: name, URL: ch.URL.Secret, All: ch.All, For: ch.For, Least: alert.Severity(ch.Severity)})
	}
	return all
}

// badChannels are the mistakes in the URLs that the channels' secrets hold.
func badChannels(file string, c config.Alerts) []config.Problem {
	var all []config.Problem
	for _, ch := range channelsOf(c) {
		ref := c.Channels[ch.Name].URL
		if ref.Secret.IsZero() {
			continue // that is said already
		}
		if err := alert.CheckURL(ref.Secret); err != nil {
			field := "alerts.channels." + ch.Name + ".url"
			all = append(all, config.Problem{File: file, Line: ref.Line, Column: ref.Column, Field: field, Message: field + ": " + err.Error()})
		}
	}
	return all
}

// untold says what nobody is told, or "".
func untold(c config.Alerts) string {
	if c.Webhook.URL != "" {
		return ""
	}
	var missed []string
	for _, s := range alert.Untold(channelsOf(c)) {
		missed = append(missed, string(s))
	}
	if len(missed) == 0 {
		return ""
	}
	return fmt.Sprintf("%s alerts on what belongs to nobody whom a channel names are told to nobody, and stand in the log alone; give one of alerts.channels \"all: true\"", strings.Join(missed, " and "))
}

func remindOf(c config.Alerts) map[reconcile.Severity]time.Duration {
	return map[reconcile.Severity]time.Duration{
		reconcile.Critical: time.Duration(c.Remind.Critical), reconcile.Warning: time.Duration(c.Remind.Warning),
	}
}

func (a *alerter) Close() error {
	a.stop()
	a.done.Wait()
	return a.err
}

// send hands an alert over; it does not wait for its delivery.
func (a *alerter) send(ctx context.Context, from reconcile.Alert) error {
	return a.sender.Send(ctx, alertOf(from))
}

func alertOf(from reconcile.Alert) alert.Alert {
	to := alert.Alert{
		Type: typeOf(from), Time: from.Time, Since: from.Since, Severity: alert.Severity(from.Severity), Tenant: from.Tenant,
		Owners: from.Owners, Count: from.Count, Message: from.Message, Detail: from,
	}
	d := from.Drift
	if d == nil {
		return to
	}
	to.ID = fmt.Sprintf("%s %s %d", from.Kind, d.Key(), from.Time.UnixNano())
	to.Class, to.Identity, to.Field = string(d.Class), d.Identity, string(d.Field)
	if d.Identity == "" || d.Class == reconcile.Undeclared {
		to.Object = strings.Trim(string(d.Kind)+":"+d.ObjectID, ":")
	}
	if d.Owner != "" {
		to.Owners = []string{d.Owner}
	}
	return to
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
	case a.Kind == reconcile.Reminded:
		return alert.DriftReminded
	case a.Kind == reconcile.Resolved:
		return alert.DriftResolved
	case a.Kind == reconcile.Held:
		return alert.PlanHeld
	case a.Kind == reconcile.Released:
		return alert.PlanReleased
	case a.Kind == reconcile.Offboarded:
		return alert.Offboarded
	case a.Result == reconcile.Done, a.Result == reconcile.FoundDone:
		return alert.Reverted
	}
	return alert.RevertFailed
}
