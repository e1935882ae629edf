-- +goose Up
-- What is remembered of a tenant from pass to pass; the format is the reader's.
CREATE TABLE tenant_history (
    tenant TEXT PRIMARY KEY,
    body   BLOB NOT NULL
);
-- Acts that were begun and whose end is not known yet. A row is written before
-- the act and removed after its outcome is in the evidence.
CREATE TABLE pending_act (
    act    TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    body   BLOB NOT NULL
);
CREATE INDEX pending_act_tenant ON pending_act (tenant);
-- The newest observation of each tenant, gzip.
CREATE TABLE observation (
    tenant TEXT PRIMARY KEY,
    at     INTEGER NOT NULL, -- unix milliseconds
    body   BLOB NOT NULL
);
CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
