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
	fresh time.Duration
	stateFlags
}

func (f *liveFlags) register(c *cobra.Command) {
	c.Flags().BoolVar(&f.on, "live", false, "judge by the daemon's newest observations of the tenants too")
	c.Flags().DurationVar(&f.fresh, "fresh", 24*time.Hour, "with --live: how old an observation may be to count")
	f.add(c.Flags())
}

// check says what is wrong with the flags.
func (f *liveFlags) check() error {
	if !f.on && f.state != "" {
		return errors.New("--state has no use without --live; add that")
	}
	return nil
}

// look puts what was seen of the pass's tenants into it. Which of them were not
// seen, or too long ago, goes to notes.
func (f *liveFlags) look(ctx context.Context, pass *lint.Pass, notes io.Writer) (err error) {
	if !f.on {
		return nil
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
			case now.Sub(got.At) > f.fresh:
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
