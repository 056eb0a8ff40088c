package staff

import (
	"context"

	"github.com/jackc/pgx/v5"

	"portal/internal/db"
)

func (q *listQuery) count(ctx context.Context, r db.Reader) (int, error) {
	return q.number(ctx, r, `SELECT count(*) FROM (`+q.branches(0)+`) t`, q.args...)
}

func (q *listQuery) number(ctx context.Context, r db.Reader, sql string, args ...any) (int, error) {
	rows, err := r.Query(ctx, sql, append([]any{pgx.QueryExecModeCacheDescribe}, args...)...)
	if err != nil {
		return 0, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[int])
}

// each reads all rows one by one.
func (q *listQuery) each(ctx context.Context, r db.Reader, give func(Listed) error) error {
	rows, err := r.Query(ctx, `WITH hit AS (`+q.branches(0)+`) SELECT `+listedSQL+`
		FROM hit JOIN staff s ON s.id = sid LEFT JOIN memberships m ON m.id = mid LEFT JOIN agencies a ON a.id = m.agency_id
		ORDER BY hit.name, sid, mid`, append([]any{pgx.QueryExecModeCacheDescribe}, q.args...)...)
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
