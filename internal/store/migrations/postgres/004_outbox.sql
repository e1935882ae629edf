-- +goose Up
-- Evidence that is committed and not yet in the log, which has one writer. A
-- row goes when the log has it.
CREATE TABLE evidence_outbox (
    id     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    body   BYTEA NOT NULL, -- the entry's text
    digest BYTEA NOT NULL  -- its hash as a leaf of the log
);
CREATE INDEX evidence_outbox_digest ON evidence_outbox (digest);
