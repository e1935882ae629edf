package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// A Row of the outbox is an entry that is committed and perhaps not yet in the
// evidence log.
type Row struct {
	ID     int64
	Body   []byte // the entry's text
	Digest []byte // its hash as a leaf of the log
}

// Put commits an entry, and gives its id; ids grow. It goes through the very
// connection that holds the lock: once another process may hold it, nothing can
// be put any more. An error leaves open whether the entry is kept.
func (h *Held) Put(ctx context.Context, body, digest []byte) (id int64, err error) {
	if h.conn == nil {
		return 0, errors.New("put an entry into the outbox: a state in a SQLite file has none")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = h.conn.QueryRowContext(ctx, `INSERT INTO evidence_outbox (body, digest) VALUES ($1, $2) RETURNING id`, body, digest).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("put an entry into the outbox: %w", err)
	}
	return id, nil
}

// Outbox are the entries that were put and not taken, by id, at most so many.
func (d *DB) Outbox(ctx context.Context, most int) (_ []Row, err error) {
	rows, err := d.sql.QueryContext(ctx, `SELECT id, body, digest FROM evidence_outbox ORDER BY id LIMIT $1`, most)
	if err != nil {
		return nil, fmt.Errorf("read the outbox: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var all []Row
	for rows.Next() {
		var r Row
		if err := rows.Scan(&r.ID, &r.Body, &r.Digest); err != nil {
			return nil, fmt.Errorf("read the outbox: %w", err)
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// Waits gives the id of an entry of the outbox with that digest, but none of
// those, or 0 where there is none.
func (d *DB) Waits(ctx context.Context, digest []byte, but []int64) (id int64, err error) {
	err = d.sql.QueryRowContext(ctx, `SELECT COALESCE(MIN(id), 0) FROM evidence_outbox WHERE digest = $1 AND NOT id = ANY($2)`, digest, but).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("read the outbox: %w", err)
	}
	return id, nil
}

// Take removes entries that are in the log now, and keeps settings, at once or
// not at all, as long as the lock is held.
func (h *Held) Take(ctx context.Context, ids []int64, settings map[string]string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tx, err := h.conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("take entries out of the outbox: %w", err)
	}
	if err := take(ctx, tx, ids, settings); err != nil {
		return errors.Join(fmt.Errorf("take entries out of the outbox: %w", err), tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("take entries out of the outbox: %w", err)
	}
	return nil
}

func take(ctx context.Context, tx *sql.Tx, ids []int64, settings map[string]string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM evidence_outbox WHERE id = ANY($1)`, ids); err != nil {
		return err
	}
	for name, value := range settings {
		if _, err := tx.ExecContext(ctx, saveSetting, name, value); err != nil {
			return err
		}
	}
	return nil
}
