-- +goose Up
-- Names of files are searched as names of agencies are.
ALTER TABLE files ADD search text GENERATED ALWAYS AS (search_key(name)) STORED;

-- The few texts that link to files at all, for the list of where each is used.
CREATE INDEX announcements_with_files ON announcements (slug) WHERE body LIKE '%/backend/file/%';
CREATE INDEX pages_with_files ON pages (slug) WHERE body LIKE '%/backend/file/%';
CREATE INDEX faq_entries_with_files ON faq_entries (slug) WHERE answer LIKE '%/backend/file/%';

-- +goose Down
SELECT 1;
