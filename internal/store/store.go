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
	dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: url.Values{
		"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"},
		"_txlock": {"immediate"},
	}.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // SQLite has one writer; two connections only wait for each other
	if err := migrate(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
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
		return fmt.Errorf("read its version: %w", err)
	}
	if have > newest {
		return fmt.Errorf("it was written by a newer rollcall (form %d, this one knows %d); run that version, or move the file away to begin anew", have, newest)
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

// SQL is the database, for the jobs that lie in it.
func (d *DB) SQL() *sql.DB { return d.sql }

// Close ends the use of the file and lets others open it.
func (d *DB) Close() error {
	return errors.Join(d.sql.Close(), d.lock.Close())
}
