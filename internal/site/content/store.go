package content

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/kit/db"
)

// Pool is where content is read from and where its changes are heard.
type Pool = *pgxpool.Pool

func selectStamp(ctx context.Context, r db.Reader) (string, error) {
	rows, err := r.Query(ctx, `SELECT content_stamp()`)
	if err != nil {
		return "", err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[string])
}

// selectNext is how long it takes until something appears or ends by its own
// date, by the database's clock; nil if nothing does.
func selectNext(ctx context.Context, r db.Reader) (*time.Duration, error) {
	rows, err := r.Query(ctx, `
		SELECT min(at) - now() FROM (
			SELECT shown_from AS at FROM announcements WHERE shown
			UNION ALL SELECT shown_until FROM announcements WHERE shown
			UNION ALL SELECT shown_from FROM banners WHERE shown
			UNION ALL SELECT shown_until FROM banners WHERE shown) dates
		WHERE at > now()`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[*time.Duration])
}

// selectPublished lists the files that stand in what visitors can read, in every
// size.
func selectPublished(ctx context.Context, r db.Reader) ([]string, error) {
	rows, err := r.Query(ctx, `SELECT encode(sha256, 'hex') FROM begun_files`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
