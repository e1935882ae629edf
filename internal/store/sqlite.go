package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/riverqueue/river/riverdriver/riversqlite"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

func openFile(ctx context.Context, path string) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the state: %w", err)
	}
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, fmt.Errorf("open the state %s: %w", path, err)
	}
	db, err := makeFile(ctx, path)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the state %s: %w", path, err), lock.Close())
	}
	return &DB{KeepFor: KeepFor, sql: db, path: path, lock: lock}, nil
}

func makeFile(ctx context.Context, path string) (*sql.DB, error) {
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
	if err := migrate(ctx, db, riversqlite.New(db), sqliteForms); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func viewFile(ctx context.Context, path string) (*DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("look at the state: %w", err)
	}
	db, err := existing(ctx, path, url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(5000)", "query_only(1)"}})
	if err != nil {
		return nil, fmt.Errorf("look at the state %s: %w", path, err)
	}
	return db, nil
}

func joinFile(ctx context.Context, path string) (*DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("open the state: %w", err)
	}
	db, err := existing(ctx, path, url.Values{"mode": {"rw"}, "_pragma": {"busy_timeout(5000)", "synchronous(FULL)", "foreign_keys(1)"}, "_txlock": {"immediate"}})
	if err != nil {
		return nil, fmt.Errorf("open the state %s: %w", path, err)
	}
	return db, nil
}

func existing(ctx context.Context, path string, options url.Values) (*DB, error) {
	db, err := connect(path, options)
	if err != nil {
		return nil, err
	}
	if err := versionFits(ctx, db, sqliteForms); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &DB{KeepFor: KeepFor, sql: db, path: path}, nil
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
