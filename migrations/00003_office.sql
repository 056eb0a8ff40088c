-- +goose Up
-- What the office works with: the tree of agencies, people, tokens, sessions,
-- and an audit log whose rows are chained.

CREATE EXTENSION IF NOT EXISTS pg_trgm; -- search by any part of a Thai word

-- search_key is the form in which names are stored for searching and in which
-- a search is asked, so that one spelling finds the other: NFC, lower case,
-- นิคหิต+อา → ำ, doubled เ → แ, vowel before tone mark, no zero-width signs,
-- single spaces.
-- +goose StatementBegin
CREATE FUNCTION search_key(t text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN btrim(regexp_replace(
  regexp_replace(
    replace(
      regexp_replace(
        regexp_replace(lower(normalize(t, NFC)), '[\u200b-\u200f\u2060\ufeff\u00ad]', '', 'g'),
        '([\u0e48-\u0e4b])([\u0e31\u0e34-\u0e3a\u0e47])', '\2\1', 'g'),
      U&'\0e40\0e40', U&'\0e41'),
    U&'(?:\0e4d([\0e48-\0e4b]?)\0e32|\0e33([\0e48-\0e4b]))', U&'\\1\\2\0e33', 'g'),
  '\s+', ' ', 'g'));
-- +goose StatementEnd

-- Agencies: the closure of the tree stands beside it (docs/adr/0003).
ALTER TABLE agencies
  ADD COLUMN address   text NOT NULL DEFAULT '',
  ADD COLUMN telephone text NOT NULL DEFAULT '',
  ADD COLUMN version   int NOT NULL DEFAULT 1,
  ADD COLUMN search    text NOT NULL GENERATED ALWAYS AS
    (search_key(name || ' ' || short_name || ' ' || name_en || ' ' || code)) STORED;
DROP INDEX agencies_parent;
CREATE INDEX agencies_children ON agencies (parent_id, name, id);
CREATE INDEX agencies_name ON agencies (name, id);
CREATE INDEX agencies_kind ON agencies (kind, name, id);
CREATE INDEX agencies_search ON agencies USING gin (search gin_trgm_ops);

CREATE TABLE agency_paths (
  agency_id   bigint NOT NULL REFERENCES agencies,
  ancestor_id bigint NOT NULL REFERENCES agencies,
  depth       int NOT NULL CHECK (depth >= 0 AND (depth = 0) = (agency_id = ancestor_id)),
  PRIMARY KEY (agency_id, ancestor_id)
);
CREATE INDEX agency_paths_down ON agency_paths (ancestor_id, agency_id);
INSERT INTO agency_paths (agency_id, ancestor_id, depth)
WITH RECURSIVE up AS (
  SELECT id AS agency_id, id AS ancestor_id, 0 AS depth FROM agencies
  UNION ALL
  SELECT up.agency_id, a.parent_id, up.depth + 1 FROM up JOIN agencies a ON a.id = up.ancestor_id WHERE a.parent_id IS NOT NULL
) SELECT agency_id, ancestor_id, depth FROM up;

-- +goose StatementBegin
-- The closure of a new agency is made with it, whoever inserts it.
CREATE FUNCTION agency_path() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO agency_paths (agency_id, ancestor_id, depth)
  SELECT NEW.id, NEW.id, 0
  UNION ALL
  SELECT NEW.id, ancestor_id, depth + 1 FROM agency_paths WHERE agency_id = NEW.parent_id;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER agency_path AFTER INSERT ON agencies FOR EACH ROW EXECUTE FUNCTION agency_path();

-- +goose StatementBegin
-- Moving an agency moves everything under it; never under itself.
CREATE FUNCTION agency_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM agency_paths WHERE ancestor_id = NEW.id AND agency_id = NEW.parent_id) THEN
    RAISE EXCEPTION 'agency % cannot stand under itself', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'agencies_not_under_itself';
  END IF;
  DELETE FROM agency_paths p USING agency_paths sub, agency_paths above
  WHERE sub.ancestor_id = NEW.id AND above.agency_id = NEW.id AND above.depth > 0
    AND p.agency_id = sub.agency_id AND p.ancestor_id = above.ancestor_id;
  INSERT INTO agency_paths (agency_id, ancestor_id, depth)
  SELECT sub.agency_id, above.ancestor_id, sub.depth + above.depth + 1
  FROM agency_paths sub, agency_paths above
  WHERE sub.ancestor_id = NEW.id AND above.agency_id = NEW.parent_id;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER agency_move AFTER UPDATE OF parent_id ON agencies FOR EACH ROW
  WHEN (NEW.parent_id IS DISTINCT FROM OLD.parent_id) EXECUTE FUNCTION agency_move();

-- People and memberships.
ALTER TABLE staff
  ADD COLUMN search text NOT NULL GENERATED ALWAYS AS
    (search_key(name || ' ' || email || ' ' || username)) STORED;
CREATE INDEX staff_name ON staff (name, id);
CREATE INDEX staff_search ON staff USING gin (search gin_trgm_ops);

ALTER TABLE memberships
  ADD COLUMN previous_id bigint REFERENCES memberships, -- the membership that this one took the place of
  ADD COLUMN ended_by    bigint REFERENCES staff;
CREATE INDEX memberships_agency ON memberships (agency_id, staff_id) WHERE ended_at IS NULL;
CREATE INDEX memberships_role ON memberships (role, staff_id) WHERE ended_at IS NULL;
CREATE INDEX memberships_staff ON memberships (staff_id, id);

-- Tokens: the last one of each pair is the one that the office sees.
CREATE INDEX role_tokens_last ON role_tokens (agency_id, role, id DESC);

-- Sessions.
ALTER TABLE staff_sessions ADD COLUMN opened_at timestamptz NOT NULL DEFAULT now();

-- Logout tokens that the provider has sent, until they expire: each works once.
CREATE TABLE logout_tokens (
  jti        text PRIMARY KEY,
  expires_at timestamptz NOT NULL
);
CREATE INDEX logout_tokens_expiry ON logout_tokens (expires_at);

-- Forms that were sent after their session had ended, until the person is back.
CREATE TABLE kept_forms (
  key_hash   bytea PRIMARY KEY,
  staff_id   bigint NOT NULL REFERENCES staff,
  path       text NOT NULL,
  fields     jsonb NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX kept_forms_expiry ON kept_forms (expires_at);

-- The audit log: names as they were, whom it concerns, and the chain.
DROP TRIGGER audit_append_only ON audit_entries;
ALTER TABLE audit_entries
  ALTER COLUMN id DROP IDENTITY,
  ALTER COLUMN at DROP DEFAULT,
  ADD COLUMN staff_name   text NOT NULL DEFAULT '',
  ADD COLUMN subject_name text NOT NULL DEFAULT '',
  ADD COLUMN agencies     bigint[] NOT NULL DEFAULT '{}', -- the agencies it concerns
  ADD COLUMN hash         bytea,
  ADD COLUMN search text NOT NULL GENERATED ALWAYS AS
    (search_key(staff_name || ' ' || subject_name || ' ' || address || ' ' || coalesce(detail->>'reason', ''))) STORED;
CREATE INDEX audit_entries_action ON audit_entries (action, id);
CREATE INDEX audit_entries_at ON audit_entries (at);
CREATE INDEX audit_entries_search ON audit_entries USING gin (search gin_trgm_ops);

-- The entries that concern an agency or a unit under it, as the tree was then.
CREATE TABLE audit_reach (
  agency_id bigint NOT NULL,
  entry_id  bigint NOT NULL,
  PRIMARY KEY (agency_id, entry_id)
);

-- audit_canonical is what the chain's hash covers: every column that says
-- something, as JSON in a fixed order.
-- +goose StatementBegin
CREATE FUNCTION audit_canonical(e audit_entries) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN jsonb_build_array(e.id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
  e.staff_id, e.staff_name, e.job, e.address, e.action, e.subject, e.subject_name, e.agencies, e.detail)::text;
-- +goose StatementEnd

-- +goose StatementBegin
-- Rows take turns: each gets the next number, the time, and
-- SHA-256(previous row's hash ‖ its own canonical form).
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last record; subject_id bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(7205759403792793); -- the chain's own
  SELECT id, hash INTO last FROM audit_entries ORDER BY id DESC LIMIT 1;
  NEW.id := coalesce(last.id, 0) + 1;
  NEW.at := coalesce(NEW.at, clock_timestamp());
  NEW.staff_name := coalesce(nullif(NEW.staff_name, ''), (SELECT name FROM staff WHERE id = NEW.staff_id), '');
  IF NEW.subject ~ '^staff/[0-9]+$' THEN -- the name as it is now, and whose staff it is
    subject_id := substr(NEW.subject, 7)::bigint;
    NEW.subject_name := coalesce(nullif(NEW.subject_name, ''), (SELECT name FROM staff WHERE id = subject_id), '');
    IF NEW.agencies = '{}' THEN
      NEW.agencies := ARRAY(SELECT DISTINCT agency_id FROM memberships
        WHERE staff_id = subject_id AND ended_at IS NULL ORDER BY agency_id);
    END IF;
  END IF;
  NEW.hash := sha256(coalesce(last.hash, '') || convert_to(audit_canonical(NEW), 'UTF8'));
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_chain BEFORE INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_chain();

-- +goose StatementBegin
CREATE FUNCTION audit_reach() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_reach (agency_id, entry_id)
  SELECT DISTINCT ancestor_id, NEW.id FROM agency_paths WHERE agency_id = ANY (NEW.agencies);
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_reach AFTER INSERT ON audit_entries FOR EACH ROW
  WHEN (NEW.agencies <> '{}') EXECUTE FUNCTION audit_reach();

-- Rows written before the chain began get their place in it.
-- +goose StatementBegin
DO $$
DECLARE e audit_entries; last bytea := '';
BEGIN
  FOR e IN SELECT * FROM audit_entries ORDER BY id LOOP
    last := sha256(last || convert_to(audit_canonical(e), 'UTF8'));
    UPDATE audit_entries SET hash = last WHERE id = e.id;
  END LOOP;
END $$;
-- +goose StatementEnd
ALTER TABLE audit_entries ALTER COLUMN hash SET NOT NULL;

-- Nothing is changed; nothing younger than a year is removed, whatever the
-- settings say.
CREATE TRIGGER audit_append_only BEFORE UPDATE OR TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- +goose StatementBegin
CREATE FUNCTION audit_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.at > now() - interval '1 year' THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN OLD;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_keep BEFORE DELETE ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_keep();

-- +goose Down
SELECT 1;
