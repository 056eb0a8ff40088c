package banner

import (
	"context"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
	"portal/internal/site/position"
)

// Editable is a banner as its editor sees it.
type Editable struct {
	Banner
	Shown      bool
	ShownFrom  *time.Time // nil: at once
	ShownUntil *time.Time // nil: for ever
}

// Everything lists all banners, hidden ones too, in order. Public: the caller
// has asked for the right to edit.
func Everything(ctx context.Context, r db.Reader) ([]Editable, error) {
	return selectEverything(ctx, r)
}

// Put adds or replaces a banner within tx; a new one stands last. Its pictures
// must be stored already.
func Put(ctx context.Context, tx *audit.Tx, b Editable) error { return upsertBanner(ctx, tx, b) }

// Place puts the banners into the order of slugs within tx.
func Place(ctx context.Context, tx *audit.Tx, slugs []string) error {
	return position.Put(ctx, tx, "banners", slugs)
}
