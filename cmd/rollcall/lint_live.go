package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// liveFlags let lint judge by what the daemon saw too.
type liveFlags struct {
	on    bool
	fresh registry.Duration
	given func(flag string) bool // on the command line
	stateFlags
}

func (f *liveFlags) register(c *cobra.Command) {
	c.Flags().BoolVar(&f.on, "live", false, "judge by the daemon's newest observations of the tenants too")
	f.fresh = registry.Duration(24 * time.Hour)
	c.Flags().Var((*age)(&f.fresh), "fresh", "with --live: how old an observation may be to count, like 12h or 1d")
	f.given = c.Flags().Changed
	f.add(c.Flags())
}

// An age is a duration on the command line, written as the registry does.
type age registry.Duration

func (a *age) String() string { return registry.Duration(*a).String() }
func (a *age) Type() string   { return "duration" }

func (a *age) Set(text string) error {
	d, err := registry.ParseDuration(text)
	*a = age(d)
	return err
}

// check says what is wrong with the flags.
func (f *liveFlags) check() error {
	for _, flag := range []string{"state", "fresh"} {
		if !f.on && f.given != nil && f.given(flag) { // watch has no such flags
			return fmt.Errorf("--%s has no use without --live; add that", flag)
		}
	}
	return nil
}

// look puts what was seen of the pass's tenants into it. Which of them were not
// seen, or too long ago, goes to notes.
func (f *liveFlags) look(ctx context.Context, pass *lint.Pass, notes io.Writer) (err error) {
	if !f.on {
		return nil
	}
	if _, err := configPath(f.config); err != nil && f.state == "" {
		return errors.New("--live judges by the daemon's state, and there is no configuration that says where it is; name the configuration with --config, or the state with --state")
	}
	db, err := f.view(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	pass.Live, pass.Unseen = map[string]tenant.Observation{}, map[string]string{}
	now := time.Now()
	for _, s := range []*registry.Snapshot{pass.Base, pass.Head} {
		if s == nil {
			continue
		}
		for _, t := range s.Tenants {
			got, seen, err := sightOf(ctx, db, t.ID, time.Time{})
			switch {
			case err != nil:
				return err
			case !seen:
				pass.Unseen[t.ID] = "never seen"
			case now.Sub(got.At) > time.Duration(f.fresh):
				pass.Unseen[t.ID] = "seen last on " + got.At.Format("2006-01-02 15:04 UTC")
			default:
				pass.Live[t.ID] = got.Observation
			}
		}
	}
	if len(pass.Unseen) > 0 {
		fmt.Fprintf(notes, "no observation of the last %s counts for %d of the tenants, and what is live in them is not judged: %s\n", f.fresh, len(pass.Unseen), pass.SayUnseen())
	}
	return nil
}
