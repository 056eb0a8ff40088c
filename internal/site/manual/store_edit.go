package manual

import (
	"context"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
)

func selectEverything(ctx context.Context, r db.Reader) ([]Editable, error) {
	rows, err := r.Query(ctx, `
		SELECT m.slug, m.title, m.audience, m.group_name AS "group", m.position, m.issued_on,
			encode(m.file, 'hex') AS file, m.file_name, f.size AS file_bytes, coalesce(f.pages, 0) AS pages, m.earlier, m.shown
		FROM manuals m JOIN files f ON f.sha256 = m.file
		ORDER BY m.group_name, m.position, m.issued_on DESC, m.slug`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Editable])
}

func upsertManual(ctx context.Context, tx *audit.Tx, m Editable) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO manuals AS old (slug, title, audience, group_name, position, issued_on, file, file_name, shown)
		SELECT $1, $2, $3, $4, coalesce((SELECT max(position) FROM manuals WHERE group_name = $4), 0) + 1, $5, sha256, name, $7
		FROM files WHERE sha256 = decode($6, 'hex')
		ON CONFLICT (slug) DO UPDATE SET title = $2, audience = $3, group_name = $4, issued_on = $5, file = EXCLUDED.file,
			file_name = EXCLUDED.file_name, shown = $7,
			earlier = CASE WHEN old.file = EXCLUDED.file THEN old.earlier ELSE jsonb_build_array(jsonb_build_object(
				'file', encode(old.file, 'hex'), 'issued_on', old.issued_on::timestamp AT TIME ZONE 'UTC')) || old.earlier END`,
		m.Slug, m.Title, m.Audience, m.Group, m.IssuedOn, m.File, m.Shown)
	return err
}
