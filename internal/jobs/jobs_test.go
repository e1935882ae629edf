package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/internal/store"
	"github.com/rollcall-dev/rollcall/internal/store/storetest"
)

// calls counts calls by tenant and notices two at once of one tenant.
type calls struct {
	mu      sync.Mutex
	times   map[string][]time.Time
	running map[string]bool
	doubled string
}

func (c *calls) enter(tenant string) (leave func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running[tenant] {
		c.doubled = tenant
	}
	c.running[tenant] = true
	c.times[tenant] = append(c.times[tenant], time.Now())
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.running[tenant] = false
	}
}

func (c *calls) count(tenant string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.times[tenant])
}

func TestEachTenantIsCalledAloneAndAFailingOneBacksOffAlone(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { eachAlone(t, open(t, file(t))) })
	t.Run("postgres", func(t *testing.T) { eachAlone(t, open(t, storetest.Postgres(t))) })
}

func eachAlone(t *testing.T, db *store.DB) {
	seen := calls{times: map[string][]time.Time{}, running: map[string]bool{}}
	r := &Runner{
		DB: db, Timeout: time.Minute, Log: slog.New(slog.DiscardHandler),
		Intervals: map[string]time.Duration{"well": time.Second, "slow": time.Second, "ill": time.Second, "busy": time.Second},
		Pass: func(_ context.Context, tenant string, _ *store.Held) error {
			defer seen.enter(tenant)()
			switch tenant {
			case "slow":
				time.Sleep(2500 * time.Millisecond)
			case "ill":
				return errors.New("no connection")
			case "busy":
				return &Later{After: time.Hour, Err: errors.New("asked to be left alone")}
			}
			return nil
		},
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx, 10*time.Second) }()
	within(t, 30*time.Second, "the well tenant five times", func() bool { return seen.count("well") >= 5 })
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	seen.mu.Lock()
	defer seen.mu.Unlock()
	if seen.doubled != "" {
		t.Errorf("%s was called twice at once", seen.doubled)
	}
	if n := len(seen.times["busy"]); n != 1 {
		t.Errorf("a tenant that asked to be left alone for an hour was called %d times", n)
	}
	if ill, well := len(seen.times["ill"]), len(seen.times["well"]); ill == 0 || ill >= well {
		t.Errorf("the failing tenant was called %d times, the well one %d: it does not back off", ill, well)
	}
	if seen.running["slow"] {
		t.Error("Run returned while a call was running")
	}
}

func TestWhatAKilledProcessLeftRunningIsCalledAgainAtOnce(t *testing.T) {
	db := open(t, file(t))
	_, err := db.SQL().Exec(`INSERT INTO river_job (args, attempt, attempted_at, kind, max_attempts, state, unique_key, unique_states, metadata)
		VALUES ('{"tenant":"prod"}', 1, CURRENT_TIMESTAMP, 'pass', 100, 'running', 'x', 255, '{}')`)
	if err != nil {
		t.Fatal(err)
	}
	seen := calls{times: map[string][]time.Time{}, running: map[string]bool{}}
	r := &Runner{
		DB: db, Timeout: time.Minute, Log: slog.New(slog.DiscardHandler),
		Intervals: map[string]time.Duration{"prod": time.Hour},
		Pass: func(_ context.Context, tenant string, _ *store.Held) error {
			defer seen.enter(tenant)()
			return nil
		},
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx, time.Second) }()
	within(t, 20*time.Second, "the tenant that was running when the process was killed", func() bool { return seen.count("prod") == 1 })
	if err := r.Wake(t.Context()); err != nil {
		t.Fatal(err)
	}
	within(t, 20*time.Second, "the tenant that was woken", func() bool { return seen.count("prod") == 2 })
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestBackoffDoublesUpToItsLimit(t *testing.T) {
	w := worker{runner: &Runner{Intervals: map[string]time.Duration{"a": time.Minute}}}
	for failures, want := range map[int]time.Duration{1: 2 * time.Minute, 2: 4 * time.Minute, 3: 8 * time.Minute, 30: maxBackoff} {
		t.Run(fmt.Sprint(failures), func(t *testing.T) {
			got := time.Until(w.NextRetry(failed("a", failures)))
			if got < want-time.Second || got > want {
				t.Errorf("after %d failures the wait is %v, want %v", failures, got, want)
			}
		})
	}
}

func file(t *testing.T) string { return filepath.Join(t.TempDir(), "state.db") }

func open(t *testing.T, place string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func within(t *testing.T, limit time.Duration, what string, happened func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !happened(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", limit, what)
		}
	}
}
