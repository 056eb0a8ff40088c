package ratelimit

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/db"
)

// take moves free_at on by what one costs, unless that is further ahead than the
// limit's whole time. Requests for the same row go through it one by one; who is
// refused writes nothing. The database's clock counts, whatever the servers' say.
func take(ctx context.Context, keep db.Bookkeeper, k key, r Rate) (wait time.Duration, err error) {
	rows, err := keep.Query(ctx, `
		WITH taken AS (
			INSERT INTO rate_limits AS r (key, free_at) VALUES ($1, statement_timestamp() + $2::interval)
			ON CONFLICT (key) DO UPDATE SET free_at = greatest(r.free_at, statement_timestamp()) + $2::interval
			WHERE greatest(r.free_at, statement_timestamp()) + $2::interval <= statement_timestamp() + $3::interval
			RETURNING free_at)
		SELECT CASE WHEN EXISTS (SELECT FROM taken) THEN interval '0' ELSE greatest(interval '1 millisecond',
			(SELECT free_at FROM rate_limits WHERE key = $1) + $2::interval - $3::interval - statement_timestamp()) END`,
		k[:], r.every(), r.In)
	if err != nil {
		return 0, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[time.Duration])
}

// cleanAtOnce is how many rows one statement removes.
const cleanAtOnce = 10_000

// deleteFree looks for the rows once, as an array: IN lets the planner look again
// for each row of the table when statistics taken in the middle of a flood say
// that there are none, and then nothing ends in time.
func deleteFree(ctx context.Context, keep db.Bookkeeper) (removed int, err error) {
	for {
		tag, err := keep.Exec(ctx, `
			DELETE FROM rate_limits WHERE key = ANY (ARRAY(
				SELECT key FROM rate_limits WHERE free_at < statement_timestamp() LIMIT $1 FOR UPDATE SKIP LOCKED))`, cleanAtOnce)
		removed += int(tag.RowsAffected())
		if err != nil || tag.RowsAffected() < cleanAtOnce {
			return removed, err
		}
	}
}
