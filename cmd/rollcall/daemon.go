package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/rollcall-dev/rollcall/internal/alert"
	"github.com/rollcall-dev/rollcall/internal/jobs"
	"github.com/rollcall-dev/rollcall/internal/store"
)

// stopTime is how long passes that run may take to end when the daemon stops.
const stopTime = 30 * time.Second

func newDaemon() *cobra.Command {
	var f fleetFlags
	c := &cobra.Command{
		Use:   "daemon",
		Short: "call the roll on a schedule, tell people, and revert where that is allowed",
		Long: `Call the roll of every tenant on a schedule, and at once when the registry
changes. Drift is told to people once, and again when it is over; it is reverted
only where the configuration says "revert: true" and the tenant's enforcement in
the registry says so too.

On the configured address: /healthz (it runs), /readyz (the registry is read and
every tenant was called), /metrics (Prometheus). It stops cleanly on SIGTERM and
SIGINT; a pass that was killed is resolved at the next start.`,
		Example: `  rollcall daemon --config /etc/rollcall/rollcall.yaml`,
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			fl, err := f.open(c.Context(), "registry.git")
			if err != nil {
				return err
			}
			defer func() { err = fl.hide(err) }()
			return fl.serve(c.Context(), newLogger(c.ErrOrStderr(), fl.redactor))
		},
	}
	f.add(c)
	return c
}

// A daemon is a duty that is done again and again.
type daemon struct {
	*duty
	log     *slog.Logger
	runner  *jobs.Runner
	metrics *metrics

	mu        sync.Mutex
	sourceErr string // what people were told of the source last
}

func (fl *fleet) serve(ctx context.Context, log *slog.Logger) (err error) {
	if err := fl.fresh(ctx, slogWriter{log}); err != nil {
		return err
	}
	if err := fl.known(ctx); err != nil {
		return err
	}
	on, closeAll, err := fl.openDuty(ctx, log, fl.cfg.Revert)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	listener, err := net.Listen("tcp", fl.cfg.Listen)
	if err != nil {
		return fmt.Errorf("listen for health and metrics: %w; \"listen\" in the configuration names another address", err)
	}
	d := &daemon{duty: on, log: log, metrics: newMetrics(fl.names)}
	d.runner = &jobs.Runner{
		DB: on.db, Timeout: passTime, Concurrency: together, Log: errorsOnly(log), Intervals: map[string]time.Duration{}, Pass: d.call,
	}
	for _, name := range fl.names {
		d.runner.Intervals[name] = fl.cfg.Tenants[name].Interval
	}
	if on.evidence == nil && on.writer == nil {
		log.InfoContext(ctx, "evidence is kept in the database; a daemon that has evidence.dir writes it into the log")
	}
	if gap := untold(fl.cfg.Alerts); gap != "" {
		log.WarnContext(ctx, "not everything is told to people", "why", gap)
	}
	log.InfoContext(ctx, "daemon started", "tenants", len(fl.names), "revert", fl.cfg.Revert, "listen", listener.Addr().String(), "version", versionOf().Version)
	return d.run(ctx, listener)
}

// passTime is the longest that a pass over one tenant may take.
const passTime = 15 * time.Minute

func (d *daemon) run(ctx context.Context, listener net.Listener) error {
	server := &http.Server{Handler: d.metrics.handler(), ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(d.log.Handler(), slog.LevelWarn)}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		err := server.Serve(listener)
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return fmt.Errorf("serve health and metrics: %w", err)
	})
	wake := make(chan struct{}, 1)
	g.Go(func() error {
		defer close(wake)
		changes := d.desired.source.Changes(ctx)
		d.desired.Changed() // what was saved since the start's own look
		for range changes {
			d.desired.Changed()
			d.log.InfoContext(ctx, "registry changed")
			select {
			case wake <- struct{}{}:
			default: // they are to be woken already
			}
		}
		return nil
	})
	g.Go(func() error {
		for range wake { // waits for tenants that are being called; changes do not wait for it
			if err := d.runner.Wake(ctx); err != nil && ctx.Err() == nil {
				d.log.ErrorContext(ctx, "tenants not woken; their schedule calls them", "err", err.Error())
			}
		}
		return nil
	})
	writing, stopWriting := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWriting()
	if d.writer != nil {
		g.Go(func() error {
			d.writer.Run(writing)
			return nil
		})
	}
	g.Go(func() error {
		err := d.runner.Run(ctx, stopTime)
		stopWriting() // what the last passes said is written when all is closed
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		return errors.Join(err, server.Shutdown(stop))
	})
	err := g.Wait()
	d.log.Info("daemon stopped")
	return err
}

// call is one pass over one tenant. An error is logged here, and makes the
// tenant back off.
func (d *daemon) call(ctx context.Context, name string, held *store.Held) error {
	d.tellSource(ctx)
	began := time.Now()
	o, err := d.pass(ctx, name, held)
	d.metrics.passed(name, o, err, time.Since(began))
	for _, a := range append(o.Resolved, o.Acts...) {
		d.log.InfoContext(ctx, "act", "tenant", name, "verb", string(a.Action.Verb), "identity", a.Action.Drift.Identity,
			"object", a.Action.Drift.ObjectID, "result", string(a.Result), "err", a.Reason)
	}
	switch {
	case err != nil && errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err() // it is being stopped
	case err != nil && d.desired.Broken():
		d.log.ErrorContext(ctx, "registry not read", "tenant", name, "err", err.Error())
		d.tellSource(ctx)
		return &jobs.Later{After: d.runner.Intervals[name], Err: err} // no fault of the tenant's
	case err != nil:
		d.log.ErrorContext(ctx, "pass failed", "tenant", name, "err", err.Error())
		return err
	case o.Unreadable != "":
		d.log.WarnContext(ctx, "tenant unreadable", "tenant", name, "err", o.Unreadable)
		return &jobs.Later{After: o.RetryAfter, Err: errors.New(o.Unreadable)}
	}
	d.log.InfoContext(ctx, "pass done", "tenant", name, "drift", len(o.Plan.Actions), "acts", len(o.Acts), "held", o.Plan.Held, "took", time.Since(began).Round(time.Millisecond).String())
	if o.RetryAfter > 0 {
		return &jobs.Later{After: o.RetryAfter, Err: errors.New("the tenant asks to be left alone")}
	}
	return nil
}

// tellSource tells people once when the registry can not be followed any
// more, and once when it can again.
func (d *daemon) tellSource(ctx context.Context) {
	now := ""
	if err := d.desired.Err(); err != nil {
		now = err.Error()
	}
	d.metrics.followed(now == "")
	d.mu.Lock()
	before, changed := d.sourceErr, now != d.sourceErr
	d.sourceErr = now
	d.mu.Unlock()
	if !changed {
		return
	}
	a := alert.Alert{Type: alert.RegistryGood, Time: time.Now().UTC(), Message: "the registry is followed again"}
	if now != "" {
		a.Type, a.Message = alert.RegistryBad, "the registry's newest state is not followed: "+now
	}
	if d.alerts.sender.Send(ctx, a) != nil { // the next pass tells it
		d.mu.Lock()
		d.sourceErr = before
		d.mu.Unlock()
	}
}

// slogWriter puts lines that are for people into the log.
type slogWriter struct{ log *slog.Logger }

func (w slogWriter) Write(line []byte) (int, error) {
	w.log.Warn(string(line))
	return len(line), nil
}

// errorsOnly is a logger that keeps quiet but for errors.
func errorsOnly(log *slog.Logger) *slog.Logger {
	return slog.New(levelled{log.Handler(), slog.LevelError})
}

type levelled struct {
	slog.Handler
	least slog.Level
}

func (l levelled) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= l.least && l.Handler.Enabled(ctx, level)
}
