-- +goose Up
-- Codes issued many at once, kept together for a day so that they can be
-- printed and downloaded by who issued them.
CREATE TABLE token_batches (
  issuer     bigint NOT NULL REFERENCES staff,
  key        text NOT NULL, -- the key of the form that asked for it
  created_at timestamptz NOT NULL,
  token_ids  bigint[] NOT NULL,
  PRIMARY KEY (issuer, key)
);
CREATE INDEX token_batches_created ON token_batches (created_at);

-- Codes whose sealed copy is still there, for erasing it once they expire.
CREATE INDEX role_tokens_sealed ON role_tokens (expires_at) WHERE sealed_code IS NOT NULL;

-- +goose Down
SELECT 1;
