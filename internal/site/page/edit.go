package page

import (
	"context"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
)

// Everything lists the pages within r, so that an editor's transaction can look
// at them. Public: the caller has asked for the right to edit.
func Everything(ctx context.Context, r db.Reader) ([]Page, error) { return selectPages(ctx, r) }

// Change replaces what a page says within tx; UpdatedAt becomes the
// transaction's time. It is an error if there is no such page: pages are not
// added by editors.
func Change(ctx context.Context, tx *audit.Tx, p Page) error { return updatePage(ctx, tx, p) }
