package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// connections is the fewest that a process may have: each pass keeps one for
// as long as it lasts, and needs others.
const connections = 24

// usual are parameters of a connection where the URL has no others. With the
// first three the database notices in half a minute that a machine is gone, and
// lets go of what it held.
var usual = map[string]string{
	"tcp_keepalives_idle":     "10",
	"tcp_keepalives_interval": "5",
	"tcp_keepalives_count":    "4",
	"application_name":        "rollcall",
}

func openPostgres(ctx context.Context, url string) (*DB, error) {
	d, err := dial(ctx, url, nil)
	if err != nil {
		return nil, err
	}
	err = d.durable(ctx)
	if err == nil {
		err = d.migrateAlone(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the state in %s: %w", d.path, err), d.Close())
	}
	return d, nil
}

func joinPostgres(ctx context.Context, url string, params map[string]string) (*DB, error) {
	d, err := dial(ctx, url, params)
	if err != nil {
		return nil, err
	}
	var made bool
	err = d.sql.QueryRowContext(ctx, `SELECT to_regclass('goose_db_version') IS NOT NULL`).Scan(&made)
	switch {
	case err != nil:
	case !made:
		err = fs.ErrNotExist
	default:
		err = versionFits(ctx, d.sql, postgresForms)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the state in %s: %w", d.path, err), d.Close())
	}
	return d, nil
}

// dial sets up the connections; the first is made when it is needed.
func dial(ctx context.Context, url string, params map[string]string) (*DB, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil { // which may repeat the URL
		return nil, errors.New("open the state: its URL is none of a PostgreSQL database; write it like postgres://user:password@host:5432/database")
	}
	c.MaxConns = max(c.MaxConns, connections)
	if c.ConnConfig.ConnectTimeout == 0 {
		c.ConnConfig.ConnectTimeout = 10 * time.Second
	}
	for name, value := range usual {
		if _, given := c.ConnConfig.RuntimeParams[name]; !given {
			c.ConnConfig.RuntimeParams[name] = value
		}
	}
	maps.Copy(c.ConnConfig.RuntimeParams, params)
	pool, err := pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("open the state: %w", err)
	}
	called := fmt.Sprintf("the database %q on %s", c.ConnConfig.Database, c.ConnConfig.Host)
	return &DB{KeepFor: KeepFor, sql: stdlib.OpenDBFromPool(pool), pool: pool, path: called}, nil
}

// durable refuses a database that says that something is kept before it is.
func (d *DB) durable(ctx context.Context) error {
	var how string
	if err := d.sql.QueryRowContext(ctx, `SHOW synchronous_commit`).Scan(&how); err != nil {
		return err
	}
	if how == "off" {
		return errors.New("synchronous_commit is off, and evidence would be lost with the power; switch it on for this user or database")
	}
	return nil
}

// migrateAlone migrates while every other process that would waits.
func (d *DB) migrateAlone(ctx context.Context) error {
	held, err := d.hold(ctx, "migrations")
	for errors.Is(err, ErrBusy) && ctx.Err() == nil {
		time.Sleep(100 * time.Millisecond) // in the database it would wait with a snapshot, which some migrations wait for
		held, err = d.hold(ctx, "migrations")
	}
	if err != nil {
		return err
	}
	return errors.Join(migrate(ctx, d.sql, riverpgxv5.New(d.pool), postgresForms), held.release())
}
