// Package place keeps the order that editors give to the rows of a content
// table: a column position, counted from one.
package position

import (
	"context"

	"portal/internal/kit/audit"
)

// Put numbers the rows of table, which has columns slug and position, in the
// order of slugs within tx. Rows that slugs does not name stay where they are.
func Put(ctx context.Context, tx *audit.Tx, table string, slugs []string) error {
	_, err := tx.Exec(ctx, `
		UPDATE `+table+` t SET position = o.n
		FROM unnest($1::text[]) WITH ORDINALITY AS o (slug, n) WHERE t.slug = o.slug AND t.position <> o.n`, slugs)
	return err
}
