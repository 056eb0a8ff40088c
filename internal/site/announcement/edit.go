package announcement

import (
	"context"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
)

// Editable is an announcement as its editor sees it.
type Editable struct {
	Announcement
	Shown      bool
	ShownFrom  *time.Time // nil: at once
	ShownUntil *time.Time // nil: for ever
}

// Everything lists all announcements, hidden ones too, the newest first.
// Public: the caller has asked for the right to edit.
func Everything(ctx context.Context, r db.Reader) ([]Editable, error) {
	return selectEverything(ctx, r)
}

// Put adds or replaces an announcement within tx.
func Put(ctx context.Context, tx *audit.Tx, a Editable) error { return upsertAnnouncement(ctx, tx, a) }
