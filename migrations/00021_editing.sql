-- +goose Up
-- Editing (docs/adr/0006-editing.md): the content tables hold what is
-- published; what is being written, and what was published before, stands here.

-- The one draft of an item. Its fields are text, named as in the editor's form.
CREATE TABLE content_drafts (
  kind           text NOT NULL,
  key            text NOT NULL CHECK (key ~ '^[a-z0-9-]{1,80}$'),
  fields         jsonb NOT NULL,
  base           int NOT NULL,      -- number of the version it began from, -1 if the item is new
  revision       int NOT NULL,      -- counts the saves
  saved_by       bigint NOT NULL REFERENCES staff,
  saved_at       timestamptz NOT NULL,
  publish_at     timestamptz,       -- when it is to be published, if that is settled
  publish_by     bigint REFERENCES staff,
  publish_reason text NOT NULL DEFAULT '',
  PRIMARY KEY (kind, key),
  CHECK ((publish_at IS NULL) = (publish_by IS NULL))
);
CREATE INDEX content_drafts_due ON content_drafts (publish_at) WHERE publish_at IS NOT NULL;

-- What was published. Number 0 is the content as it was before its first edit.
CREATE TABLE content_versions (
  kind         text NOT NULL,
  key          text NOT NULL,
  number       int NOT NULL CHECK (number >= 0),
  fields       jsonb NOT NULL,
  published_by bigint REFERENCES staff,
  published_at timestamptz NOT NULL,
  reason       text NOT NULL,
  PRIMARY KEY (kind, key, number)
);
CREATE TRIGGER content_versions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON content_versions
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The files that drafts (number -1) and versions name: they cannot be removed.
CREATE TABLE content_files (
  kind   text NOT NULL,
  key    text NOT NULL,
  number int NOT NULL,
  sha256 bytea NOT NULL REFERENCES files,
  PRIMARY KEY (kind, key, number, sha256)
);
CREATE INDEX content_files_file ON content_files (sha256);

-- What an editor may now say of an item.
ALTER TABLE faq_entries ADD shown boolean NOT NULL DEFAULT true;
ALTER TABLE announcements
  ADD shown boolean NOT NULL DEFAULT true,
  ADD shown_from timestamptz,
  ADD shown_until timestamptz,
  ADD attachments jsonb NOT NULL DEFAULT '[]'; -- [{"file": SHA-256 in hex, "name": as it is saved}]
ALTER TABLE banners
  ADD shown boolean NOT NULL DEFAULT true,
  ADD shown_from timestamptz,
  ADD shown_until timestamptz,
  ALTER link DROP NOT NULL;
ALTER TABLE manuals
  ADD shown boolean NOT NULL DEFAULT true,
  ADD earlier jsonb NOT NULL DEFAULT '[]'; -- [{"file": SHA-256 in hex, "issued_on": date}], newest first
ALTER TABLE files
  ADD pages int,    -- of a PDF
  ADD width int,    -- of a picture, pixels
  ADD height int,
  ADD added_by bigint REFERENCES staff;

-- Where each file stands in what visitors can read.
CREATE VIEW published_files AS
  SELECT 'banner' AS kind, slug AS key, image_wide AS sha256 FROM banners WHERE shown
  UNION ALL SELECT 'banner', slug, image_narrow FROM banners WHERE shown
  UNION ALL SELECT 'manual', slug, file FROM manuals WHERE shown
  UNION ALL SELECT 'manual', slug, decode(e ->> 'file', 'hex') FROM manuals, jsonb_array_elements(earlier) e WHERE shown
  UNION ALL SELECT 'announcement', slug, decode(e ->> 'file', 'hex') FROM announcements, jsonb_array_elements(attachments) e WHERE shown
  UNION ALL SELECT kind, key, decode(m[1], 'hex') FROM (
      SELECT 'page' AS kind, slug AS key, body FROM pages
      UNION ALL SELECT 'faq', slug, answer FROM faq_entries WHERE shown
      UNION ALL SELECT 'announcement', slug, body FROM announcements WHERE shown
    ) texts, regexp_matches(body, '/backend/file/([0-9a-f]{64})', 'g') m;

-- +goose Down
SELECT 1;
