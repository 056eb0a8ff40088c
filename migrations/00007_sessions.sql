-- +goose Up
-- A person's own sessions, forms kept over a lost session, new ids after a
-- change of rights.

-- rights_of is what a person may do where, in one line: sessions remember the
-- one that their id was drawn with. The query that finds a session
-- (internal/session/store.go) writes the same line.
-- +goose StatementBegin
CREATE FUNCTION rights_of(person bigint) RETURNS text LANGUAGE sql STABLE
RETURN (SELECT coalesce(string_agg(role || '@' || agency_id, ' ' ORDER BY agency_id, role), '')
  FROM memberships WHERE staff_id = person AND ended_at IS NULL);
-- +goose StatementEnd

ALTER TABLE staff_sessions
  ADD COLUMN rights         text NOT NULL DEFAULT '',
  ADD COLUMN previous_hash  bytea, -- the id before this one, for requests that were on their way
  ADD COLUMN previous_until timestamptz,
  ADD CHECK ((previous_hash IS NULL) = (previous_until IS NULL));
UPDATE staff_sessions SET rights = rights_of(staff_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX staff_sessions_previous ON staff_sessions (previous_hash) WHERE previous_hash IS NOT NULL;
CREATE INDEX staff_sessions_end ON staff_sessions (ends_at);

-- What was typed is sealed with a key that only the browser's cookie holds. One
-- browser may have several forms waiting, each at its own address.
ALTER TABLE kept_forms
  DROP CONSTRAINT kept_forms_pkey,
  DROP COLUMN fields,
  ADD COLUMN sealed bytea NOT NULL,
  ADD PRIMARY KEY (key_hash, path);
CREATE INDEX kept_forms_staff ON kept_forms (staff_id);

-- +goose Down
SELECT 1;
