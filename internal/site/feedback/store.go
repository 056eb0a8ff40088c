package feedback

import (
	"context"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/db"
)

// addVote adds one to the day's count if there is such a question.
func addVote(ctx context.Context, keep db.Bookkeeper, slug, day string, helpful bool) (known bool, err error) {
	tag, err := keep.Exec(ctx, `
		INSERT INTO faq_votes (slug, day, helpful, useless)
		SELECT slug, $2::text::date, $3::bool::int, (NOT $3)::int FROM faq_entries WHERE slug = $1
		ON CONFLICT (slug, day) DO UPDATE
		SET helpful = faq_votes.helpful + excluded.helpful, useless = faq_votes.useless + excluded.useless`,
		slug, day, helpful)
	return tag.RowsAffected() > 0, err
}

func selectVotes(ctx context.Context, r db.Reader, since string) ([]Votes, error) {
	rows, err := r.Query(ctx, `
		SELECT e.slug, e.question, sum(v.helpful)::int AS helpful, sum(v.useless)::int AS useless
		FROM faq_votes v JOIN faq_entries e ON e.slug = v.slug
		WHERE v.day >= $1::text::date
		GROUP BY e.slug, e.question
		ORDER BY sum(v.useless) - sum(v.helpful) DESC, sum(v.useless) DESC, e.slug`, since)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Votes])
}
