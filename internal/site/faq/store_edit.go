package faq

import (
	"context"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
)

func selectEverything(ctx context.Context, r db.Reader) ([]Editable, error) {
	rows, err := r.Query(ctx, `
		SELECT e.slug, e.group_slug AS "group", e.position, e.question, e.answer, e.featured, e.shown
		FROM faq_entries e JOIN faq_groups g ON g.slug = e.group_slug
		ORDER BY g.position, g.slug, e.position, e.slug`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Editable])
}

func upsertEntry(ctx context.Context, tx *audit.Tx, e Editable) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO faq_entries AS f (slug, group_slug, position, question, answer, featured, shown)
		VALUES ($1, $2, coalesce((SELECT max(position) FROM faq_entries WHERE group_slug = $2), 0) + 1, $3, $4, $5, $6)
		ON CONFLICT (slug) DO UPDATE SET group_slug = $2, question = $3, answer = $4, featured = $5, shown = $6,
			position = CASE WHEN f.group_slug = $2 THEN f.position ELSE EXCLUDED.position END`,
		e.Slug, e.Group, e.Question, e.Answer, e.Featured, e.Shown)
	return err
}

func upsertGroup(ctx context.Context, tx *audit.Tx, g Group) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO faq_groups (slug, title, position)
		VALUES ($1, $2, coalesce((SELECT max(position) FROM faq_groups), 0) + 1)
		ON CONFLICT (slug) DO UPDATE SET title = $2`, g.Slug, g.Title)
	return err
}
