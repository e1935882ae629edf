// Package jobs runs a function for each of many tenants on a schedule, with
// River on the daemons' own database: a tenant's run is unique over all processes
// that share it, a failing one backs off alone, and what a killed process left
// behind is begun again.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"github.com/rollcall-dev/rollcall/internal/store"
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
	DB          *store.DB
	Intervals   map[string]time.Duration // by tenant
	Timeout     time.Duration            // of one call
	Concurrency int                      // calls at a time; 0 means 8
	Log         *slog.Logger
	// Pass is called with a context that ends after Timeout, when the runner
	// stops and when the tenant is no longer held. An error makes the next call
	// of this tenant wait longer, up to maxBackoff.
	Pass func(ctx context.Context, tenant string, held *store.Held) error

	client atomic.Pointer[client]
}

const (
	maxBackoff = 30 * time.Minute
	busyWait   = 10 * time.Second // for a tenant that another process holds
)

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
	ctx, held, err := w.runner.DB.HoldTenant(ctx, job.Args.Tenant)
	if errors.Is(err, store.ErrBusy) { // somebody reconciles it by hand, say
		return river.JobSnooze(busyWait)
	}
	if err != nil {
		return err
	}
	err = errors.Join(w.runner.Pass(ctx, job.Args.Tenant, held), held.Release())
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
	client, err := connect(r.DB, &river.Config{
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
	r.client.Store(&client)
	defer r.client.Store(nil)
	if r.DB.Pool() != nil {
		r.rescueOthers(ctx, client)
	}
	<-client.Stopped()
	return nil
}

// client is what is used of River's client, whatever database it is for.
type client interface {
	Start(ctx context.Context) error
	Stopped() <-chan struct{}
	Insert(ctx context.Context, args river.JobArgs, opts *river.InsertOpts) (*rivertype.JobInsertResult, error)
}

func connect(db *store.DB, c *river.Config) (client, error) {
	if pool := db.Pool(); pool != nil {
		return river.NewClient(riverpgxv5.New(pool), c)
	}
	return river.NewClient(riversqlite.New(db.SQL()), c)
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

// Ask has the runner that works on the database, in whatever process, call
// tenants soon; one that is being called, or backs off, keeps its time.
func Ask(ctx context.Context, db *store.DB, tenants ...string) error {
	client, err := connect(db, &river.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("set up the jobs: %w", err)
	}
	for _, tenant := range tenants {
		if _, err := client.Insert(ctx, call{tenant}, nil); err != nil {
			return fmt.Errorf("wake %s: %w", tenant, err)
		}
	}
	return nil
}

// Wake calls every tenant soon, and returns when all are asked: one that is
// being called is asked after that call, which may have begun too early to see
// what has changed; one that backs off keeps its time. Before Run and after it
// there is nobody to wake.
func (r *Runner) Wake(ctx context.Context) error {
	started := r.client.Load()
	if started == nil {
		return nil
	}
	waiting := slices.Sorted(maps.Keys(r.Intervals))
	for {
		var running []string
		for _, tenant := range waiting {
			job, err := (*started).Insert(ctx, call{tenant}, nil)
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
