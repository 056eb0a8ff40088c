package manual

import (
	"context"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
	"portal/internal/site/position"
)

// Editable is a manual as its editor sees it.
type Editable struct {
	Manual
	Shown bool
}

// Everything lists all manuals, hidden ones too, in the order of the page.
// Public: the caller has asked for the right to edit.
func Everything(ctx context.Context, r db.Reader) ([]Editable, error) {
	return selectEverything(ctx, r)
}

// Put adds or replaces a manual within tx; a new one stands last in its group.
// If its document changes, the one before is kept among the earlier ones. The
// file must be stored already; its name there is the manual's.
func Put(ctx context.Context, tx *audit.Tx, m Editable) error { return upsertManual(ctx, tx, m) }

// Place puts manuals into the order of slugs within tx.
func Place(ctx context.Context, tx *audit.Tx, slugs []string) error {
	return position.Put(ctx, tx, "manuals", slugs)
}
