package banner

import (
	"context"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
)

func selectEverything(ctx context.Context, r db.Reader) ([]Editable, error) {
	rows, err := r.Query(ctx, `
		SELECT slug, position, heading, text, coalesce(link, '') AS link, link_text, alt,
			encode(image_wide, 'hex') AS image_wide, encode(image_narrow, 'hex') AS image_narrow, shown, shown_from, shown_until
		FROM banners ORDER BY position, slug`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Editable])
}

func upsertBanner(ctx context.Context, tx *audit.Tx, b Editable) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO banners (slug, position, heading, text, link, link_text, alt, image_wide, image_narrow, shown, shown_from, shown_until)
		VALUES ($1, coalesce((SELECT max(position) FROM banners), 0) + 1, $2, $3, nullif($4, ''), $5, $6,
			decode($7, 'hex'), decode($8, 'hex'), $9, $10, $11)
		ON CONFLICT (slug) DO UPDATE SET heading = $2, text = $3, link = nullif($4, ''), link_text = $5, alt = $6,
			image_wide = decode($7, 'hex'), image_narrow = decode($8, 'hex'), shown = $9, shown_from = $10, shown_until = $11`,
		b.Slug, b.Heading, b.Text, b.Link, b.LinkText, b.Alt, b.ImageWide, b.ImageNarrow, b.Shown, b.ShownFrom, b.ShownUntil)
	return err
}
