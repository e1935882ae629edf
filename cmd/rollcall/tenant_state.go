package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/pflag"

	"github.com/rollcall-dev/rollcall/internal/store"
	"github.com/rollcall-dev/rollcall/tenant"
)

// stateFlags say where what the daemon remembers is.
type stateFlags struct {
	state  string
	config string
}

func (f *stateFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.state, "state", "", "the daemon's state (default: the configuration's)")
	addConfigFlag(flags, &f.config)
}

// view opens the state to look at it; a daemon may be using it.
func (f *stateFlags) view(ctx context.Context) (*store.DB, error) {
	if f.state == "" {
		cfg, err := loadConfig(f.config)
		if err != nil {
			return nil, fmt.Errorf("find the daemon's state: %w; or name it with --state", err)
		}
		return openState(ctx, cfg, store.View)
	}
	db, err := store.View(ctx, f.state)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no state at %s; \"rollcall daemon\" or \"rollcall reconcile\" makes it, or name another with --state", f.state)
	}
	return db, err
}

// A sight is what the daemon saw of a tenant last, at or before a time.
type sight struct {
	First time.Time // since when it looked the same
	tenant.Observation
}

// sightOf is the newest sight of a tenant at or before a time, zero for now;
// seen is false where there is none.
func sightOf(ctx context.Context, db *store.DB, name string, at time.Time) (s sight, seen bool, err error) {
	kept, err := db.Observation(ctx, name, at)
	if err != nil || kept.Body == nil {
		return sight{}, false, err
	}
	last := kept.Last
	if !at.IsZero() && at.Before(last) {
		last = at
	}
	ob, err := tenant.Decode(kept.Body, last)
	if err != nil {
		return sight{}, false, fmt.Errorf("read the observation of %s: %w", name, err)
	}
	return sight{kept.First, ob}, true, nil
}
