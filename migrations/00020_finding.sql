-- +goose Up
-- What visitors look for and whether answers helped: words and numbers of a
-- day, never who or from where (docs/adr/0005-search.md).

CREATE TABLE search_terms (
  day      date NOT NULL,
  term     text NOT NULL CHECK (length(term) <= 60), -- '' for an empty question
  searches int NOT NULL CHECK (searches > 0),
  misses   int NOT NULL CHECK (misses BETWEEN 0 AND searches), -- found nothing
  PRIMARY KEY (day, term)
);

CREATE TABLE faq_votes (
  slug    text NOT NULL,
  day     date NOT NULL,
  helpful int NOT NULL DEFAULT 0 CHECK (helpful >= 0),
  useless int NOT NULL DEFAULT 0 CHECK (useless >= 0),
  PRIMARY KEY (slug, day)
);

-- +goose Down
SELECT 1;
