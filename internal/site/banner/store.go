package banner

import (
	"context"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
)

func selectShown(ctx context.Context, r db.Reader) ([]Banner, error) {
	rows, err := r.Query(ctx, `
		SELECT slug, position, heading, text, coalesce(link, '') AS link, link_text, alt,
			encode(image_wide, 'hex') AS image_wide, encode(image_narrow, 'hex') AS image_narrow
		FROM banners
		WHERE shown AND coalesce(shown_from <= now(), true) AND coalesce(shown_until > now(), true)
		ORDER BY position, slug`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Banner])
}

func insertBanner(ctx context.Context, tx *audit.Tx, b Banner) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO banners (slug, position, heading, text, link, link_text, alt, image_wide, image_narrow)
		VALUES ($1, $2, $3, $4, $5, $6, $7, decode($8, 'hex'), decode($9, 'hex'))`,
		b.Slug, b.Position, b.Heading, b.Text, b.Link, b.LinkText, b.Alt, b.ImageWide, b.ImageNarrow)
	return err
}
