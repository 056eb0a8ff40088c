-- +goose Up
-- How much of each rate limit is used, for all servers together
-- (internal/ratelimit). A row says of one person, browser or address, hashed, by
-- when what was taken is free again; what lies in the past is as good as no row.
-- Unlogged: it is worth nothing after a crash, and costs no WAL before.
CREATE UNLOGGED TABLE rate_limits (
  key     bytea PRIMARY KEY,
  free_at timestamptz NOT NULL
) WITH (fillfactor = 50); -- room to change a row where it is

-- +goose Down
SELECT 1;
