package session

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
)

type keptForm struct {
	KeyHash   []byte
	StaffID   int64
	Path      string
	Sealed    []byte
	ExpiresAt time.Time
}

// selectOwner finds whose session it is or was; nobody's if they may not come back.
func selectOwner(ctx context.Context, r db.Reader, token []byte) (int64, bool, error) {
	rows, err := r.Query(ctx, `
		SELECT p.id FROM staff_sessions s JOIN staff p ON p.id = s.staff_id
		WHERE (s.token_hash = $1 OR s.previous_hash = $1) AND p.suspended_at IS NULL`, token)
	if err != nil {
		return 0, false, err
	}
	id, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[int64])
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	return id, err == nil, err
}

// insertForm takes the place of an older one of the same address, and clears
// away the person's oldest when there are too many.
func insertForm(ctx context.Context, keep db.Bookkeeper, f keptForm) error {
	_, err := keep.Exec(ctx, `
		WITH full_up AS (
			DELETE FROM kept_forms WHERE (key_hash, path) IN (
				SELECT key_hash, path FROM kept_forms WHERE staff_id = $2 AND NOT (key_hash = $1 AND path = $3)
				ORDER BY expires_at DESC OFFSET $6)
		)
		INSERT INTO kept_forms (key_hash, staff_id, path, sealed, expires_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (key_hash, path) DO UPDATE SET
			staff_id = excluded.staff_id, sealed = excluded.sealed, expires_at = excluded.expires_at`,
		f.KeyHash, f.StaffID, f.Path, f.Sealed, f.ExpiresAt, formsEach-1)
	return err
}

// takeForm removes and returns the form: of any number of requests, one gets it.
func takeForm(ctx context.Context, keep db.Bookkeeper, key []byte, staffID int64, path string) (keptForm, bool, error) {
	rows, err := keep.Query(ctx, `
		DELETE FROM kept_forms WHERE key_hash = $1 AND staff_id = $2 AND path = $3
		RETURNING key_hash, staff_id, path, sealed, expires_at`, key, staffID, path)
	if err != nil {
		return keptForm{}, false, err
	}
	f, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[keptForm])
	if errors.Is(err, pgx.ErrNoRows) {
		return keptForm{}, false, nil
	}
	return f, err == nil, err
}

func deleteFormsOfOthers(ctx context.Context, keep db.Bookkeeper, key []byte, staffID int64) error {
	_, err := keep.Exec(ctx, `DELETE FROM kept_forms WHERE key_hash = $1 AND staff_id <> $2`, key, staffID)
	return err
}

func deleteForms(ctx context.Context, tx *audit.Tx, now time.Time, limit int) (int, error) {
	tag, err := tx.Exec(ctx, `
		DELETE FROM kept_forms WHERE ctid = ANY (ARRAY(
			SELECT ctid FROM kept_forms WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`, now, limit)
	return int(tag.RowsAffected()), err
}
