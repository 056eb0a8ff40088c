-- +goose Up

-- What the seed put there once; it is never put there again.
CREATE TABLE seeded (
  key text PRIMARY KEY,
  at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE files (
  sha256     bytea PRIMARY KEY CHECK (length(sha256) = 32),
  media_type text NOT NULL,
  name       text NOT NULL,
  bytes      bytea NOT NULL,
  size       bigint GENERATED ALWAYS AS (length(bytes)) STORED,
  created_at timestamptz NOT NULL DEFAULT now()
);
-- Pictures and PDFs are compressed already.
ALTER TABLE files ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE TABLE settings (
  key   text PRIMARY KEY,
  value jsonb NOT NULL
);

CREATE TABLE pages (
  slug        text PRIMARY KEY CHECK (slug ~ '^[a-z0-9-]+$'),
  title       text NOT NULL CHECK (title <> ''),
  description text NOT NULL,
  body        text NOT NULL,
  updated_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE faq_groups (
  slug     text PRIMARY KEY CHECK (slug ~ '^[a-z0-9-]+$'),
  title    text NOT NULL CHECK (title <> ''),
  position int NOT NULL
);

CREATE TABLE faq_entries (
  slug       text PRIMARY KEY CHECK (slug ~ '^[a-z0-9-]+$'),
  group_slug text NOT NULL REFERENCES faq_groups,
  position   int NOT NULL,
  question   text NOT NULL CHECK (question <> ''),
  answer     text NOT NULL CHECK (answer <> ''),
  featured   boolean NOT NULL DEFAULT false
);

CREATE TABLE announcements (
  slug         text PRIMARY KEY CHECK (slug ~ '^[a-z0-9-]+$'),
  title        text NOT NULL CHECK (title <> ''),
  body         text NOT NULL,
  pinned       boolean NOT NULL DEFAULT false,
  published_on date NOT NULL
);

CREATE TABLE banners (
  slug         text PRIMARY KEY CHECK (slug ~ '^[a-z0-9-]+$'),
  position     int NOT NULL,
  heading      text NOT NULL,
  text         text NOT NULL,
  link         text NOT NULL CHECK (link ~ '^(/[^/\\]|https://)'),
  link_text    text NOT NULL,
  alt          text NOT NULL CHECK (alt <> ''),
  image_wide   bytea NOT NULL REFERENCES files,
  image_narrow bytea NOT NULL REFERENCES files
);

CREATE TABLE manuals (
  slug       text PRIMARY KEY CHECK (slug ~ '^[a-z0-9-]+$'),
  title      text NOT NULL CHECK (title <> ''),
  audience   text NOT NULL,
  group_name text NOT NULL CHECK (group_name IN ('central', 'service_point')),
  position   int NOT NULL,
  issued_on  date NOT NULL,
  file       bytea NOT NULL REFERENCES files,
  file_name  text NOT NULL
);

-- +goose Down
SELECT 1;
