package announcement

import (
	"context"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
)

func selectEverything(ctx context.Context, r db.Reader) ([]Editable, error) {
	rows, err := r.Query(ctx, `
		SELECT slug, title, body, pinned, published_on, shown, shown_from, shown_until, attachments
		FROM announcements ORDER BY pinned DESC, published_on DESC, slug LIMIT $1`, 10*Most)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Editable])
}

func upsertAnnouncement(ctx context.Context, tx *audit.Tx, a Editable) error {
	if a.Attachments == nil {
		a.Attachments = []Attachment{}
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO announcements (slug, title, body, pinned, published_on, shown, shown_from, shown_until, attachments)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (slug) DO UPDATE SET title = $2, body = $3, pinned = $4, published_on = $5, shown = $6,
			shown_from = $7, shown_until = $8, attachments = $9`,
		a.Slug, a.Title, a.Body, a.Pinned, a.PublishedOn, a.Shown, a.ShownFrom, a.ShownUntil, a.Attachments)
	return err
}
