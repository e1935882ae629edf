package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/internal/store/storetest"
)

func TestThreeProcessesMigrateAnEmptyDatabaseAtOnce(t *testing.T) {
	if place := os.Getenv("STORE_PLACE"); place != "" {
		db := mustOpen(t, place)
		if err := errors.Join(db.SaveSetting(t.Context(), "by", fmt.Sprint(os.Getpid())), db.Close()); err != nil {
			t.Fatal(err)
		}
		return
	}
	place := storetest.Postgres(t)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
			child.Env = append(os.Environ(), "STORE_PLACE="+place)
			if out, err := child.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS") {
				t.Errorf("one of three that began at once: %v\n%s", err, out)
			}
		})
	}
	all.Wait()
	db := mustOpen(t, place)
	defer db.Close()
	if by, err := db.Setting(t.Context(), "by"); err != nil || by == "" {
		t.Errorf("nothing was kept by them: %q, %v", by, err)
	}
	if n := count(t, db, "goose_db_version"); n != int(postgresForms.newest)+1 {
		t.Errorf("%d migrations were noted, want each once", n)
	}
}

func TestAnEmptyDatabaseIsNoState(t *testing.T) {
	place := storetest.Postgres(t)
	for name, open := range map[string]func(context.Context, string) (*DB, error){"view": View, "join": Join} {
		if _, err := open(t.Context(), place); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("to %s an empty database gives %v", name, err)
		}
	}
}

func TestNoErrorRepeatsTheURL(t *testing.T) {
	for _, place := range []string{
		"postgres://rollcall:hunter2@127.0.0.1:1/rollcall?connect_timeout=1",
		"postgres://rollcall:hunter2@127.0.0.1:port/rollcall",
		"postgres://rollcall:hunter2@%zz/rollcall",
		"postgres://rollcall:hunter2@127.0.0.1/rollcall?sslmode=hunter2",
	} {
		_, err := Open(t.Context(), place)
		if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "open the state") {
			t.Errorf("%s: %v", place, err)
		}
	}
}

func TestADatabaseThatSaysKeptTooEarlyIsRefused(t *testing.T) {
	place := storetest.Postgres(t)
	if _, err := Open(t.Context(), place+"&options=-csynchronous_commit%3Doff"); err == nil || !strings.Contains(err.Error(), "synchronous_commit is off") {
		t.Errorf("a database that loses what it has committed: %v", err)
	}
}

func TestATenantIsHeldByOneAtATime(t *testing.T) {
	place := storetest.Postgres(t)
	one, other := mustOpen(t, place), mustOpen(t, place)
	defer one.Close()
	defer other.Close()
	_, held, err := one.HoldTenant(t.Context(), "prod")
	if err != nil {
		t.Fatal(err)
	}
	for name, db := range map[string]*DB{"another": other, "the same": one} {
		if _, _, err := db.HoldTenant(t.Context(), "prod"); !errors.Is(err, ErrBusy) {
			t.Errorf("%s process got a tenant that is held: %v", name, err)
		}
	}
	_, second, err := other.HoldTenant(t.Context(), "test")
	if err != nil {
		t.Fatalf("a tenant that nobody holds: %v", err)
	}
	if err := errors.Join(held.Release(), second.Release()); err != nil {
		t.Fatal(err)
	}
	_, held, err = other.HoldTenant(t.Context(), "prod")
	if err != nil {
		t.Fatalf("a tenant that was let go: %v", err)
	}
	if err := held.Release(); err != nil {
		t.Error(err)
	}
}

func TestWhoHasLostATenantLearnsItAndCanRecordNothing(t *testing.T) {
	db := mustOpen(t, storetest.Postgres(t))
	defer db.Close()
	ctx, held, err := db.HoldTenant(t.Context(), "prod")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := held.Put(ctx, []byte("{}"), []byte("digest")); err != nil {
		t.Fatal(err)
	}
	if _, err := db.sql.Exec(`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'`); err != nil {
		t.Fatal(err)
	}
	_, again, err := db.HoldTenant(t.Context(), "prod")
	for end := time.Now().Add(10 * time.Second); errors.Is(err, ErrBusy) && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		_, again, err = db.HoldTenant(t.Context(), "prod")
	}
	if err != nil {
		t.Fatalf("the database did not let go of the lock of a dead connection: %v", err)
	}
	if _, err := held.Put(context.Background(), []byte("{}"), []byte("digest")); err == nil {
		t.Error("an entry was put by somebody who does not hold the tenant any more")
	}
	select {
	case <-ctx.Done():
	case <-time.After(30 * time.Second):
		t.Error("a pass goes on without its lock")
	}
	if cause := context.Cause(ctx); !errors.Is(cause, errLost) {
		t.Errorf("the pass was stopped because of %v", cause)
	}
	if err := errors.Join(held.Release(), again.Release()); err != nil {
		t.Error(err)
	}
	if n := count(t, db, "evidence_outbox"); n != 1 {
		t.Errorf("the outbox has %d entries, want 1", n)
	}
}

func TestProcessesThatSeeTheSameKeepItOnce(t *testing.T) {
	place := storetest.Postgres(t)
	var all sync.WaitGroup
	for n := range 3 {
		db := mustOpen(t, place)
		defer db.Close()
		db.KeepFor = 10 * time.Minute
		all.Go(func() {
			for i := range 30 {
				for _, tenant := range []string{"a", "b"} {
					if err := db.SaveObservation(t.Context(), fmt.Sprint(tenant, n), monday.Add(time.Duration(i)*time.Minute), large(fmt.Sprint(i))); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
	db := mustOpen(t, place)
	defer db.Close()
	for n := range 3 {
		for i := 25; i < 30; i++ {
			got, err := db.Observation(t.Context(), fmt.Sprint("a", n), monday.Add(time.Duration(i)*time.Minute))
			if err != nil || !bytes.Equal(got.Body, large(fmt.Sprint(i))) {
				t.Errorf("tenant a%d at minute %d has %d bytes: %v", n, i, len(got.Body), err)
			}
		}
	}
	if n := count(t, db, "observation_body"); n > 45 {
		t.Errorf("%d bodies are kept; six tenants that look the same have one each minute", n)
	}
}
