package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"
)

// KeepFor is how long observations are kept where nothing else is said.
const KeepFor = 30 * 24 * time.Hour

// An Observation is what a tenant looked like at each look from the first to
// the last.
type Observation struct {
	Tenant      string
	First, Last time.Time
	Body        []byte
}

// SaveObservation keeps what a tenant looked like at a moment. What did not
// change since the last one costs no more than its new time, and what changed
// a little costs what changed. Observations that were not seen any more for
// longer than [DB.KeepFor] go; each tenant's newest stays.
//
// Moments come in order: one that is not after the last, for a clock was set
// back, counts as directly after it.
func (d *DB) SaveObservation(ctx context.Context, tenant string, at time.Time, body []byte) error {
	err := d.inside(ctx, func(tx *sql.Tx) error {
		if err := d.alone(ctx, tx); err != nil {
			return err
		}
		if err := save(ctx, tx, tenant, at.UnixMilli(), body); err != nil {
			return err
		}
		return expire(ctx, tx, at.Add(-d.KeepFor).UnixMilli())
	})
	if err != nil {
		return fmt.Errorf("keep the observation of %s: %w", tenant, err)
	}
	return nil
}

// inside runs a function in a transaction, which counts if it gives no error.
func (d *DB) inside(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := d.sql.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// alone has PostgreSQL do what SQLite does anyway: one observation is saved at a
// time, since bodies are shared.
func (d *DB) alone(ctx context.Context, tx *sql.Tx) error {
	if d.pool == nil {
		return nil
	}
	_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(`+lockKey+`)`, "observations")
	return err
}

func save(ctx context.Context, tx *sql.Tx, tenant string, at int64, body []byte) error {
	var first, last int64
	var before []byte
	err := tx.QueryRowContext(ctx, `SELECT first_seen, last_seen, hash FROM observation
		WHERE tenant = $1 ORDER BY first_seen DESC LIMIT 1`, tenant).Scan(&first, &last, &before)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if err == nil {
		at = max(at, last+1)
	}
	hash := sha256.Sum256(body)
	if bytes.Equal(hash[:], before) {
		_, err := tx.ExecContext(ctx, `UPDATE observation SET last_seen = $1 WHERE tenant = $2 AND first_seen = $3`, at, tenant, first)
		return err
	}
	if err := saveBody(ctx, tx, hash[:], before, body); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO observation (tenant, first_seen, last_seen, hash) VALUES ($1, $2, $3, $4)`, tenant, at, at, hash[:])
	return err
}

// saveBody keeps a body that is not kept yet: as what differs from the base of
// the one before, or by itself where that is not much less.
func saveBody(ctx context.Context, tx *sql.Tx, hash, before, body []byte) error {
	var known int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM observation_body WHERE hash = $1`, hash).Scan(&known)
	if err != nil || known > 0 {
		return err
	}
	base, packed, err := lean(ctx, tx, before, body)
	if err != nil {
		return err
	}
	if base == nil {
		packed = pack(body)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO observation_body (hash, base, body) VALUES ($1, $2, $3)`, hash, base, packed)
	return err
}

// lean packs a body on the base of the one before; base is nil where that is
// not worth it.
func lean(ctx context.Context, tx *sql.Tx, before, body []byte) (base, packed []byte, err error) {
	if before == nil {
		return nil, nil, nil
	}
	var whole []byte
	err = tx.QueryRowContext(ctx, `SELECT hash, body FROM observation_body
		WHERE hash = (SELECT COALESCE(base, hash) FROM observation_body WHERE hash = $1)`, before).Scan(&base, &whole)
	if err != nil {
		return nil, nil, err
	}
	text, err := unpack(whole)
	if err != nil {
		return nil, nil, err
	}
	if len(body) < len(text)/2 {
		return nil, nil, nil
	}
	if packed = packOn(text, body); len(packed) > len(whole)/2 {
		return nil, nil, nil
	}
	return base, packed, nil
}

// expire forgets what was not seen since, but for the newest of each tenant,
// and the bodies that nothing refers to any more.
func expire(ctx context.Context, tx *sql.Tx, since int64) error {
	hashes, err := column(ctx, tx, `DELETE FROM observation WHERE last_seen < $1 AND EXISTS (
		SELECT 1 FROM observation AS newer WHERE newer.tenant = observation.tenant AND newer.first_seen > observation.first_seen)
		RETURNING hash`, since)
	for len(hashes) > 0 && err == nil {
		var bases [][]byte
		for _, hash := range hashes {
			// a base may have stayed for this body alone
			freed, failure := column(ctx, tx, `DELETE FROM observation_body WHERE hash = $1
				AND NOT EXISTS (SELECT 1 FROM observation WHERE observation.hash = observation_body.hash)
				AND NOT EXISTS (SELECT 1 FROM observation_body AS leaning WHERE leaning.base = observation_body.hash)
				RETURNING base`, hash)
			bases, err = append(bases, freed...), errors.Join(err, failure)
		}
		hashes = bases
	}
	return err
}

// column are the values that a statement gives, without those that are NULL.
func column(ctx context.Context, tx *sql.Tx, statement string, args ...any) (values [][]byte, err error) {
	rows, err := tx.QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var value []byte
		if err := rows.Scan(&value); err != nil {
			return nil, err
		}
		if value != nil {
			values = append(values, value)
		}
	}
	return values, rows.Err()
}

// Observation is the newest that was kept of a tenant at or before a time, or
// of all where that is zero; its Body is nil where there is none. Of one that
// was seen unchanged until later, Last is later too.
func (d *DB) Observation(ctx context.Context, tenant string, at time.Time) (Observation, error) {
	o := Observation{Tenant: tenant}
	until := int64(math.MaxInt64)
	if !at.IsZero() {
		until = at.UnixMilli()
	}
	var first, last int64
	var base []byte
	err := d.sql.QueryRowContext(ctx, `SELECT o.first_seen, o.last_seen, b.body, whole.body
		FROM observation AS o JOIN observation_body AS b ON b.hash = o.hash LEFT JOIN observation_body AS whole ON whole.hash = b.base
		WHERE o.tenant = $1 AND o.first_seen <= $2 ORDER BY o.first_seen DESC LIMIT 1`, tenant, until).Scan(&first, &last, &o.Body, &base)
	if errors.Is(err, sql.ErrNoRows) {
		return o, nil
	}
	if err == nil {
		o.Body, err = unpackEither(base, o.Body)
	}
	if err != nil {
		return Observation{}, fmt.Errorf("read the observation of %s: %w", tenant, err)
	}
	o.First, o.Last = time.UnixMilli(first).UTC(), time.UnixMilli(last).UTC()
	return o, nil
}

func unpackEither(base, packed []byte) ([]byte, error) {
	if base == nil {
		return unpack(packed)
	}
	text, err := unpack(base)
	if err != nil {
		return nil, err
	}
	return unpackOn(text, packed)
}

// Observed are the tenants of which an observation was kept, by name.
func (d *DB) Observed(ctx context.Context) (tenants []string, err error) {
	rows, err := d.sql.QueryContext(ctx, `SELECT DISTINCT tenant FROM observation ORDER BY tenant`)
	if err != nil {
		return nil, fmt.Errorf("list the tenants that were observed: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var tenant string
		if err := rows.Scan(&tenant); err != nil {
			return nil, fmt.Errorf("list the tenants that were observed: %w", err)
		}
		tenants = append(tenants, tenant)
	}
	return tenants, rows.Err()
}
