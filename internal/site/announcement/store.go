package announcement

import (
	"context"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
)

func selectLatest(ctx context.Context, r db.Reader, n int) ([]Announcement, error) {
	rows, err := r.Query(ctx, `
		SELECT slug, title, body, pinned, published_on, attachments
		FROM announcements
		WHERE shown AND coalesce(shown_from <= now(), true) AND coalesce(shown_until > now(), true)
		ORDER BY pinned DESC, published_on DESC, slug LIMIT $1`, n)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Announcement])
}

func insertAnnouncement(ctx context.Context, tx *audit.Tx, a Announcement) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO announcements (slug, title, body, pinned, published_on) VALUES ($1, $2, $3, $4, $5)`,
		a.Slug, a.Title, a.Body, a.Pinned, a.PublishedOn)
	return err
}
