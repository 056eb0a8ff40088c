package manual

import (
	"context"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
)

func selectManuals(ctx context.Context, r db.Reader) ([]Manual, error) {
	rows, err := r.Query(ctx, `
		SELECT m.slug, m.title, m.audience, m.group_name AS "group", m.position, m.issued_on,
			encode(m.file, 'hex') AS file, m.file_name, f.size AS file_bytes, coalesce(f.pages, 0) AS pages, m.earlier
		FROM manuals m JOIN files f ON f.sha256 = m.file
		WHERE m.shown
		ORDER BY m.group_name, m.position, m.issued_on DESC, m.slug`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Manual])
}

func insertManual(ctx context.Context, tx *audit.Tx, m Manual) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO manuals (slug, title, audience, group_name, position, issued_on, file, file_name)
		VALUES ($1, $2, $3, $4, $5, $6, decode($7, 'hex'), $8)`,
		m.Slug, m.Title, m.Audience, m.Group, m.Position, m.IssuedOn, m.File, m.FileName)
	return err
}
