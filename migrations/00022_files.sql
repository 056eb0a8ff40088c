-- +goose Up
-- The sizes of a picture, made when it is uploaded. The largest is the file
-- itself; pages name only that one.
CREATE TABLE file_variants (
  sha256  bytea NOT NULL REFERENCES files,
  width   int NOT NULL CHECK (width > 0),
  height  int NOT NULL CHECK (height > 0),
  variant bytea NOT NULL REFERENCES files,
  PRIMARY KEY (sha256, width)
);
CREATE INDEX file_variants_variant ON file_variants (variant);

-- A smaller size that nobody uploaded by itself is not in the list of files.
ALTER TABLE files ADD variant_only boolean NOT NULL DEFAULT false;
CREATE INDEX files_newest ON files (created_at DESC, sha256 DESC) WHERE NOT variant_only;

-- file_links are the files that a text links to.
CREATE FUNCTION file_links(t text) RETURNS bytea[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN ARRAY(SELECT decode(m[1], 'hex') FROM regexp_matches(t, '/backend/file/([0-9a-f]{64})', 'g') m);

-- Whether a file is published is asked with each request for it.
CREATE INDEX banners_image_wide ON banners (image_wide);
CREATE INDEX banners_image_narrow ON banners (image_narrow);
CREATE INDEX manuals_file ON manuals (file);
CREATE INDEX manuals_earlier ON manuals USING gin (earlier jsonb_path_ops);
CREATE INDEX announcements_attachments ON announcements USING gin (attachments jsonb_path_ops);
CREATE INDEX announcements_files ON announcements USING gin (file_links(body));
CREATE INDEX pages_files ON pages USING gin (file_links(body));
CREATE INDEX faq_entries_files ON faq_entries USING gin (file_links(answer));

-- As before, but only texts that link to files are searched for the links.
CREATE OR REPLACE VIEW published_files AS
  SELECT 'banner' AS kind, slug AS key, image_wide AS sha256 FROM banners WHERE shown
  UNION ALL SELECT 'banner', slug, image_narrow FROM banners WHERE shown
  UNION ALL SELECT 'manual', slug, file FROM manuals WHERE shown
  UNION ALL SELECT 'manual', slug, decode(e ->> 'file', 'hex') FROM manuals, jsonb_array_elements(earlier) e WHERE shown
  UNION ALL SELECT 'announcement', slug, decode(e ->> 'file', 'hex') FROM announcements, jsonb_array_elements(attachments) e WHERE shown
  UNION ALL SELECT kind, key, unnest(file_links(body)) FROM (
      SELECT 'page' AS kind, slug AS key, body FROM pages
      UNION ALL SELECT 'faq', slug, answer FROM faq_entries WHERE shown
      UNION ALL SELECT 'announcement', slug, body FROM announcements WHERE shown
    ) texts WHERE body LIKE '%/backend/file/%';

-- What visitors may fetch: what is published, in every size.
CREATE VIEW served_files AS
  SELECT sha256 FROM published_files
  UNION SELECT v.variant FROM published_files p JOIN file_variants v USING (sha256);

-- +goose Down
SELECT 1;
