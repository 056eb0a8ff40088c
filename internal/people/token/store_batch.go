package token

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
)

func insertBatch(ctx context.Context, tx *audit.Tx, key idempotency.Key, at time.Time, ids []ID) error {
	_, err := tx.Exec(ctx, `INSERT INTO token_batches (issuer, key, created_at, token_ids) VALUES ($1, $2, $3, $4)`,
		tx.Actor().StaffID, string(key), at, ids)
	return err
}

func selectBatch(ctx context.Context, r db.Reader, issuer int64, key string, since time.Time) (Batch, error) {
	rows, err := r.Query(ctx, `
		SELECT key, created_at, created_at AS until FROM token_batches WHERE issuer = $1 AND key = $2 AND created_at > $3`,
		issuer, key, since)
	if err != nil {
		return Batch{}, err
	}
	b, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Batch])
	if errors.Is(err, pgx.ErrNoRows) {
		return Batch{}, problem.New(problem.NotFound, "ไม่พบชุดรหัสนี้ ชุดรหัสเปิดได้เฉพาะผู้ที่ออกรหัส ภายใน 24 ชั่วโมง")
	}
	return b, err
}

// selectBatchRows returns a batch's codes by the units' names.
func selectBatchRows(ctx context.Context, r db.Reader, issuer int64, key string) ([]BatchRow, error) {
	rows, err := r.Query(ctx, `
		SELECT k.id, k.agency_id, i.name AS agency_name, i.code AS agency_code, k.role, k.issued_by, k.expires_at, k.used_at, k.replaced_at,
			k.sealed_code AS sealed, array_position($3::text[], k.role) AS n,
			ARRAY(SELECT ancestor_id FROM agency_paths WHERE agency_id = i.id ORDER BY depth) AS lineage, `+department+` AS place
		FROM token_batches b, unnest(b.token_ids) AS t (id)
		JOIN role_tokens k ON k.id = t.id
		JOIN agencies i ON i.id = k.agency_id
		WHERE b.issuer = $1 AND b.key = $2
		ORDER BY i.name, i.id, n`, issuer, key, authz.Roles)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[BatchRow])
}
