-- +goose Up
-- Reading and pruning the audit log.

-- Entries reach agencies in the order they are written, and leave from the
-- oldest on: a block-range index finds them at the cost of a few pages.
CREATE INDEX audit_reach_entry ON audit_reach USING brin (entry_id) WITH (pages_per_range = 32, autosummarize = on);

-- Who may see an entry is as lasting as the entry.
CREATE TRIGGER audit_reach_append_only BEFORE UPDATE OR TRUNCATE ON audit_reach
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- +goose StatementBegin
CREATE FUNCTION audit_reach_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM audit_entries WHERE id = OLD.entry_id) THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN OLD;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_reach_keep BEFORE DELETE ON audit_reach FOR EACH ROW EXECUTE FUNCTION audit_reach_keep();

-- +goose Down
SELECT 1;
