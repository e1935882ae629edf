package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
)

var quiet = slog.New(slog.DiscardHandler)

// History is what was kept of a tenant, or nil.
func (d *DB) History(ctx context.Context, tenant string) ([]byte, error) {
	var body []byte
	err := d.sql.QueryRowContext(ctx, `SELECT body FROM tenant_history WHERE tenant = $1`, tenant).Scan(&body)
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
	_, err := d.sql.ExecContext(ctx, `INSERT INTO tenant_history (tenant, body) VALUES ($1, $2)
		ON CONFLICT (tenant) DO UPDATE SET body = excluded.body`, tenant, pack(body))
	if err != nil {
		return fmt.Errorf("keep the history of %s: %w", tenant, err)
	}
	return nil
}

// Begin keeps an act that is about to be done. An act that is there already
// is overwritten.
func (d *DB) Begin(ctx context.Context, tenant, act string, body []byte) error {
	_, err := d.sql.ExecContext(ctx, `INSERT INTO pending_act (act, tenant, body) VALUES ($1, $2, $3)
		ON CONFLICT (act) DO UPDATE SET tenant = excluded.tenant, body = excluded.body`, act, tenant, body)
	if err != nil {
		return fmt.Errorf("keep the act %s: %w", act, err)
	}
	return nil
}

// Pending are the acts of a tenant that were begun and not ended, by act.
func (d *DB) Pending(ctx context.Context, tenant string) (_ map[string][]byte, err error) {
	rows, err := d.sql.QueryContext(ctx, `SELECT act, body FROM pending_act WHERE tenant = $1`, tenant)
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
	if _, err := d.sql.ExecContext(ctx, `DELETE FROM pending_act WHERE act = $1`, act); err != nil {
		return fmt.Errorf("end the act %s: %w", act, err)
	}
	return nil
}

// Setting is a value that was kept under a name, or "".
func (d *DB) Setting(ctx context.Context, name string) (string, error) {
	var value string
	err := d.sql.QueryRowContext(ctx, `SELECT value FROM setting WHERE name = $1`, name).Scan(&value)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read the setting %s: %w", name, err)
	}
	return value, nil
}

const saveSetting = `INSERT INTO setting (name, value) VALUES ($1, $2)
	ON CONFLICT (name) DO UPDATE SET value = excluded.value`

// SaveSetting keeps a value under a name.
func (d *DB) SaveSetting(ctx context.Context, name, value string) error {
	_, err := d.sql.ExecContext(ctx, saveSetting, name, value)
	if err != nil {
		return fmt.Errorf("keep the setting %s: %w", name, err)
	}
	return nil
}
