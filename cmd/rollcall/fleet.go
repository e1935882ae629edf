package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/rollcall-dev/rollcall/evidence"
	"github.com/rollcall-dev/rollcall/internal/config"
	"github.com/rollcall-dev/rollcall/internal/follow"
	"github.com/rollcall-dev/rollcall/internal/outbox"
	"github.com/rollcall-dev/rollcall/internal/secret"
	"github.com/rollcall-dev/rollcall/internal/store"
	"github.com/rollcall-dev/rollcall/reconcile"
	"github.com/rollcall-dev/rollcall/tenant"
)

// together is how many tenants are called at a time.
const together = 8

// fleetFlags are those of every command on tenants.
type fleetFlags struct {
	config   string
	registry string
	tenants  []string
	format   string
}

func (f *fleetFlags) add(c *cobra.Command) {
	addConfigFlag(c.Flags(), &f.config)
	c.Flags().StringVar(&f.registry, "registry", "", "take the registry from the files in this folder instead of the configuration's source")
	c.Flags().StringSliceVarP(&f.tenants, "tenant", "t", nil, "only this tenant; may be given again (default: all of the configuration)")
}

func (f *fleetFlags) addFormat(c *cobra.Command) {
	c.Flags().StringVar(&f.format, "format", "text", "text, or json for machines")
}

// A fleet is the tenants of a configuration and the registry they are compared
// with.
type fleet struct {
	cfg      *config.Config
	redactor *secret.Redactor
	desired  *desired
	drivers  map[string]tenant.Driver
	names    []string
}

// open reads the configuration and makes the drivers; it sends nothing yet.
func (f *fleetFlags) open(ctx context.Context, clone string) (*fleet, error) {
	if f.format != "" && f.format != "text" && f.format != "json" {
		return nil, fmt.Errorf("there is no format %q; use text or json", f.format)
	}
	cfg, redactor, err := resolveConfig(ctx, f.config)
	if err != nil {
		return nil, err
	}
	fl := &fleet{cfg: cfg, redactor: redactor, drivers: map[string]tenant.Driver{}}
	fl.desired = &desired{source: sourceOf(cfg, clone), folder: cfg.Registry.Folder}
	if f.registry != "" {
		dir, err := filepath.Abs(f.registry)
		if err != nil {
			return nil, err
		}
		fl.desired = &desired{source: &follow.Folder{Dir: dir}}
	}
	fl.names = slices.Sorted(maps.Keys(cfg.Tenants))
	if len(f.tenants) > 0 {
		fl.names = slices.Compact(slices.Sorted(slices.Values(f.tenants)))
	}
	for _, name := range fl.names {
		t, ok := cfg.Tenants[name]
		if !ok {
			return nil, fmt.Errorf("the configuration has no tenant %q; it has %s", name, strings.Join(slices.Sorted(maps.Keys(cfg.Tenants)), ", "))
		}
		if fl.drivers[name], err = driverOf(name, t); err != nil {
			return nil, err
		}
	}
	return fl, nil
}

// fetchTime is how long a repository may take to answer before the last commit
// that it gave is used.
const fetchTime = 30 * time.Second

// fresh asks a repository for what it has now, so that one run does not judge
// by yesterday's commit.
func (fl *fleet) fresh(ctx context.Context, errs io.Writer) error {
	g, ok := fl.desired.source.(*follow.Git)
	if !ok {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	err := g.Fetch(limited)
	if err == nil {
		return nil
	}
	if _, _, latest := g.Latest(limited); latest != nil {
		return err
	}
	_, err = fmt.Fprintf(errs, "rollcall: the registry could not be fetched, and the last commit that was is used: %s\n", fl.redactor.Redact(err.Error()))
	return err
}

// known refuses a tenant that the registry does not declare: everything in it
// would be undeclared.
func (fl *fleet) known(ctx context.Context) error {
	s, err := fl.desired.Snapshot(ctx)
	if err != nil {
		return err
	}
	for _, name := range fl.names {
		if s.Tenant(name) == nil {
			for _, p := range s.Problems {
				if strings.HasPrefix(p.Pos.File, "registry/tenants/"+name+".") {
					return fmt.Errorf("the registry's file of tenant %q has a mistake: %s: %s", name, p.Pos, p.Message)
				}
			}
			return fmt.Errorf("the registry declares no tenant %q, which the configuration has; add registry/tenants/%s.cue, or mend the name", name, name)
		}
	}
	return nil
}

// reconciler is that of one tenant, which can look and do no more. kept is
// what the store remembers, or nil.
func (fl *fleet) reconciler(name string, kept *store.DB) *reconcile.Reconciler {
	r := &reconcile.Reconciler{Tenant: name, Desired: fl.desired.Snapshot, Driver: fl.drivers[name], Remind: remindOf(fl.cfg.Alerts)}
	if kept != nil {
		r.State, r.Orders = keeper{kept, fl.redactor}, kept
	}
	r.Mute = fl.mute()
	if !fl.cfg.Revert {
		r.Paused = "the configuration says revert: false; nothing is reverted"
	}
	return r
}

// each calls a function for every tenant, several at a time, and gives what
// came of them in the tenants' order. One tenant's error does not stop the
// others.
func (fl *fleet) each(ctx context.Context, do func(ctx context.Context, name string) (reconcile.Outcome, error)) ([]reconcile.Outcome, error) {
	outcomes := make([]reconcile.Outcome, len(fl.names))
	failures := make([]error, len(fl.names))
	var g errgroup.Group
	g.SetLimit(together)
	for i, name := range fl.names {
		g.Go(func() error {
			outcomes[i], failures[i] = do(ctx, name)
			return nil
		})
	}
	_ = g.Wait()
	return outcomes, errors.Join(failures...)
}

// view is what a daemon remembers, to look at; nil where there is nothing yet.
func (fl *fleet) view(ctx context.Context) (*store.DB, error) {
	place, err := fl.cfg.Place(ctx, secret.Resolver{})
	if err != nil {
		return nil, err
	}
	db, err := store.View(ctx, place)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return db, err
}

// openEvidence opens the log for writing. since is its signed head as it is
// remembered, or "": a log that was replaced while nobody looked does not
// extend it.
func (fl *fleet) openEvidence(ctx context.Context, since string, log *slog.Logger) (*evidence.Log, error) {
	e := fl.cfg.Evidence
	options := evidence.Options{Origin: e.Origin, Key: e.Key, Refuse: fl.redactor.Refuse}
	if since != "" {
		options.Since = []byte(since)
	}
	l, err := evidence.Open(ctx, e.Dir, options)
	if err != nil {
		return nil, err
	}
	if l.New {
		log.WarnContext(ctx, "evidence log made", "dir", l.Dir, "privateKey", l.KeyFile, "origin", l.Origin)
	}
	return l, nil
}

// remember keeps the log's signed head in the state.
func (d *duty) remember(ctx context.Context) error {
	if d.evidence == nil {
		return nil // who writes the log does it
	}
	checkpoint, err := d.evidence.Checkpoint()
	if err != nil {
		return err
	}
	return d.db.SaveSetting(ctx, outbox.Checkpoint, string(checkpoint.Text))
}

// hide takes every secret out of an error.
func (fl *fleet) hide(err error) error {
	if err == nil || errors.Is(err, errFindings) || errors.Is(err, context.Canceled) {
		return err
	}
	return errors.New(fl.redactor.Redact(err.Error()))
}
