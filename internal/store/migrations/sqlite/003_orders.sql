-- +goose Up
-- What people ordered, until a pass has obeyed it. Ids grow, and are not used
-- again.
CREATE TABLE person_order (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    body   BLOB NOT NULL
);
CREATE INDEX person_order_tenant ON person_order (tenant);
