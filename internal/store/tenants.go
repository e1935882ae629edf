package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"
)

var quiet = slog.New(slog.DiscardHandler)

// History is what was kept of a tenant, or nil.
func (d *DB) History(ctx context.Context, tenant string) ([]byte, error) {
	var body []byte
	err := d.sql.QueryRowContext(ctx, `SELECT body FROM tenant_history WHERE tenant = ?`, tenant).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the history of %s: %w", tenant, err)
	}
	return unpack(body)
}

// SaveHistory keeps it.
func (d *DB) SaveHistory(ctx context.Context, tenant string, body []byte) error {
	_, err := d.sql.ExecContext(ctx, `INSERT INTO tenant_history (tenant, body) VALUES (?, ?)
		ON CONFLICT (tenant) DO UPDATE SET body = excluded.body`, tenant, pack(body))
	if err != nil {
		return fmt.Errorf("keep the history of %s: %w", tenant, err)
	}
	return nil
}

// Begin keeps an act that is about to be done. An act that is there already
// is overwritten.
func (d *DB) Begin(ctx context.Context, tenant, act string, body []byte) error {
	_, err := d.sql.ExecContext(ctx, `INSERT INTO pending_act (act, tenant, body) VALUES (?, ?, ?)
		ON CONFLICT (act) DO UPDATE SET tenant = excluded.tenant, body = excluded.body`, act, tenant, body)
	if err != nil {
		return fmt.Errorf("keep the act %s: %w", act, err)
	}
	return nil
}

// Pending are the acts of a tenant that were begun and not ended, by act.
func (d *DB) Pending(ctx context.Context, tenant string) (_ map[string][]byte, err error) {
	rows, err := d.sql.QueryContext(ctx, `SELECT act, body FROM pending_act WHERE tenant = ?`, tenant)
	if err != nil {
		return nil, fmt.Errorf("read the pending acts of %s: %w", tenant, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	acts := map[string][]byte{}
	for rows.Next() {
		var act string
		var body []byte
		if err := rows.Scan(&act, &body); err != nil {
			return nil, fmt.Errorf("read the pending acts of %s: %w", tenant, err)
		}
		acts[act] = body
	}
	return acts, rows.Err()
}

// End forgets an act whose outcome is known. One that is not there is no
// error.
func (d *DB) End(ctx context.Context, act string) error {
	if _, err := d.sql.ExecContext(ctx, `DELETE FROM pending_act WHERE act = ?`, act); err != nil {
		return fmt.Errorf("end the act %s: %w", act, err)
	}
	return nil
}

// SaveObservation keeps the newest observation of a tenant.
func (d *DB) SaveObservation(ctx context.Context, tenant string, at time.Time, body []byte) error {
	_, err := d.sql.ExecContext(ctx, `INSERT INTO observation (tenant, at, body) VALUES (?, ?, ?)
		ON CONFLICT (tenant) DO UPDATE SET at = excluded.at, body = excluded.body`, tenant, at.UnixMilli(), pack(body))
	if err != nil {
		return fmt.Errorf("keep the observation of %s: %w", tenant, err)
	}
	return nil
}

// Observation is the newest observation of a tenant, or nil.
func (d *DB) Observation(ctx context.Context, tenant string) (body []byte, at time.Time, err error) {
	var milli int64
	err = d.sql.QueryRowContext(ctx, `SELECT body, at FROM observation WHERE tenant = ?`, tenant).Scan(&body, &milli)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, time.Time{}, nil
	}
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("read the observation of %s: %w", tenant, err)
	}
	body, err = unpack(body)
	return body, time.UnixMilli(milli).UTC(), err
}

// Setting is a value that was kept under a name, or "".
func (d *DB) Setting(ctx context.Context, name string) (string, error) {
	var value string
	err := d.sql.QueryRowContext(ctx, `SELECT value FROM setting WHERE name = ?`, name).Scan(&value)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read the setting %s: %w", name, err)
	}
	return value, nil
}

// SaveSetting keeps a value under a name.
func (d *DB) SaveSetting(ctx context.Context, name, value string) error {
	_, err := d.sql.ExecContext(ctx, `INSERT INTO setting (name, value) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	if err != nil {
		return fmt.Errorf("keep the setting %s: %w", name, err)
	}
	return nil
}

// pack compresses; writing to memory cannot go wrong.
func pack(body []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	_, _ = w.Write(body)
	_ = w.Close()
	return b.Bytes()
}

func unpack(body []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("unpack what was kept: %w", err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("unpack what was kept: %w", err)
	}
	return out, nil
}
