package signin

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
)

// attempt is a sign-in on its way to the provider and back.
type attempt struct {
	BrowserHash []byte
	Nonce       string
	Verifier    string
	ReturnPath  string
	ExpiresAt   time.Time
}

// insertAttempt also clears away what has expired, a few rows at a time.
func insertAttempt(ctx context.Context, keep db.Bookkeeper, state []byte, a attempt) error {
	_, err := keep.Exec(ctx, `
		WITH old AS (
			DELETE FROM signin_attempts WHERE state_hash = ANY (ARRAY(
				SELECT state_hash FROM signin_attempts WHERE expires_at < now() - interval '1 hour'
				LIMIT 20 FOR UPDATE SKIP LOCKED))
		)
		INSERT INTO signin_attempts (state_hash, browser_hash, nonce, verifier, return_path, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6)`,
		state, a.BrowserHash, a.Nonce, a.Verifier, a.ReturnPath, a.ExpiresAt)
	return err
}

// takeAttempt removes and returns the attempt: of any number of callbacks with
// the same state, one gets it.
func takeAttempt(ctx context.Context, keep db.Bookkeeper, state, browser []byte, now time.Time) (attempt, bool, error) {
	rows, err := keep.Query(ctx, `
		DELETE FROM signin_attempts WHERE state_hash = $1 AND browser_hash = $2 AND expires_at > $3
		RETURNING browser_hash, nonce, verifier, return_path, expires_at`, state, browser, now)
	if err != nil {
		return attempt{}, false, err
	}
	a, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[attempt])
	if errors.Is(err, pgx.ErrNoRows) {
		return attempt{}, false, nil
	}
	return a, err == nil, err
}

// insertLogout reports whether the logout token is new.
func insertLogout(ctx context.Context, keep db.Bookkeeper, id string, expires time.Time) (bool, error) {
	tag, err := keep.Exec(ctx, `
		INSERT INTO logout_tokens (jti, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, id, expires)
	return tag.RowsAffected() > 0, err
}

func deleteAttempts(ctx context.Context, tx *audit.Tx, now time.Time, limit int) (int, error) {
	tag, err := tx.Exec(ctx, `
		DELETE FROM signin_attempts WHERE state_hash = ANY (ARRAY(SELECT state_hash FROM signin_attempts WHERE expires_at < $1 LIMIT $2))`,
		now, limit)
	return int(tag.RowsAffected()), err
}

func deleteLogouts(ctx context.Context, tx *audit.Tx, now time.Time, limit int) (int, error) {
	tag, err := tx.Exec(ctx, `
		DELETE FROM logout_tokens WHERE jti = ANY (ARRAY(SELECT jti FROM logout_tokens WHERE expires_at < $1 LIMIT $2))`, now, limit)
	return int(tag.RowsAffected()), err
}
