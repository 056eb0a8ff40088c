-- +goose Up
-- What visitors may fetch: what is published and has begun, in every size. What
-- has ended stays: people have kept its address.
CREATE VIEW begun_files AS
  WITH begun AS (
    SELECT p.sha256 FROM published_files p
    WHERE CASE p.kind
      WHEN 'banner' THEN EXISTS (SELECT FROM banners b WHERE b.slug = p.key AND coalesce(b.shown_from <= now(), true))
      WHEN 'announcement' THEN EXISTS (SELECT FROM announcements a WHERE a.slug = p.key AND coalesce(a.shown_from <= now(), true))
      ELSE true END)
  SELECT sha256 FROM begun
  UNION SELECT v.variant FROM begun JOIN file_variants v USING (sha256);

-- +goose Down
SELECT 1;
