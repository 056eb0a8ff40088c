package file

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"portal/internal/kit/audit"
	"portal/internal/kit/problem"
)

// lockFile keeps a file and its sizes from being named by anything until tx
// ends: a foreign key to a row waits for its lock.
func lockFile(ctx context.Context, tx *audit.Tx, hash string) error {
	sum, err := sumOf(hash)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		SELECT FROM files WHERE sha256 = $1 OR sha256 IN (SELECT variant FROM file_variants WHERE sha256 = $1)
		ORDER BY sha256 FOR UPDATE`, sum)
	return stillNamed(err)
}

// deleteFile removes a file that is locked, and those of its sizes that belong
// to no other.
func deleteFile(ctx context.Context, tx *audit.Tx, hash string) error {
	_, err := tx.Exec(ctx, `
		WITH sizes AS (DELETE FROM file_variants WHERE sha256 = decode($1, 'hex') RETURNING variant),
		-- The file itself may be a size of another.
		kept AS (SELECT DISTINCT variant FROM file_variants WHERE sha256 <> decode($1, 'hex')
			AND variant IN (SELECT variant FROM sizes UNION SELECT decode($1, 'hex'))),
		demoted AS (UPDATE files SET variant_only = true WHERE sha256 = decode($1, 'hex') AND sha256 IN (SELECT variant FROM kept))
		DELETE FROM files WHERE sha256 NOT IN (SELECT variant FROM kept)
			AND (sha256 = decode($1, 'hex') OR variant_only AND sha256 IN (SELECT variant FROM sizes))`, hash)
	return stillNamed(err)
}

const (
	foreignKeyViolation = "23503"
	lockNotAvailable    = "55P03"
)

// stillNamed turns the database's refusal into a sentence.
func stillNamed(err error) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) && (refused.Code == foreignKeyViolation || refused.Code == lockNotAvailable) {
		return problem.Wrap(problem.Conflict, err, "ลบไม่ได้ เพราะมีผู้ใช้ไฟล์นี้อยู่ในขณะนี้ กรุณาเปิดรายการใหม่แล้วตรวจสอบอีกครั้ง")
	}
	return err
}
