package page

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
	"portal/internal/kit/problem"
)

func selectPage(ctx context.Context, r db.Reader, slug string) (Page, error) {
	rows, err := r.Query(ctx, `SELECT slug, title, description, body, updated_at FROM pages WHERE slug = $1`, slug)
	if err != nil {
		return Page{}, err
	}
	p, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Page])
	if errors.Is(err, pgx.ErrNoRows) {
		return Page{}, problem.New(problem.NotFound, "ไม่พบหน้านี้ในระบบ")
	}
	return p, err
}

func selectPages(ctx context.Context, r db.Reader) ([]Page, error) {
	rows, err := r.Query(ctx, `SELECT slug, title, description, body, updated_at FROM pages ORDER BY slug`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Page])
}

func insertPage(ctx context.Context, tx *audit.Tx, p Page) error {
	_, err := tx.Exec(ctx, `INSERT INTO pages (slug, title, description, body) VALUES ($1, $2, $3, $4)`,
		p.Slug, p.Title, p.Description, p.Body)
	return err
}
