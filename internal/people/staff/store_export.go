package staff

import (
	"context"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/db"
	"portal/internal/kit/listing"
)

func (q *listQuery) count(ctx context.Context, r db.Reader) (int, error) {
	with, hits := q.everything()
	rows, err := r.Query(ctx, with+` SELECT count(*) FROM (`+hits+`) t`, q.Args...)
	if err != nil {
		return 0, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[int])
}

// each reads all rows one by one.
func (q *listQuery) each(ctx context.Context, r db.Reader, give func(Listed) error) error {
	with, hits := q.everything()
	rows, err := r.Query(ctx, with+` SELECT `+listedSQL+` FROM (`+hits+`) page `+joinedSQL+`
		ORDER BY `+order.By(listing.Cursor{}, "page"), q.Args...)
	if err != nil {
		return err
	}
	return listing.Each(rows, pgx.RowToStructByName[Listed], give)
}
