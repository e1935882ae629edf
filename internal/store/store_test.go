package store

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-dev/rollcall/internal/store/storetest"
)

func TestWhatIsKeptIsThereAfterReopening(t *testing.T) {
	onBoth(t, func(t *testing.T, path string) {
		ctx := t.Context()
		db := mustOpen(t, path)
		at := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
		for _, err := range []error{
			db.SaveHistory(ctx, "prod", []byte("first")), db.SaveHistory(ctx, "prod", []byte("second")),
			db.SaveObservation(ctx, "prod", at, bytes.Repeat([]byte("x"), 1<<16)),
			db.Begin(ctx, "prod", "act-1", []byte("one")), db.Begin(ctx, "test", "act-2", []byte("two")),
			db.SaveSetting(ctx, "commit", "abc"),
			db.Close(),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}

		db = mustOpen(t, path)
		defer db.Close()
		if got, err := db.History(ctx, "prod"); err != nil || string(got) != "second" {
			t.Errorf("history after reopening: %q, %v", got, err)
		}
		if got, err := db.Observation(ctx, "prod", at); err != nil || len(got.Body) != 1<<16 || !got.Last.Equal(at) {
			t.Errorf("observation after reopening: %d bytes at %v, %v", len(got.Body), got.Last, err)
		}
		acts, err := db.Pending(ctx, "prod")
		if err != nil || len(acts) != 1 || string(acts["act-1"]) != "one" {
			t.Errorf("pending acts of prod after reopening: %q, %v", acts, err)
		}
		if v, err := db.Setting(ctx, "commit"); err != nil || v != "abc" {
			t.Errorf("setting after reopening: %q, %v", v, err)
		}
		if err := errors.Join(db.End(ctx, "act-1"), db.End(ctx, "act-1")); err != nil {
			t.Errorf("ending an act twice: %v", err)
		}
		if acts, _ := db.Pending(ctx, "prod"); len(acts) != 0 {
			t.Errorf("an ended act is still pending: %q", acts)
		}
	})
}

func TestWhatWasNeverKeptIsNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, path string) {
		db := mustOpen(t, path)
		defer db.Close()
		history, err1 := db.History(t.Context(), "nobody")
		observation, err2 := db.Observation(t.Context(), "nobody", time.Now())
		setting, err3 := db.Setting(t.Context(), "nothing")
		if err := errors.Join(err1, err2, err3); err != nil || history != nil || observation.Body != nil || setting != "" {
			t.Errorf("an empty store gave %q, %q, %q, %v", history, observation.Body, setting, err)
		}
	})
}

func TestTwoProcessesCannotShareTheState(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	if os.Getenv("STORE_PATH") != "" {
		_, err := Open(t.Context(), os.Getenv("STORE_PATH"))
		if !errors.Is(err, ErrBusy) {
			t.Fatalf("a second process opened the state: %v", err)
		}
		return
	}
	db := mustOpen(t, path)
	defer db.Close()
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	child.Env = append(os.Environ(), "STORE_PATH="+path)
	if out, err := child.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestANewerDatabaseStopsAnOlderBinary(t *testing.T) {
	onBoth(t, func(t *testing.T, path string) {
		db := mustOpen(t, path)
		if _, err := db.sql.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, true)`); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		_, err := Open(t.Context(), path)
		if err == nil || !strings.Contains(err.Error(), "newer rollcall") {
			t.Errorf("opening a newer database: %v", err)
		}
	})
}

func TestAViewLooksAtStateInUseAndCannotWrite(t *testing.T) {
	onBoth(t, func(t *testing.T, path string) {
		if _, err := View(t.Context(), path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("a view of nothing: %v", err)
		}
		db := mustOpen(t, path)
		defer db.Close()
		if err := db.SaveHistory(t.Context(), "prod", []byte("seen")); err != nil {
			t.Fatal(err)
		}
		view, err := View(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		defer view.Close()
		if got, err := view.History(t.Context(), "prod"); err != nil || string(got) != "seen" {
			t.Errorf("a view beside the daemon reads %q, %v", got, err)
		}
		if err := view.SaveHistory(t.Context(), "prod", []byte("changed")); err == nil {
			t.Error("a view wrote")
		}
	})
}

func TestTheFormIsTheNewestMigration(t *testing.T) {
	for _, f := range []forms{sqliteForms, postgresForms} {
		files, err := migrations.ReadDir(f.folder)
		if err != nil || int64(len(files)) != f.newest {
			t.Errorf("%d migrations in %s, and the newest form is %d: %v", len(files), f.folder, f.newest, err)
		}
	}
}

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// onBoth runs a test on a file and on a PostgreSQL database, which are not
// there yet or empty.
func onBoth(t *testing.T, test func(t *testing.T, path string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, filepath.Join(t.TempDir(), "deep", "state.db")) })
	t.Run("postgres", func(t *testing.T) { test(t, storetest.Postgres(t)) })
}

func TestAFileThatIsNoDatabaseIsRefusedAndKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	text := bytes.Repeat([]byte("not a database\n"), 100)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path); err == nil {
		t.Error("a text file was opened as the state")
	}
	if got, _ := os.ReadFile(path); !bytes.Equal(got, text) {
		t.Error("the file was changed")
	}
}

func TestTheStateIsForItsOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "made", "state.db")
	db := mustOpen(t, path)
	defer db.Close()
	for _, p := range []string{path, filepath.Dir(path)} {
		info, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is open to others: %v", filepath.Base(p), info.Mode())
		}
	}
}

func mustOpen(t *testing.T, path string) *DB {
	t.Helper()
	db, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	return db
}
