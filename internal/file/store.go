package file

import (
	"context"
	"encoding/hex"
	"errors"

	"github.com/jackc/pgx/v5"

	"portal/internal/audit"
	"portal/internal/db"
	"portal/internal/problem"
)

var errNoFile = problem.New(problem.NotFound, "ไม่พบไฟล์นี้ในระบบ")

func selectFile(ctx context.Context, r db.Reader, hash string) (File, error) {
	sum, err := hex.DecodeString(hash)
	if err != nil {
		return File{}, errNoFile
	}
	rows, err := r.Query(ctx, `
		SELECT encode(sha256, 'hex') AS sha256, media_type, name, size, created_at, bytes
		FROM files WHERE sha256 = $1`, sum)
	if err != nil {
		return File{}, err
	}
	f, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[File])
	if errors.Is(err, pgx.ErrNoRows) {
		return File{}, errNoFile
	}
	return f, err
}

func insertFile(ctx context.Context, tx *audit.Tx, sum []byte, mediaType, name string, b []byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO files (sha256, media_type, name, bytes) VALUES ($1, $2, $3, $4)
		ON CONFLICT (sha256) DO NOTHING`, sum, mediaType, name, b)
	return err
}
