package settings

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
)

// selectSite returns Initial on an empty database: the frame of every page
// needs these words, seeded or not.
func selectSite(ctx context.Context, r db.Reader) (Site, error) {
	rows, err := r.Query(ctx, `SELECT value FROM settings WHERE key = 'site'`)
	if err != nil {
		return Site{}, err
	}
	site, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[Site])
	if errors.Is(err, pgx.ErrNoRows) {
		return Initial, nil
	}
	site.Contact = site.Contact.complete()
	return site, err
}

func insertSite(ctx context.Context, tx *audit.Tx, s Site) error {
	_, err := tx.Exec(ctx, `INSERT INTO settings (key, value) VALUES ('site', $1)`, s)
	return err
}

func upsertSite(ctx context.Context, tx *audit.Tx, s Site) error {
	_, err := tx.Exec(ctx, `INSERT INTO settings (key, value) VALUES ('site', $1) ON CONFLICT (key) DO UPDATE SET value = $1`, s)
	return err
}
