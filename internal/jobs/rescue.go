package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rollcall-dev/rollcall/internal/store"
)

// rescue gives back what a killed process left running in a SQLite file. It has
// one process at a time, so nothing that runs in it can be running now; and a
// tenant that was waiting out a failure is called at once after a restart.
func (r *Runner) rescue(ctx context.Context) error {
	if r.DB.Pool() != nil {
		return nil
	}
	db := r.DB.SQL()
	_, err := db.ExecContext(ctx, `DELETE FROM river_job WHERE kind = ? AND state IN ('running', 'retryable', 'scheduled')`, call{}.Kind())
	if err != nil {
		return fmt.Errorf("take back the jobs of the last run: %w", err)
	}
	// A killed leader's term would otherwise have to run out first.
	if _, err := db.ExecContext(ctx, `DELETE FROM river_leader`); err != nil {
		return fmt.Errorf("take back the lead of the last run: %w", err)
	}
	return nil
}

const rescueEvery = 5 * time.Second

// rescueOthers gives back, until ctx is done, what killed processes left
// running in a PostgreSQL database. River does so when a job has run for longer
// than it may; but whoever runs one holds its tenant, and the database lets go
// of that as soon as the process is dead.
func (r *Runner) rescueOthers(ctx context.Context, c client) {
	tick := time.NewTicker(rescueEvery)
	defer tick.Stop()
	before := map[run]bool{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		left, err := r.left(ctx)
		if err == nil {
			before, err = r.giveBack(ctx, c, left, before)
		}
		if err != nil && ctx.Err() == nil {
			r.Log.ErrorContext(ctx, "jobs of other processes not looked at", "err", err.Error())
		}
	}
}

// A run is one attempt at a job.
type run struct {
	id      int64
	attempt int
	tenant  string
}

// left are the jobs that are said to run.
func (r *Runner) left(ctx context.Context) (_ []run, err error) {
	rows, err := r.DB.SQL().QueryContext(ctx, `SELECT id, attempt, args->>'tenant' FROM river_job WHERE kind = $1 AND state = 'running'`, call{}.Kind())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var all []run
	for rows.Next() {
		var one run
		if err := rows.Scan(&one.id, &one.attempt, &one.tenant); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// giveBack begins those anew whose tenant nobody holds, at the second look: at
// the first, one may be about to begin, or its end about to be written down.
func (r *Runner) giveBack(ctx context.Context, c client, left []run, before map[run]bool) (map[run]bool, error) {
	idle := map[run]bool{}
	for _, one := range left {
		_, held, err := r.DB.HoldTenant(ctx, one.tenant)
		if errors.Is(err, store.ErrBusy) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if before[one] {
			err = r.again(ctx, c, one)
		} else {
			idle[one] = true
		}
		if err := errors.Join(err, held.Release()); err != nil {
			return nil, err
		}
	}
	return idle, nil
}

func (r *Runner) again(ctx context.Context, c client, one run) error {
	_, err := r.DB.SQL().ExecContext(ctx, `DELETE FROM river_job WHERE id = $1 AND attempt = $2 AND state = 'running'`, one.id, one.attempt)
	if err == nil {
		_, err = c.Insert(ctx, call{one.tenant}, nil)
	}
	return err
}
