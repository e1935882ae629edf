package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/internal/store"
	"github.com/rollcall-dev/rollcall/internal/store/storetest"
)

// The test binary is also the process that is killed.
func TestMain(m *testing.M) {
	if place := os.Getenv("JOBS_PLACE"); place != "" {
		fmt.Println(hang(place))
		os.Exit(1)
	}
	os.Exit(storetest.Main(m))
}

// hang runs the jobs of one tenant, whose pass says that it began and never
// ends.
func hang(place string) error {
	ctx := context.Background()
	db, err := store.Open(ctx, place)
	if err != nil {
		return err
	}
	r := runner(db, time.Hour, []string{"prod"}, func(context.Context, string, *store.Held) error {
		fmt.Println("began")
		select {}
	})
	return r.Run(ctx, time.Second)
}

func runner(db *store.DB, every time.Duration, tenants []string, pass func(context.Context, string, *store.Held) error) *Runner {
	r := &Runner{DB: db, Timeout: time.Hour, Log: slog.New(slog.DiscardHandler), Intervals: map[string]time.Duration{}, Pass: pass}
	for _, tenant := range tenants {
		r.Intervals[tenant] = every
	}
	return r
}

// begin runs a runner until the test ends.
func begin(t *testing.T, r *Runner) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx, 10*time.Second) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestTwoRunnersShareTheTenantsAndNoneIsCalledTwiceAtATime(t *testing.T) {
	t.Parallel()
	place := storetest.Postgres(t)
	tenants := []string{"a", "b", "c", "d", "e", "f"}
	seen := calls{times: map[string][]time.Time{}, running: map[string]bool{}}
	shares := [2]calls{{times: map[string][]time.Time{}, running: map[string]bool{}}, {times: map[string][]time.Time{}, running: map[string]bool{}}}
	for i := range shares {
		r := runner(open(t, place), time.Second, tenants, func(_ context.Context, tenant string, _ *store.Held) error {
			defer seen.enter(tenant)()
			defer shares[i].enter("any")()
			time.Sleep(300 * time.Millisecond)
			return nil
		})
		r.Concurrency = 1 // each alone cannot call six tenants in a second
		begin(t, r)
	}
	within(t, time.Minute, "both runners, and every tenant three times", func() bool {
		for _, tenant := range tenants {
			if seen.count(tenant) < 3 {
				return false
			}
		}
		return shares[0].count("any") > 0 && shares[1].count("any") > 0
	})
	seen.mu.Lock()
	defer seen.mu.Unlock()
	if seen.doubled != "" {
		t.Errorf("%s was called twice at once", seen.doubled)
	}
}

func TestTheJobOfAKilledRunnerIsRunByAnother(t *testing.T) {
	t.Parallel()
	place := storetest.Postgres(t)
	other := exec.Command(os.Args[0])
	other.Env = append(os.Environ(), "JOBS_PLACE="+place)
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	text := make([]byte, 100)
	n, err := out.Read(text)
	if got := string(text[:n]); err != nil || got != "began\n" {
		_ = other.Process.Kill()
		t.Fatalf("the other runner said %q: %v", got, err)
	}
	seen := calls{times: map[string][]time.Time{}, running: map[string]bool{}}
	begin(t, runner(open(t, place), time.Hour, []string{"prod"}, func(_ context.Context, tenant string, _ *store.Held) error {
		defer seen.enter(tenant)()
		return nil
	}))
	time.Sleep(2*rescueEvery + time.Second)
	if seen.count("prod") > 0 {
		t.Error("the tenant was called while another process was calling it")
	}
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = other.Wait() // it was killed
	within(t, time.Minute, "the tenant whose pass was killed", func() bool { return seen.count("prod") == 1 })
}

func TestATenantThatIsReconciledByHandIsLeftAloneAndCalledAfterwards(t *testing.T) {
	t.Parallel()
	place := storetest.Postgres(t)
	db := open(t, place)
	_, held, err := open(t, place).HoldTenant(t.Context(), "prod")
	if err != nil {
		t.Fatal(err)
	}
	seen := calls{times: map[string][]time.Time{}, running: map[string]bool{}}
	r := runner(db, time.Hour, []string{"prod", "test"}, func(_ context.Context, tenant string, _ *store.Held) error {
		defer seen.enter(tenant)()
		return nil
	})
	begin(t, r)
	within(t, 30*time.Second, "the tenant that nobody holds", func() bool { return seen.count("test") == 1 })
	if seen.count("prod") > 0 {
		t.Error("a tenant was called while somebody held it")
	}
	if err := held.Release(); err != nil {
		t.Fatal(err)
	}
	within(t, time.Minute, "the tenant that was let go", func() bool { return seen.count("prod") == 1 })
}

func TestWhoeverSharesTheDatabaseCanAskForATenant(t *testing.T) {
	t.Parallel()
	place := storetest.Postgres(t)
	seen := calls{times: map[string][]time.Time{}, running: map[string]bool{}}
	r := runner(open(t, place), time.Hour, []string{"prod"}, func(_ context.Context, tenant string, _ *store.Held) error {
		defer seen.enter(tenant)()
		return nil
	})
	begin(t, r)
	within(t, 30*time.Second, "the tenant by its schedule", func() bool { return seen.count("prod") == 1 })
	asks, err := store.Join(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	defer asks.Close()
	within(t, 30*time.Second, "the tenant that was asked for", func() bool {
		if err := Ask(t.Context(), asks, "prod"); err != nil {
			t.Fatal(err)
		}
		return seen.count("prod") >= 2
	})
	before := seen.count("prod")
	if err := r.Wake(t.Context()); err != nil {
		t.Fatal(err)
	}
	within(t, 30*time.Second, "the tenant that was woken", func() bool { return seen.count("prod") > before })
}

func TestTheRunnerGoesOnWhenTheDatabaseWasAway(t *testing.T) {
	t.Parallel()
	place := storetest.Postgres(t)
	db := open(t, place)
	seen := calls{times: map[string][]time.Time{}, running: map[string]bool{}}
	stopped := make(chan struct{}, 1)
	begin(t, runner(db, time.Second, []string{"prod", "long"}, func(ctx context.Context, tenant string, _ *store.Held) error {
		defer seen.enter(tenant)()
		if tenant == "long" && seen.count(tenant) == 1 {
			<-ctx.Done()
			stopped <- struct{}{}
			return ctx.Err()
		}
		return nil
	}))
	within(t, 30*time.Second, "both tenants", func() bool { return seen.count("prod") >= 1 && seen.count("long") == 1 })
	mend := storetest.Cut(t, place)
	select {
	case <-stopped:
	case <-time.After(30 * time.Second):
		t.Error("a pass whose tenant is no longer held goes on")
	}
	mend()
	before := seen.count("prod")
	within(t, 2*time.Minute, "both tenants after the database came back", func() bool {
		return seen.count("prod") >= before+2 && seen.count("long") >= 2
	})
}
