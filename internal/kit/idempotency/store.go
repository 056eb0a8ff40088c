package idempotency

import (
	"context"
	"time"

	"portal/internal/kit/audit"
)

func insertKey(ctx context.Context, tx *audit.Tx, staffID int64, key Key) error {
	tag, err := tx.Exec(ctx, `
		INSERT INTO form_results (staff_id, form_key) VALUES ($1, $2) ON CONFLICT DO NOTHING`, staffID, key)
	if err == nil && tag.RowsAffected() == 0 {
		return ErrDone
	}
	return err
}

func deleteKey(ctx context.Context, tx *audit.Tx, staffID int64, key Key) error {
	_, err := tx.Exec(ctx, `DELETE FROM form_results WHERE staff_id = $1 AND form_key = $2`, staffID, key)
	return err
}

func deleteOld(ctx context.Context, tx *audit.Tx, before time.Time, limit int) (int, error) {
	tag, err := tx.Exec(ctx, `
		DELETE FROM form_results WHERE ctid = ANY (ARRAY(
			SELECT ctid FROM form_results WHERE at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`, before, limit)
	return int(tag.RowsAffected()), err
}
