package page

import (
	"context"
	"fmt"

	"portal/internal/kit/audit"
)

func updatePage(ctx context.Context, tx *audit.Tx, p Page) error {
	tag, err := tx.Exec(ctx, `UPDATE pages SET title = $2, description = $3, body = $4, updated_at = now() WHERE slug = $1`,
		p.Slug, p.Title, p.Description, p.Body)
	if err == nil && tag.RowsAffected() == 0 {
		return fmt.Errorf("page: there is no %s", p.Slug)
	}
	return err
}
