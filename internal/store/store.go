// Package store keeps what a daemon has to remember between two passes, and
// its jobs, in one SQLite file. It knows nothing of what it keeps: tenants are
// names and bodies are bytes.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrBusy says that another process has the file open; try again when it is
// done.
var ErrBusy = errors.New("another rollcall is using it")

// A DB is the state of one daemon. Its methods may be called from many
// goroutines.
type DB struct {
	sql  *sql.DB
	path string
	lock *os.File
}

// Open opens the file, or makes it and the folder it lies in, both for their
// owner alone, and brings it to this version's form. A file that a newer
// version has written is refused. While it is open no other process can open
// it: that is [ErrBusy].
func Open(ctx context.Context, path string) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the state: %w", err)
	}
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, fmt.Errorf("open the state %s: %w", path, err)
	}
	db, err := open(ctx, path)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the state %s: %w", path, err), lock.Close())
	}
	return &DB{sql: db, path: path, lock: lock}, nil
}

func open(ctx context.Context, path string) (*sql.DB, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	db, err := connect(path, url.Values{
		"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"},
		"_txlock": {"immediate"},
	})
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func connect(path string, options url.Values) (*sql.DB, error) {
	dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: options.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // SQLite has one writer; two connections only wait for each other
	return db, nil
}

// View opens the file to look at it, while another process may be using it.
// What would write fails. A file that does not exist is fs.ErrNotExist.
func View(ctx context.Context, path string) (*DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("look at the state: %w", err)
	}
	db, err := connect(path, url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(5000)", "query_only(1)"}})
	if err != nil {
		return nil, fmt.Errorf("look at the state %s: %w", path, err)
	}
	if err := versionFits(ctx, db); err != nil {
		return nil, errors.Join(fmt.Errorf("look at the state %s: %w", path, err), db.Close())
	}
	return &DB{sql: db, path: path}, nil
}

func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(database.DialectSQLite3, db, files)
	if err != nil {
		return err
	}
	have, newest, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read its form: %w", err)
	}
	if have > newest {
		return newer(have)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("bring it to form %d: %w", newest, err)
	}
	m, err := rivermigrate.New(riversqlite.New(db), &rivermigrate.Config{Logger: quiet})
	if err != nil {
		return err
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("make the tables of the jobs: %w", err)
	}
	return nil
}

// form is the newest migration.
const form = 1

func versionFits(ctx context.Context, db *sql.DB) error {
	var have int64
	if err := db.QueryRowContext(ctx, `SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version`).Scan(&have); err != nil {
		return fmt.Errorf("read its form: %w", err)
	}
	if have > form {
		return newer(have)
	}
	if have < form {
		return fmt.Errorf("it was written by an older rollcall (form %d, this one wants %d); run the daemon or reconcile once, which brings it up to date", have, form)
	}
	return nil
}

func newer(have int64) error {
	return fmt.Errorf("it was written by a newer rollcall (form %d, this one knows %d); run that version, or move the file away to begin anew", have, form)
}

// SQL is the database, for the jobs that lie in it.
func (d *DB) SQL() *sql.DB { return d.sql }

// Close ends the use of the file and lets others open it.
func (d *DB) Close() error {
	err := d.sql.Close()
	if d.lock != nil {
		err = errors.Join(err, d.lock.Close())
	}
	return err
}
