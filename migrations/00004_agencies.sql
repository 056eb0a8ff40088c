-- +goose Up
-- Changes of the tree of agencies take turns; files of agencies wait to be imported.

CREATE INDEX agencies_hidden ON agencies (name, id) WHERE NOT shown;

-- The pairs of letters in a search_key. Trigrams find nothing shorter than three
-- letters, and two Thai letters are a usual search. The cost keeps the planner
-- from working them out row by row where the index has them, and RESTRICTED
-- from starting workers for what it believes to be dear.
-- +goose StatementBegin
CREATE FUNCTION search_pairs(t text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL RESTRICTED COST 10000
RETURN coalesce((SELECT array_agg(DISTINCT a || b)
  FROM unnest(string_to_array(t, NULL), (string_to_array(t, NULL))[2:]) AS u (a, b) WHERE b IS NOT NULL), '{}');
-- +goose StatementEnd
CREATE INDEX agencies_pairs ON agencies USING gin (search_pairs(search));

-- by_index is always true. Postgres thinks that LIKE costs next to nothing,
-- which is wrong for Thai (every letter begins with the same byte), and reads
-- whole tables; with this beside it, it takes the index.
-- +goose StatementBegin
CREATE FUNCTION by_index(t text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL RESTRICTED COST 10000 AS $$
BEGIN
  RETURN true;
END $$;
-- +goose StatementEnd

-- Whoever changes the tree holds this lock until the transaction ends. The
-- closure is read before it is written: two moves at once, or a move and an
-- insert below what moves, would each miss what the other is about to write.
CREATE FUNCTION lock_agency_tree() RETURNS void LANGUAGE sql
AS $$ SELECT pg_advisory_xact_lock(7205759403792794) $$;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION agency_path() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lock_agency_tree();
  INSERT INTO agency_paths (agency_id, ancestor_id, depth)
  SELECT NEW.id, NEW.id, 0
  UNION ALL
  SELECT NEW.id, ancestor_id, depth + 1 FROM agency_paths WHERE agency_id = NEW.parent_id;
  RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION agency_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lock_agency_tree();
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

-- A file that was checked and may be imported, by whom it belongs to.
CREATE TABLE agency_uploads (
  key_hash   bytea PRIMARY KEY,
  staff_id   bigint NOT NULL REFERENCES staff,
  name       text NOT NULL,
  content    bytea NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX agency_uploads_expiry ON agency_uploads (expires_at);
ALTER TABLE agency_uploads ALTER COLUMN content SET STORAGE EXTERNAL;

-- +goose StatementBegin
-- Moves many, given as [{"code", "parent"}], one after the other: those that
-- will stand higher first, so that none is ever under itself on the way.
CREATE FUNCTION move_agencies(moves jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE m record;
BEGIN
  FOR m IN SELECT a.id, p.id AS parent_id
    FROM ROWS FROM (jsonb_to_recordset(moves) AS (code text, parent text)) WITH ORDINALITY AS r (code, parent, n)
    JOIN agencies a ON a.code = r.code LEFT JOIN agencies p ON p.code = r.parent ORDER BY r.n
  LOOP
    UPDATE agencies SET parent_id = m.parent_id WHERE id = m.id;
  END LOOP;
END $$;
-- +goose StatementEnd

-- +goose Down
SELECT 1;
