package search

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/db"
)

// addCounts adds to the days' counts, a bounded number of new questions a day,
// and clears away what is older than before.
func addCounts(ctx context.Context, keep db.Bookkeeper, counts map[countKey]count, before time.Time) error {
	var days, terms []string
	var searches, misses []int
	for k, n := range counts {
		days, terms = append(days, k.day), append(terms, k.term)
		searches, misses = append(searches, n.searches), append(misses, n.misses)
	}
	_, err := keep.Exec(ctx, `
		WITH old AS (DELETE FROM search_terms WHERE day < $5::timestamptz::date),
		room AS (SELECT day, $6 - count(*) AS left FROM search_terms WHERE day = ANY ($1::text[]::date[]) GROUP BY day),
		asked AS (
			SELECT n.*, k.day IS NOT NULL AS known,
				row_number() OVER (PARTITION BY n.day, k.day IS NULL ORDER BY n.searches DESC, n.term) AS place
			FROM unnest($1::text[]::date[], $2::text[], $3::int[], $4::int[]) AS n (day, term, searches, misses)
			LEFT JOIN search_terms k ON k.day = n.day AND k.term = n.term)
		INSERT INTO search_terms (day, term, searches, misses)
		SELECT day, term, searches, misses FROM asked LEFT JOIN room USING (day)
		WHERE known OR place <= coalesce(room.left, $6)
		ORDER BY day, term
		ON CONFLICT (day, term) DO UPDATE
		SET searches = search_terms.searches + excluded.searches, misses = search_terms.misses + excluded.misses`,
		days, terms, searches, misses, before, mostInADay)
	return err
}

func selectTotals(ctx context.Context, r db.Reader, since string) (searches, empty int, err error) {
	rows, err := r.Query(ctx, `
		SELECT coalesce(sum(searches), 0)::int AS searches, coalesce(sum(searches) FILTER (WHERE term = ''), 0)::int AS empty
		FROM search_terms WHERE day >= $1::text::date`, since)
	if err != nil {
		return 0, 0, err
	}
	type totals struct{ Searches, Empty int }
	t, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[totals])
	return t.Searches, t.Empty, err
}

// selectTerms lists the questions most asked, or those most asked in vain.
func selectTerms(ctx context.Context, r db.Reader, since string, missed bool, most int) ([]Term, error) {
	rows, err := r.Query(ctx, `
		SELECT term, sum(searches)::int AS searches, sum(misses)::int AS misses, max(day)::timestamptz AS last_day
		FROM search_terms WHERE day >= $1::text::date AND term <> ''
		GROUP BY term HAVING NOT $2 OR sum(misses) > 0
		ORDER BY CASE WHEN $2 THEN sum(misses) ELSE sum(searches) END DESC, term LIMIT $3`, since, missed, most)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Term])
}
