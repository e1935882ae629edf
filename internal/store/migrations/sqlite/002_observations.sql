-- +goose Up
-- What tenants looked like, and when. The table that is replaced was never
-- written to.
DROP TABLE observation;
-- What an observation says, once however often it was seen: zstd, by itself or
-- as what differs from the body base, which is one by itself.
CREATE TABLE observation_body (
    hash BLOB PRIMARY KEY, -- SHA-256 of the body, unpacked
    base BLOB REFERENCES observation_body (hash),
    body BLOB NOT NULL
);
CREATE INDEX observation_body_base ON observation_body (base);
-- A tenant looked the same at each look from the first to the last.
CREATE TABLE observation (
    tenant     TEXT NOT NULL,
    first_seen BIGINT NOT NULL, -- unix milliseconds
    last_seen  BIGINT NOT NULL,
    hash       BLOB NOT NULL REFERENCES observation_body (hash),
    PRIMARY KEY (tenant, first_seen)
);
CREATE INDEX observation_hash ON observation (hash);
CREATE INDEX observation_last_seen ON observation (last_seen);
