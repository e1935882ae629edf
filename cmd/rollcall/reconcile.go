package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/rollcall-dev/rollcall/evidence"
	"github.com/rollcall-dev/rollcall/internal/outbox"
	"github.com/rollcall-dev/rollcall/internal/secret"
	"github.com/rollcall-dev/rollcall/internal/store"
	"github.com/rollcall-dev/rollcall/reconcile"
	"github.com/rollcall-dev/rollcall/tenant"
)

func newReconcile() *cobra.Command {
	var f fleetFlags
	var revert bool
	c := &cobra.Command{
		Use:   "reconcile",
		Short: "call the roll once: compare, record, and revert where that is allowed",
		Long: `Do what the daemon does in one pass, from cron or by hand. What is seen is
remembered, so that drift is acted on only when it was seen twice, the grace
period apart.

A revert needs all of: --revert here, "revert: true" in the configuration, and
the tenant's enforcement in the registry. Without --revert nothing can be
written to a tenant: the pass is built without the ability. Proposals are pushed
where the configuration says so, with or without it.

Exit code 1 says that drift remains, 2 that a tenant could not be read.`,
		Example: `  rollcall reconcile
  rollcall reconcile --revert --tenant n8n-test`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			ctx := c.Context()
			fl, err := f.open(ctx, "registry.git")
			if err != nil {
				return err
			}
			defer func() { err = fl.hide(err) }()
			if revert && !fl.cfg.Revert {
				return errors.New("--revert: the configuration does not allow reverts; set \"revert: true\" there")
			}
			if err := errors.Join(fl.fresh(ctx, c.ErrOrStderr()), fl.known(ctx)); err != nil {
				return err
			}
			post, closeAll, err := fl.openDuty(ctx, errorsOnly(newLogger(c.ErrOrStderr(), fl.redactor)), revert)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, closeAll()) }()
			done := slow(c.ErrOrStderr(), "calling the roll of %d tenants", len(fl.names))
			outcomes, failure := fl.each(ctx, post.alone)
			done()
			shown := f.show(c.OutOrStdout(), outcomes)
			if failure != nil {
				return failure
			}
			return shown
		},
	}
	f.add(c)
	f.addFormat(c)
	c.Flags().BoolVar(&revert, "revert", false, "revert what the tenant's enforcement says is to be reverted")
	return c
}

// A duty is a fleet with everything that a pass needs.
type duty struct {
	*fleet
	db       *store.DB
	evidence *evidence.Log     // nil where the state is shared, and the outbox takes the evidence
	writer   *outbox.Sequencer // from the outbox to the log; nil where this process has no log
	alerts   *alerter
	revert   bool
	forge    reconcile.Forge // keeps proposals; nil where there are none
	log      *slog.Logger
}

// openDuty opens the state, the evidence and the way to people. What it opened
// is closed by the function that it returns, in the right order.
func (fl *fleet) openDuty(ctx context.Context, logger *slog.Logger, revert bool) (_ *duty, closeAll func() error, err error) {
	place, err := fl.cfg.Place(ctx, secret.Resolver{})
	if err != nil {
		return nil, nil, err
	}
	db, err := store.Open(ctx, place)
	if errors.Is(err, store.ErrBusy) {
		return nil, nil, fmt.Errorf("%w; one at a time reconciles: wait for it, or stop the daemon", err)
	}
	if err != nil {
		return nil, nil, err
	}
	on := &duty{fleet: fl, db: db, revert: revert, forge: fl.forge(), log: logger}
	closeLog, err := on.openLog(ctx)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	if on.alerts, err = fl.openAlerts(logger); err != nil {
		return nil, nil, errors.Join(err, closeLog(), db.Close())
	}
	return on, func() error { return errors.Join(on.alerts.Close(), closeLog(), db.Close()) }, nil
}

// alone is a pass by hand: while another process reconciles the tenant, it is
// an error.
func (d *duty) alone(ctx context.Context, name string) (reconcile.Outcome, error) {
	ctx, held, err := d.db.HoldTenant(ctx, name)
	if errors.Is(err, store.ErrBusy) {
		return reconcile.Outcome{}, fmt.Errorf("tenant %s: %w; one at a time reconciles: wait for it, or stop the daemons", name, store.ErrBusy)
	}
	if err != nil {
		return reconcile.Outcome{}, err
	}
	o, err := d.pass(ctx, name, held)
	return o, errors.Join(err, held.Release())
}

// pass is one round over one tenant, which is held.
func (d *duty) pass(ctx context.Context, name string, held *store.Held) (reconcile.Outcome, error) {
	r := d.reconciler(name, d.db)
	r.Record, r.Alert, r.Forge = d.recorder(held), d.alerts.send, d.forge
	switch {
	case d.revert:
		r.Writer, _ = d.drivers[name].(tenant.Reader)
		r.Paused = ""
	case r.Paused == "":
		r.Paused = "--revert was not given; nothing is reverted"
	}
	o, err := r.Pass(ctx)
	if err != nil {
		return o, err
	}
	if o.Unproposed != "" {
		d.log.ErrorContext(ctx, "proposals not kept; the next pass tries again", "tenant", name, "err", o.Unproposed)
	}
	return o, d.remember(context.WithoutCancel(ctx))
}
