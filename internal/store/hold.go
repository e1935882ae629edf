package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"time"
)

// A Held is a name that is held by this process alone, over all processes that
// share a PostgreSQL database. The database lets go of it when the connection
// ends, however it ends. With SQLite the file's own lock is enough, and a Held
// is nothing.
type Held struct {
	mu   sync.Mutex // of what uses conn
	conn *sql.Conn  // its session has the lock; nil with SQLite
	stop context.CancelCauseFunc
	done sync.WaitGroup
}

// errLost is why the context of what is held ends early.
var errLost = errors.New("the connection to the database was lost, and with it the lock")

const (
	lookEvery = 5 * time.Second  // at the connection of what is held
	patience  = 10 * time.Second // with a database that does not answer
)

// lockKey is the number under which a name is locked: apart from those of
// other programs, and of another Rollcall in another schema of the database.
const lockKey = `hashtextextended('rollcall ' || COALESCE(current_schema(), '') || ' ' || $1, 0)`

// HoldTenant makes this process the only one that reconciles a tenant, until
// Release; while another one does, that is [ErrBusy]. The context that it gives
// ends when the hold is lost: then another process may have the tenant.
func (d *DB) HoldTenant(ctx context.Context, tenant string) (context.Context, *Held, error) {
	return d.Hold(ctx, "tenant "+tenant)
}

// Hold is HoldTenant for whatever else has a name.
func (d *DB) Hold(ctx context.Context, name string) (context.Context, *Held, error) {
	if d.pool == nil {
		return ctx, &Held{}, nil
	}
	h, err := d.hold(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	ctx, h.stop = context.WithCancelCause(ctx)
	h.done.Go(func() { h.watch(ctx) })
	return ctx, h, nil
}

func (d *DB) hold(ctx context.Context, name string) (*Held, error) {
	conn, err := d.sql.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("hold the %s: %w", name, err)
	}
	h := &Held{conn: conn}
	var got bool
	if err = conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock(`+lockKey+`)`, name).Scan(&got); err == nil && !got {
		err = ErrBusy
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("hold the %s: %w", name, err), h.release())
	}
	return h, nil
}

func (h *Held) watch(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if !h.mu.TryLock() { // it is in use, and that has its own patience
			continue
		}
		limited, cancel := context.WithTimeout(ctx, patience)
		err := h.conn.PingContext(limited)
		cancel()
		h.mu.Unlock()
		if err != nil {
			h.stop(errLost) // without effect where ctx ended by itself
			return
		}
	}
}

// Release lets others have the name.
func (h *Held) Release() error {
	if h.conn == nil {
		return nil
	}
	h.stop(nil)
	h.done.Wait()
	return h.release()
}

// release gives the connection back without its lock. One that cannot be asked
// to let go of it is ended, which does the same; so there is nothing to tell.
func (h *Held) release() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if _, err := h.conn.ExecContext(ctx, `SELECT pg_advisory_unlock_all()`); err != nil {
		_ = h.conn.Raw(func(any) error { return driver.ErrBadConn })
	}
	if err := h.conn.Close(); err != nil && !errors.Is(err, sql.ErrConnDone) && !errors.Is(err, driver.ErrBadConn) {
		return fmt.Errorf("give back a connection: %w", err)
	}
	return nil
}
