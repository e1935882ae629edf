package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"pgregory.net/rapid"
)

var monday = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// large is a body of a hundred thousand bytes that is not all the same;
// change is what differs between two of them.
func large(change string) []byte {
	var b bytes.Buffer
	for i := range 1500 {
		fmt.Fprintf(&b, `{"id":"%x","name":"workflow %d"}`, uint64(i)*0x9E3779B97F4A7C15, i)
		if i == 700 {
			b.WriteString(change)
		}
	}
	return b.Bytes()
}

func TestAnUnchangedTenantCostsNothing(t *testing.T) {
	db := mustOpen(t, filepath.Join(t.TempDir(), "state.db"))
	defer db.Close()
	body := large("")
	mustSave(t, db, "prod", monday, body)
	before := size(t, db)
	for i := range 1000 {
		mustSave(t, db, "prod", monday.Add(time.Duration(i+1)*time.Minute), body)
	}
	if grown := size(t, db) - before; grown > 0 {
		t.Errorf("1000 unchanged observations of %d bytes cost %d bytes", len(body), grown)
	}
	got, err := db.Observation(t.Context(), "prod", monday.Add(time.Hour))
	if err != nil || !bytes.Equal(got.Body, body) || !got.First.Equal(monday) || !got.Last.Equal(monday.Add(1000*time.Minute)) {
		t.Errorf("it was seen from %v to %v with %d bytes, %v", got.First, got.Last, len(got.Body), err)
	}
}

func TestASmallChangeCostsLittle(t *testing.T) {
	db := mustOpen(t, filepath.Join(t.TempDir(), "state.db"))
	defer db.Close()
	mustSave(t, db, "prod", monday, large(""))
	before := size(t, db)
	const changes = 200
	for i := range changes {
		mustSave(t, db, "prod", monday.Add(time.Duration(i+1)*time.Minute), large(fmt.Sprint("change ", i)))
	}
	if each := (size(t, db) - before) / changes; each > 1000 {
		t.Errorf("a small change of a tenant of %d bytes costs %d bytes", len(large("")), each)
	}
	for i := range changes {
		got, err := db.Observation(t.Context(), "prod", monday.Add(time.Duration(i+1)*time.Minute))
		if err != nil || !bytes.Equal(got.Body, large(fmt.Sprint("change ", i))) {
			t.Fatalf("what was seen after change %d is not what was kept: %v", i, err)
		}
	}
}

func TestWhatWasSeenAtATimeIsTheNewestUntilThen(t *testing.T) {
	onBoth(t, func(t *testing.T, path string) {
		db := mustOpen(t, path)
		defer db.Close()
		hour := func(n int) time.Time { return monday.Add(time.Duration(n) * time.Hour) }
		for n, body := range []string{"a", "a", "b", "a", "c"} {
			mustSave(t, db, "prod", hour(n), []byte(body))
		}
		for _, c := range []struct {
			at          time.Time
			body        string
			first, last int
		}{
			{hour(0), "a", 0, 1}, {hour(1).Add(time.Minute), "a", 0, 1}, {hour(2), "b", 2, 2}, {hour(3).Add(time.Minute), "a", 3, 3}, {hour(99), "c", 4, 4},
		} {
			got, err := db.Observation(t.Context(), "prod", c.at)
			if err != nil || string(got.Body) != c.body || !got.First.Equal(hour(c.first)) || !got.Last.Equal(hour(c.last)) {
				t.Errorf("at %v: %q from %v to %v, %v", c.at, got.Body, got.First, got.Last, err)
			}
		}
		if got, err := db.Observation(t.Context(), "prod", hour(-1)); err != nil || got.Body != nil {
			t.Errorf("before the first look there was %q, %v", got.Body, err)
		}
		if got, err := db.Observation(t.Context(), "prod", time.Time{}); err != nil || string(got.Body) != "c" {
			t.Errorf("the newest of all is %q, %v", got.Body, err)
		}
		if tenants, err := db.Observed(t.Context()); err != nil || len(tenants) != 1 || tenants[0] != "prod" {
			t.Errorf("observed tenants: %q, %v", tenants, err)
		}
	})
}

func TestAClockThatGoesBackLosesNoObservation(t *testing.T) {
	onBoth(t, func(t *testing.T, path string) {
		db := mustOpen(t, path)
		defer db.Close()
		mustSave(t, db, "prod", monday, []byte("a"))
		mustSave(t, db, "prod", monday.Add(-time.Hour), []byte("b"))
		got, err := db.Observation(t.Context(), "prod", monday.Add(time.Minute))
		if err != nil || string(got.Body) != "b" {
			t.Errorf("the newest is %q, %v", got.Body, err)
		}
	})
}

func TestOldObservationsGoAndTheNewestStays(t *testing.T) {
	onBoth(t, func(t *testing.T, path string) {
		db := mustOpen(t, path)
		defer db.Close()
		mustSave(t, db, "left", monday, large("left"))
		day := func(n int) time.Time { return monday.Add(time.Duration(n) * 24 * time.Hour) }
		for n := range 60 {
			mustSave(t, db, "prod", day(n), large(fmt.Sprint("day ", n)))
		}
		for _, c := range []struct {
			tenant string
			day    int
			kept   bool
		}{{"left", 0, true}, {"prod", 0, false}, {"prod", 28, false}, {"prod", 29, true}, {"prod", 59, true}} {
			got, err := db.Observation(t.Context(), c.tenant, day(c.day))
			if err != nil || (got.Body != nil) != c.kept {
				t.Errorf("%s of day %d is kept: %v, want %v; %v", c.tenant, c.day, got.Body != nil, c.kept, err)
			}
		}
		if n := count(t, db, "observation_body"); n > 33 {
			t.Errorf("%d bodies are kept for 32 observations; at most one more is leant on", n)
		}

		// What all lean on goes with the last that does.
		db.KeepFor = time.Hour
		mustSave(t, db, "prod", day(90), []byte("something else"))
		if n := count(t, db, "observation_body"); n != 2 {
			t.Errorf("%d bodies are kept for 2 observations", n)
		}
	})
}

func TestObservationsAreGivenBackAsTheyWereKept(t *testing.T) {
	onBoth(t, func(t *testing.T, path string) {
		db := mustOpen(t, path)
		defer db.Close()
		db.KeepFor = 20 * time.Minute
		now, n := monday, 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			tenant := fmt.Sprint("t", n)
			var kept []Observation
			for range rapid.IntRange(1, 6).Draw(rt, "looks") {
				now = now.Add(time.Duration(rapid.IntRange(1, 19).Draw(rt, "minutes")) * time.Minute)
				body := []byte(strings.Repeat(rapid.SampledFrom([]string{"", "a", "ab", "zyx"}).Draw(rt, "body"), rapid.IntRange(0, 300).Draw(rt, "times")))
				mustSave(t, db, tenant, now, body)
				kept = append(kept, Observation{Last: now, Body: body})
				for _, want := range kept {
					if want.Last.Before(now.Add(-db.KeepFor)) {
						continue
					}
					got, err := db.Observation(t.Context(), tenant, want.Last)
					if err != nil || !bytes.Equal(got.Body, want.Body) {
						rt.Fatalf("at %v %q was kept and %q comes back: %v", want.Last, want.Body, got.Body, err)
					}
				}
			}
		})
	})
}

func TestAViewReadsObservationsWhileTheDaemonWrites(t *testing.T) {
	onBoth(t, func(t *testing.T, path string) {
		db := mustOpen(t, path)
		defer db.Close()
		mustSave(t, db, "prod", monday, large("0"))
		ctx, stop := context.WithCancel(t.Context())
		var writing sync.WaitGroup
		var written atomic.Int64
		writing.Go(func() {
			for i := 1; ctx.Err() == nil; i++ {
				written.Add(1)
				if err := db.SaveObservation(t.Context(), "prod", monday.Add(time.Duration(i)*time.Second), large(fmt.Sprint(i))); err != nil {
					t.Errorf("the daemon could not write beside a reader: %v", err)
				}
			}
		})
		for reads := 0; reads < 10 || written.Load() < 10; reads++ {
			view, err := View(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			got, err := view.Observation(t.Context(), "prod", monday.Add(time.Hour))
			if err := errors.Join(err, view.Close()); err != nil || !bytes.HasPrefix(got.Body, []byte(`{"id":"0"`)) {
				t.Fatalf("a reader beside the daemon got %d bytes, %v", len(got.Body), err)
			}
		}
		stop()
		writing.Wait()
	})
}

func TestStateOfTheFirstFormIsBroughtUpToDate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	old, err := connect(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	first, err := migrations.ReadFile("migrations/sqlite/001_tenants.sql")
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(database.DialectSQLite3, old, fstest.MapFS{"001_tenants.sql": {Data: first}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte("remembered"))
	_ = w.Close()
	if _, err := old.Exec(`INSERT INTO tenant_history (tenant, body) VALUES ('prod', ?)`, packed.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	db := mustOpen(t, path)
	defer db.Close()
	if got, err := db.History(t.Context(), "prod"); err != nil || string(got) != "remembered" {
		t.Errorf("what the first form remembered is %q, %v", got, err)
	}
	mustSave(t, db, "prod", monday, []byte("seen"))
}

func mustSave(t *testing.T, db *DB, tenant string, at time.Time, body []byte) {
	t.Helper()
	if err := db.SaveObservation(t.Context(), tenant, at, body); err != nil {
		t.Fatal(err)
	}
}

// size is how many bytes of the file are in use.
func size(t *testing.T, db *DB) int {
	t.Helper()
	var pages, free, each int
	row := db.sql.QueryRow(`SELECT p.page_count, f.freelist_count, s.page_size FROM pragma_page_count() AS p, pragma_freelist_count() AS f, pragma_page_size() AS s`)
	if err := row.Scan(&pages, &free, &each); err != nil {
		t.Fatal(err)
	}
	return (pages - free) * each
}

func count(t *testing.T, db *DB, table string) (n int) {
	t.Helper()
	if err := db.sql.QueryRow(`SELECT COUNT(*) FROM ` + table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
