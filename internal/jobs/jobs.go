// Package jobs runs a function for each of many tenants on a schedule, with
// River on the daemon's own database: a tenant's run is unique, a failing one
// backs off alone, and what a killed process left behind is begun again.
package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"
)

// A Later error asks to be called again no sooner than After.
type Later struct {
	After time.Duration
	Err   error
}

func (e *Later) Error() string { return e.Err.Error() }
func (e *Later) Unwrap() error { return e.Err }

// A Runner calls Pass for every tenant. All fields are required but
// Concurrency.
type Runner struct {
	DB          *sql.DB
	Intervals   map[string]time.Duration // by tenant
	Timeout     time.Duration            // of one call
	Concurrency int                      // calls at a time; 0 means 8
	Log         *slog.Logger
	// Pass is called with a context that ends after Timeout and when the
	// runner stops. An error makes the next call of this tenant wait longer,
	// up to maxBackoff.
	Pass func(ctx context.Context, tenant string) error

	client atomic.Pointer[river.Client[*sql.Tx]]
}

const maxBackoff = 30 * time.Minute

// call is the job of one tenant.
type call struct {
	Tenant string `json:"tenant" river:"unique"`
}

func (call) Kind() string { return "pass" }

// InsertOpts makes a tenant's job unique in every state in which it still
// waits or runs: a tenant that backs off is not called by its schedule.
func (call) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
		rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}

type worker struct {
	river.WorkerDefaults[call]
	runner *Runner
}

func (w *worker) Timeout(*river.Job[call]) time.Duration { return w.runner.Timeout }

// Work calls Pass. A tenant that is no longer configured is let go.
func (w *worker) Work(ctx context.Context, job *river.Job[call]) error {
	if _, ok := w.runner.Intervals[job.Args.Tenant]; !ok {
		return river.JobCancel(errors.New("the tenant is no longer configured"))
	}
	err := w.runner.Pass(ctx, job.Args.Tenant)
	var later *Later
	if errors.As(err, &later) && later.After > 0 {
		return river.JobSnooze(min(later.After, maxBackoff))
	}
	return err
}

// NextRetry doubles the tenant's interval with each failure.
func (w *worker) NextRetry(job *river.Job[call]) time.Time {
	wait := w.runner.Intervals[job.Args.Tenant]
	for range min(job.Attempt, 20) {
		wait = min(2*wait, maxBackoff)
	}
	return time.Now().Add(wait)
}

// Run calls tenants until ctx is done, then waits for the calls that run, at
// most for grace, and returns.
func (r *Runner) Run(ctx context.Context, grace time.Duration) error {
	if err := r.rescue(ctx); err != nil {
		return err
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker{runner: r})
	client, err := river.NewClient(riversqlite.New(r.DB), &river.Config{
		Logger:                      r.Log,
		Workers:                     workers,
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: r.concurrency()}},
		PeriodicJobs:                r.schedule(),
		MaxAttempts:                 100, // and then its schedule begins anew
		JobTimeout:                  r.Timeout,
		RescueStuckJobsAfter:        r.Timeout + time.Minute,
		CompletedJobRetentionPeriod: time.Hour,
		CancelledJobRetentionPeriod: time.Hour,
		SoftStopTimeout:             grace,
	})
	if err != nil {
		return fmt.Errorf("set up the jobs: %w", err)
	}
	if err := client.Start(ctx); err != nil {
		return fmt.Errorf("start the jobs: %w", err)
	}
	r.client.Store(client)
	defer r.client.Store(nil)
	<-client.Stopped()
	return nil
}

func (r *Runner) concurrency() int {
	if r.Concurrency == 0 {
		return 8
	}
	return r.Concurrency
}

func (r *Runner) schedule() []*river.PeriodicJob {
	var jobs []*river.PeriodicJob
	for tenant, every := range r.Intervals {
		args := func() (river.JobArgs, *river.InsertOpts) { return call{tenant}, nil }
		jobs = append(jobs, river.NewPeriodicJob(river.PeriodicInterval(every), args, &river.PeriodicJobOpts{RunOnStart: true}))
	}
	return jobs
}

// rescue gives back what a killed process left running. The database has one
// process at a time, so nothing that runs in it can be running now; and a
// tenant that was waiting out a failure is called at once after a restart.
func (r *Runner) rescue(ctx context.Context) error {
	_, err := r.DB.ExecContext(ctx, `DELETE FROM river_job WHERE kind = ? AND state IN ('running', 'retryable', 'scheduled')`, call{}.Kind())
	if err != nil {
		return fmt.Errorf("take back the jobs of the last run: %w", err)
	}
	// A killed leader's term would otherwise have to run out first.
	if _, err := r.DB.ExecContext(ctx, `DELETE FROM river_leader`); err != nil {
		return fmt.Errorf("take back the lead of the last run: %w", err)
	}
	return nil
}

// Wake calls every tenant soon, and returns when all are asked: one that is
// being called is asked after that call, which may have begun too early to see
// what has changed; one that backs off keeps its time. Before Run and after it
// there is nobody to wake.
func (r *Runner) Wake(ctx context.Context) error {
	client := r.client.Load()
	if client == nil {
		return nil
	}
	waiting := slices.Sorted(maps.Keys(r.Intervals))
	for {
		var running []string
		for _, tenant := range waiting {
			job, err := client.Insert(ctx, call{tenant}, nil)
			if err != nil {
				return fmt.Errorf("wake %s: %w", tenant, err)
			}
			if job.UniqueSkippedAsDuplicate && job.Job.State == rivertype.JobStateRunning {
				running = append(running, tenant)
			}
		}
		if len(running) == 0 {
			return nil
		}
		waiting = running
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}
