package token

import (
	"context"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
)

// keptCode is a token whose code can still be opened.
type keptCode struct {
	ID       ID
	AgencyID authz.AgencyID
	Role     authz.Role
	Sealed   []byte
}

const keptCodes = `SELECT id, agency_id, role, sealed_code AS sealed FROM role_tokens WHERE sealed_code IS NOT NULL`

func lockSealed(ctx context.Context, tx *audit.Tx, after ID, limit int) ([]keptCode, error) {
	rows, err := tx.Query(ctx, keptCodes+` AND id > $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED`, after, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[keptCode])
}

func updateSealed(ctx context.Context, tx *audit.Tx, ids []ID, hashes, sealed [][]byte) error {
	_, err := tx.Exec(ctx, `
		UPDATE role_tokens k SET code_hash = t.hash, sealed_code = t.sealed
		FROM unnest($1::bigint[], $2::bytea[], $3::bytea[]) AS t (id, hash, sealed) WHERE k.id = t.id`, ids, hashes, sealed)
	return err
}

func eachSealed(ctx context.Context, r db.Reader, each func(keptCode)) error {
	rows, err := r.Query(ctx, keptCodes)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		t, err := pgx.RowToStructByName[keptCode](rows)
		if err != nil {
			return err
		}
		each(t)
	}
	return rows.Err()
}
