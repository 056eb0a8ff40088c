-- +goose NO TRANSACTION
-- +goose Up
-- The units under an agency in the order of their names: what officers give out
-- codes for is read where the page begins (docs/adr/0011). The name, kind and
-- showing are those of agencies; triggers keep them in the transaction of every change.
ALTER TABLE agency_paths
  ADD COLUMN IF NOT EXISTS unit_name text COLLATE "th-x-icu" NOT NULL DEFAULT '',
  ADD COLUMN IF NOT EXISTS unit_kind text NOT NULL DEFAULT '',
  ADD COLUMN IF NOT EXISTS unit_shown boolean NOT NULL DEFAULT true;

-- +goose StatementBegin
-- Whoever adds a path holds the lock of the tree, as does whoever renames: the
-- name read here is the one that stays.
CREATE OR REPLACE FUNCTION path_named() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT a.name, a.kind, a.shown INTO STRICT NEW.unit_name, NEW.unit_kind, NEW.unit_shown FROM agencies a WHERE a.id = NEW.agency_id;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE OR REPLACE TRIGGER path_named BEFORE INSERT ON agency_paths FOR EACH ROW EXECUTE FUNCTION path_named();

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
