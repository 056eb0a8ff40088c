-- +goose Up
-- The list of people in the order of names, once for each place where a row of
-- it is found: the agency of the membership, all above it, and 0, the whole
-- country. A page of any part of the tree is read where it begins
-- (docs/adr/0008). Triggers keep it in the transaction of every change.
CREATE TABLE staff_places (
  place         bigint NOT NULL,
  name          text COLLATE "th-x-icu" NOT NULL,
  staff_id      bigint NOT NULL,
  membership_id bigint NOT NULL, -- 0 for somebody without one
  agency_id     bigint NOT NULL, -- of the membership
  role          text NOT NULL,
  suspended     boolean NOT NULL,
  search        text NOT NULL -- of the person, and of the agency behind a sign that nobody types
);
CREATE VIEW staff_placed AS
SELECT at AS place, s.name, s.id AS staff_id, coalesce(m.id, 0) AS membership_id, coalesce(m.agency_id, 0) AS agency_id,
  coalesce(m.role, '') AS role, s.suspended_at IS NOT NULL AS suspended, s.search || coalesce(chr(1) || a.search, '') AS search
FROM staff s LEFT JOIN memberships m ON m.staff_id = s.id AND m.ended_at IS NULL LEFT JOIN agencies a ON a.id = m.agency_id,
  LATERAL (SELECT 0 AS at UNION ALL SELECT ancestor_id FROM agency_paths WHERE agency_id = m.agency_id) AS p;
INSERT INTO staff_places SELECT * FROM staff_placed ORDER BY place, name, staff_id;
CREATE INDEX staff_places_name ON staff_places (place, name, staff_id, membership_id);
CREATE INDEX staff_places_role ON staff_places (place, role, name, staff_id, membership_id);
CREATE INDEX staff_places_suspended ON staff_places (place, name, staff_id, membership_id) WHERE suspended;
CREATE INDEX staff_places_staff ON staff_places (staff_id);

-- search_rest is the text without its first letter, if it begins with the name
-- as it is written: texts that begin with what is searched for are found by the
-- order of names. All who are called สมชาย stand together there.
CREATE FUNCTION search_rest(name text, search text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN starts_with(search, name) THEN substr(search, 2) ELSE search END;

-- What was written last waits unsorted in a GIN index: no more of it than is
-- read in no time.
DROP INDEX staff_name, staff_search, staff_grams, staff_suspended, memberships_place;
CREATE INDEX staff_places_search ON staff_places USING gin (search_rest(name, search) gin_trgm_ops)
  WITH (gin_pending_list_limit = 128) WHERE place = 0;
CREATE INDEX staff_places_pairs ON staff_places USING gin (search_pairs(search_rest(name, search)))
  WITH (gin_pending_list_limit = 128) WHERE place = 0;

-- +goose StatementBegin
-- list_people writes the rows of these people anew. It reads their names and the
-- tree: neither must change meanwhile. All lock people first, then the tree.
CREATE FUNCTION list_people(people bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM staff WHERE id = ANY (people) ORDER BY id FOR NO KEY UPDATE;
  PERFORM pg_advisory_xact_lock_shared(7205759403792795); -- see agency_move
  DELETE FROM staff_places WHERE staff_id = ANY (people);
  INSERT INTO staff_places SELECT * FROM staff_placed WHERE staff_id = ANY (people);
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION staff_listed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'memberships' THEN
    PERFORM list_people(ARRAY(SELECT DISTINCT staff_id FROM changed));
  ELSE
    PERFORM list_people(ARRAY(SELECT id FROM changed));
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER staff_listed AFTER INSERT ON staff
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION staff_listed();

-- +goose StatementBegin
CREATE FUNCTION staff_relisted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM list_people(ARRAY[NEW.id]);
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER staff_relisted AFTER UPDATE ON staff FOR EACH ROW
  WHEN (OLD.search <> NEW.search OR OLD.name <> NEW.name OR (OLD.suspended_at IS NULL) <> (NEW.suspended_at IS NULL)) EXECUTE FUNCTION staff_relisted();

-- +goose StatementBegin
CREATE FUNCTION agency_relisted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM list_people(ARRAY(SELECT staff_id FROM memberships WHERE agency_id = NEW.id AND ended_at IS NULL));
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER agency_relisted AFTER UPDATE ON agencies FOR EACH ROW
  WHEN (OLD.search <> NEW.search) EXECUTE FUNCTION agency_relisted();

-- These take the place of what kept staff.member.
DROP TRIGGER staff_member_insert ON memberships;
DROP TRIGGER staff_member_update ON memberships;
DROP TRIGGER staff_member_delete ON memberships;
DROP FUNCTION staff_member();
ALTER TABLE staff DROP COLUMN member;
CREATE TRIGGER staff_listed_insert AFTER INSERT ON memberships
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION staff_listed();
CREATE TRIGGER staff_listed_update AFTER UPDATE ON memberships
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION staff_listed();
CREATE TRIGGER staff_listed_delete AFTER DELETE ON memberships
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION staff_listed();

-- +goose StatementBegin
-- As in 00004, and the people of what moves come to other places. Who writes
-- rows of the list meanwhile would read the old tree: they and this take turns.
CREATE OR REPLACE FUNCTION agency_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lock_agency_tree();
  PERFORM pg_advisory_xact_lock(7205759403792795);
  IF EXISTS (SELECT FROM agency_paths WHERE ancestor_id = NEW.id AND agency_id = NEW.parent_id) THEN
    RAISE EXCEPTION 'agency % cannot stand under itself', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'agencies_not_under_itself';
  END IF;
  DELETE FROM staff_places WHERE ctid = ANY (ARRAY(
    SELECT p.ctid FROM agency_paths above JOIN staff_places one ON one.place = NEW.id
    JOIN staff_places p ON p.place = above.ancestor_id AND p.name = one.name AND p.staff_id = one.staff_id AND p.membership_id = one.membership_id
    WHERE above.agency_id = NEW.id AND above.depth > 0));
  DELETE FROM agency_paths p USING agency_paths sub, agency_paths above
  WHERE sub.ancestor_id = NEW.id AND above.agency_id = NEW.id AND above.depth > 0
    AND p.agency_id = sub.agency_id AND p.ancestor_id = above.ancestor_id;
  INSERT INTO agency_paths (agency_id, ancestor_id, depth)
  SELECT sub.agency_id, above.ancestor_id, sub.depth + above.depth + 1
  FROM agency_paths sub, agency_paths above
  WHERE sub.ancestor_id = NEW.id AND above.agency_id = NEW.parent_id;
  INSERT INTO staff_places (place, name, staff_id, membership_id, agency_id, role, suspended, search)
  SELECT above.ancestor_id, name, staff_id, membership_id, p.agency_id, role, suspended, search
  FROM staff_places p, agency_paths above WHERE p.place = NEW.id AND above.agency_id = NEW.parent_id;
  RETURN NULL;
END $$;
-- +goose StatementEnd

-- Agencies are looked through in the order of their names without leaving the index.
DROP INDEX agencies_name;
CREATE INDEX agencies_name ON agencies (name, id) INCLUDE (search, kind, shown);

-- +goose Down
SELECT 1;
