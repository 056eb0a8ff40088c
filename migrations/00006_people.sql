-- +goose Up
-- What the list of people needs beyond 00003.

-- search_grams are the letters and pairs of letters in a text: pg_trgm finds
-- nothing shorter than three. Its cost keeps it to the indexes.
-- +goose StatementBegin
CREATE FUNCTION search_grams(t text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000
RETURN ARRAY(SELECT DISTINCT substr(t, i, n) FROM generate_series(1, length(t)) i, generate_series(1, 2) n);
-- +goose StatementEnd
CREATE INDEX staff_grams ON staff USING gin (search_grams(search));
CREATE INDEX agencies_grams ON agencies USING gin (search_grams(search));

CREATE INDEX memberships_place ON memberships (agency_id, role, staff_id) WHERE ended_at IS NULL;
CREATE INDEX staff_suspended ON staff (name, id) WHERE suspended_at IS NOT NULL;

-- Whether somebody holds any membership, kept beside them: among hundreds of
-- thousands who do, the few who do not are found at once.
ALTER TABLE staff ADD COLUMN member boolean NOT NULL DEFAULT false;
UPDATE staff SET member = true WHERE EXISTS (SELECT FROM memberships WHERE staff_id = staff.id AND ended_at IS NULL);
CREATE INDEX staff_without ON staff (name, id) WHERE NOT member;

-- +goose StatementBegin
CREATE FUNCTION staff_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE staff s SET member = NOT s.member
  WHERE s.id IN (SELECT staff_id FROM changed)
    AND s.member <> EXISTS (SELECT FROM memberships WHERE staff_id = s.id AND ended_at IS NULL);
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER staff_member_insert AFTER INSERT ON memberships
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION staff_member();
CREATE TRIGGER staff_member_update AFTER UPDATE ON memberships
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION staff_member();
CREATE TRIGGER staff_member_delete AFTER DELETE ON memberships
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION staff_member();

-- +goose Down
SELECT 1;
