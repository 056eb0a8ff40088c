package token

import (
	"context"
	"time"

	"portal/internal/kit/audit"
)

func deleteTries(ctx context.Context, tx *audit.Tx, before time.Time, limit int) (int, error) {
	tag, err := tx.Exec(ctx, `
		DELETE FROM token_tries WHERE id = ANY (ARRAY(SELECT id FROM token_tries WHERE at < $1 ORDER BY id LIMIT $2))`, before, limit)
	return int(tag.RowsAffected()), err
}
