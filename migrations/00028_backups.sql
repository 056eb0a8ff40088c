-- +goose Up
-- Each backup that was completed, for the page of the system's state and for
-- whoever restores: the manifest's checksum tells a backup of ours from one that
-- somebody else made with the same public key.
CREATE TABLE backups (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at             timestamptz NOT NULL,                              -- the moment that it shows
  duration_ms    bigint NOT NULL CHECK (duration_ms >= 0),
  bytes          bigint NOT NULL CHECK (bytes > 0),                 -- of the file
  row_count      bigint NOT NULL CHECK (row_count >= 0),
  schema_version bigint NOT NULL,
  sha256         bytea NOT NULL CHECK (length(sha256) = 32),        -- of the manifest
  file           text NOT NULL                                      -- its name, without the folder
);

-- +goose Down
SELECT 1;
