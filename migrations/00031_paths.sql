-- +goose NO TRANSACTION
-- +goose Up
-- The units under an agency in the order of their names: what officers give out
-- codes for is read where the page begins (docs/adr/0008). The name, kind and
-- showing are those of agencies; triggers keep them in the transaction of every change.
ALTER TABLE agency_paths
  ADD COLUMN IF NOT EXISTS unit_name text COLLATE "th-x-icu" NOT NULL DEFAULT '',
  ADD COLUMN IF NOT EXISTS unit_kind text NOT NULL DEFAULT '',
  ADD COLUMN IF NOT EXISTS unit_shown boolean NOT NULL DEFAULT true;

-- +goose StatementBegin
-- As in 00004, with what is kept of the agency. Whoever adds a path holds the
-- lock of the tree, as does whoever renames.
CREATE OR REPLACE FUNCTION agency_path() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lock_agency_tree();
  INSERT INTO agency_paths (agency_id, ancestor_id, depth, unit_name, unit_kind, unit_shown)
  SELECT NEW.id, NEW.id, 0, NEW.name, NEW.kind, NEW.shown
  UNION ALL
  SELECT NEW.id, ancestor_id, depth + 1, NEW.name, NEW.kind, NEW.shown FROM agency_paths WHERE agency_id = NEW.parent_id;
  RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
-- As in 00027, likewise.
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
  INSERT INTO agency_paths (agency_id, ancestor_id, depth, unit_name, unit_kind, unit_shown)
  SELECT sub.agency_id, above.ancestor_id, sub.depth + above.depth + 1, sub.unit_name, sub.unit_kind, sub.unit_shown
  FROM agency_paths sub, agency_paths above
  WHERE sub.ancestor_id = NEW.id AND above.agency_id = NEW.parent_id;
  INSERT INTO staff_places (place, name, staff_id, membership_id, agency_id, role, suspended, search)
  SELECT above.ancestor_id, name, staff_id, membership_id, p.agency_id, role, suspended, search
  FROM staff_places p, agency_paths above WHERE p.place = NEW.id AND above.agency_id = NEW.parent_id;
  RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION agency_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lock_agency_tree();
  UPDATE agency_paths SET unit_name = NEW.name, unit_kind = NEW.kind, unit_shown = NEW.shown WHERE agency_id = NEW.id;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE OR REPLACE TRIGGER agency_renamed AFTER UPDATE ON agencies FOR EACH ROW
  WHEN ((OLD.name, OLD.kind, OLD.shown) IS DISTINCT FROM (NEW.name, NEW.kind, NEW.shown)) EXECUTE FUNCTION agency_renamed();

-- +goose StatementBegin
-- A thousand agencies at a time: nobody waits long for the tree.
DO $$
DECLARE
  last bigint := 0;
  next bigint;
BEGIN
  LOOP
    SELECT max(id) INTO next FROM (SELECT id FROM agencies WHERE id > last ORDER BY id LIMIT 1000) a;
    EXIT WHEN next IS NULL;
    PERFORM lock_agency_tree();
    UPDATE agency_paths p SET unit_name = a.name, unit_kind = a.kind, unit_shown = a.shown
    FROM agencies a WHERE a.id = p.agency_id AND a.id > last AND a.id <= next;
    COMMIT;
    last := next;
  END LOOP;
END $$;
-- +goose StatementEnd

DROP INDEX CONCURRENTLY IF EXISTS agency_paths_names; -- half made when the server stopped
CREATE INDEX CONCURRENTLY agency_paths_names ON agency_paths (ancestor_id, unit_name, agency_id) INCLUDE (unit_kind, unit_shown);

-- +goose Down
SELECT 1;
