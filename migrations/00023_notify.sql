-- +goose Up
-- What visitors read is kept in memory by every server (docs/adr/0007-prepared-pages.md).

-- A commit that changes it tells them so; a transaction that rolls back does not.
-- +goose StatementBegin
CREATE FUNCTION content_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('content', '');
  RETURN NULL;
END $$;
-- +goose StatementEnd

CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON settings      FOR EACH STATEMENT EXECUTE FUNCTION content_changed();
CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON pages         FOR EACH STATEMENT EXECUTE FUNCTION content_changed();
CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON faq_groups    FOR EACH STATEMENT EXECUTE FUNCTION content_changed();
CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON faq_entries   FOR EACH STATEMENT EXECUTE FUNCTION content_changed();
CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON announcements FOR EACH STATEMENT EXECUTE FUNCTION content_changed();
CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON banners       FOR EACH STATEMENT EXECUTE FUNCTION content_changed();
CREATE TRIGGER content_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON manuals       FOR EACH STATEMENT EXECUTE FUNCTION content_changed();
CREATE TRIGGER content_changed AFTER UPDATE OR DELETE OR TRUNCATE           ON files         FOR EACH STATEMENT EXECUTE FUNCTION content_changed();

-- The version of all of it: another one after every committed change, since
-- each row carries the number of the transaction that wrote it. A counter would
-- be a row on which all editors wait for each other.
CREATE FUNCTION content_stamp() RETURNS text LANGUAGE sql STABLE AS $$
  SELECT count(*) || ':' || coalesce(sum(hashtextextended(row, 0)), 0) FROM (
    SELECT 'a' || xmin || ctid AS row FROM faq_groups
    UNION ALL SELECT 'b' || xmin || ctid FROM faq_entries
    UNION ALL SELECT 'c' || xmin || ctid FROM pages
    UNION ALL SELECT 'd' || xmin || ctid FROM manuals
    UNION ALL SELECT 'e' || xmin || ctid FROM announcements
    UNION ALL SELECT 'f' || xmin || ctid FROM settings
    UNION ALL SELECT 'g' || xmin || ctid FROM banners
    UNION ALL SELECT 'h' || xmin || ctid FROM files) content
$$;

-- +goose Down
SELECT 1;
