// Package store keeps what a daemon has to remember between two passes, and
// its jobs, in one database: a SQLite file of one process, or a PostgreSQL
// database that many share. It knows nothing of what it keeps: tenants are
// names and bodies are bytes.
package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrBusy says that another process has the file open, or holds the name; try
// again when it is done.
var ErrBusy = errors.New("another rollcall is using it")

// A DB is the state of a daemon. Its methods may be called from many
// goroutines.
type DB struct {
	KeepFor time.Duration // of observations; set before the first is saved

	sql  *sql.DB
	pool *pgxpool.Pool // nil with SQLite
	path string        // of the SQLite file, or what a PostgreSQL database is called in messages
	lock *os.File      // nil with PostgreSQL
}

// Shared tells whether a place is the URL of a PostgreSQL database, and not
// the path of a SQLite file.
func Shared(place string) bool {
	return strings.HasPrefix(place, "postgres://") || strings.HasPrefix(place, "postgresql://")
}

// Open opens the state at a place, a path or a URL, and brings it to this
// version's form; what a newer version has written is refused.
//
// A file is made where there is none, as is the folder it lies in, both for
// their owner alone. While it is open no other process can open it: that is
// [ErrBusy]. Of a PostgreSQL database any number of processes may open one at
// once. No error repeats its URL.
func Open(ctx context.Context, place string) (*DB, error) {
	if Shared(place) {
		return openPostgres(ctx, place)
	}
	return openFile(ctx, place)
}

// View opens the state to look at it, while others may be using it. What would
// write fails. State that was never made is fs.ErrNotExist.
func View(ctx context.Context, place string) (*DB, error) {
	if Shared(place) {
		return joinPostgres(ctx, place, map[string]string{"default_transaction_read_only": "on"})
	}
	return viewFile(ctx, place)
}

// Join opens the state to give orders, while others may be using it. State
// that was never made is fs.ErrNotExist.
func Join(ctx context.Context, place string) (*DB, error) {
	if Shared(place) {
		return joinPostgres(ctx, place, nil)
	}
	return joinFile(ctx, place)
}

// SQL is the database, for the jobs that lie in it.
func (d *DB) SQL() *sql.DB { return d.sql }

// Pool are the connections to PostgreSQL, for the jobs that lie in it; nil with
// SQLite.
func (d *DB) Pool() *pgxpool.Pool { return d.pool }

// Close ends the use of the state, and of a file lets others open it.
func (d *DB) Close() error {
	err := d.sql.Close()
	if d.pool != nil {
		d.pool.Close()
	}
	if d.lock != nil {
		err = errors.Join(err, d.lock.Close())
	}
	return err
}
