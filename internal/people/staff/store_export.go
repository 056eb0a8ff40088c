package staff

import (
	"context"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/db"
)

func (q *listQuery) count(ctx context.Context, r db.Reader) (int, error) {
	with, hits := q.everything()
	rows, err := r.Query(ctx, with+` SELECT count(*) FROM (`+hits+`) t`, q.args...)
	if err != nil {
		return 0, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[int])
}

// each reads all rows one by one.
func (q *listQuery) each(ctx context.Context, r db.Reader, give func(Listed) error) error {
	with, hits := q.everything()
	rows, err := r.Query(ctx, with+` SELECT `+listedSQL+` FROM (`+hits+`) page `+joinedSQL+`
		ORDER BY page.name, page.staff_id, page.membership_id`, q.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		l, err := pgx.RowToStructByName[Listed](rows)
		if err != nil {
			return err
		}
		if err := give(l); err != nil {
			return err
		}
	}
	return rows.Err()
}
