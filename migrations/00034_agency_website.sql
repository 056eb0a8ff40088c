-- +goose Up
ALTER TABLE agencies ADD COLUMN website text NOT NULL DEFAULT '';

-- +goose Down
SELECT 1;
