-- +goose Up
-- A draft that was thrown away and begun anew is another state of its item.
CREATE SEQUENCE content_revisions AS int;

-- +goose Down
SELECT 1;
