-- +goose Up
-- What an observation says, once however often it was seen: zstd, by itself or
-- as what differs from the body base, which is one by itself.
CREATE TABLE observation_body (
    hash BYTEA PRIMARY KEY, -- SHA-256 of the body, unpacked
    base BYTEA REFERENCES observation_body (hash),
    body BYTEA NOT NULL
);
ALTER TABLE observation_body ALTER COLUMN body SET STORAGE EXTERNAL; -- it is compressed
CREATE INDEX observation_body_base ON observation_body (base);
-- A tenant looked the same at each look from the first to the last.
CREATE TABLE observation (
    tenant     TEXT NOT NULL,
    first_seen BIGINT NOT NULL, -- unix milliseconds
    last_seen  BIGINT NOT NULL,
    hash       BYTEA NOT NULL REFERENCES observation_body (hash),
    PRIMARY KEY (tenant, first_seen)
);
CREATE INDEX observation_hash ON observation (hash);
CREATE INDEX observation_last_seen ON observation (last_seen);
