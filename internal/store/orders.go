package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
)

// Order keeps an order until a pass has obeyed it.
func (d *DB) Order(ctx context.Context, tenant string, body []byte) error {
	if _, err := d.sql.ExecContext(ctx, `INSERT INTO person_order (tenant, body) VALUES ($1, $2)`, tenant, body); err != nil {
		return fmt.Errorf("keep the order to %s: %w", tenant, err)
	}
	return nil
}

// Orders are the orders to a tenant that were not obeyed yet, by ids that sort
// in the order in which they were given.
func (d *DB) Orders(ctx context.Context, tenant string) (_ map[string][]byte, err error) {
	rows, err := d.sql.QueryContext(ctx, `SELECT id, body FROM person_order WHERE tenant = $1`, tenant)
	if err != nil {
		return nil, fmt.Errorf("read the orders to %s: %w", tenant, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	orders := map[string][]byte{}
	for rows.Next() {
		var id int64
		var body []byte
		if err := rows.Scan(&id, &body); err != nil {
			return nil, fmt.Errorf("read the orders to %s: %w", tenant, err)
		}
		orders[fmt.Sprintf("%019d", id)] = body
	}
	return orders, rows.Err()
}

// Obeyed forgets an order. One that is not there is no error.
func (d *DB) Obeyed(ctx context.Context, order string) error {
	id, err := strconv.ParseInt(order, 10, 64)
	if err == nil {
		_, err = d.sql.ExecContext(ctx, `DELETE FROM person_order WHERE id = $1`, id)
	}
	if err != nil {
		return fmt.Errorf("forget the order %s: %w", order, err)
	}
	return nil
}
