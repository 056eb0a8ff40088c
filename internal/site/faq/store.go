package faq

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
)

func selectGroups(ctx context.Context, r db.Reader) ([]Group, error) {
	rows, err := r.Query(ctx, `SELECT slug, title, position FROM faq_groups ORDER BY position, slug`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Group])
}

func selectEntries(ctx context.Context, r db.Reader, featuredOnly bool) ([]Entry, error) {
	rows, err := r.Query(ctx, `
		SELECT e.slug, e.group_slug AS "group", e.position, e.question, e.answer, e.featured
		FROM faq_entries e JOIN faq_groups g ON g.slug = e.group_slug
		WHERE e.shown AND (e.featured OR NOT $1)
		ORDER BY g.position, e.position, e.slug`, featuredOnly)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Entry])
}

func selectMostHelpful(ctx context.Context, r db.Reader, n int, since time.Time) ([]Entry, error) {
	rows, err := r.Query(ctx, `
		SELECT e.slug, e.group_slug AS "group", e.position, e.question, e.answer, e.featured
		FROM faq_entries e JOIN (SELECT slug, sum(helpful) AS n FROM faq_votes WHERE day >= $2 GROUP BY slug) v ON v.slug = e.slug
		WHERE e.shown AND v.n > 0 ORDER BY v.n DESC, e.slug LIMIT $1`, n, since)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Entry])
}

func insertGroup(ctx context.Context, tx *audit.Tx, g Group) error {
	_, err := tx.Exec(ctx, `INSERT INTO faq_groups (slug, title, position) VALUES ($1, $2, $3)`,
		g.Slug, g.Title, g.Position)
	return err
}

func insertEntry(ctx context.Context, tx *audit.Tx, e Entry) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO faq_entries (slug, group_slug, position, question, answer, featured)
		VALUES ($1, $2, $3, $4, $5, $6)`,
		e.Slug, e.Group, e.Position, e.Question, e.Answer, e.Featured)
	return err
}
