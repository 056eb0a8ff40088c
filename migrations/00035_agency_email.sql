-- +goose Up
ALTER TABLE agencies ADD COLUMN email text NOT NULL DEFAULT '';

-- +goose Down
SELECT 1;
