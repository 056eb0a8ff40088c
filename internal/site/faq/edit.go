package faq

import (
	"context"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
	"portal/internal/site/position"
)

// Editable is an entry as its editor sees it.
type Editable struct {
	Entry
	Shown bool
}

// Everything lists all entries, hidden ones too, in the order of the page.
// Public: the caller has asked for the right to edit.
func Everything(ctx context.Context, r db.Reader) ([]Editable, error) {
	return selectEverything(ctx, r)
}

// AllGroups lists the groups without their entries. Public: see Everything.
func AllGroups(ctx context.Context, r db.Reader) ([]Group, error) { return selectGroups(ctx, r) }

// Put adds or replaces an entry within tx. A new one stands last in its group.
func Put(ctx context.Context, tx *audit.Tx, e Editable) error { return upsertEntry(ctx, tx, e) }

// PutGroup adds or renames a group within tx. A new one stands last.
func PutGroup(ctx context.Context, tx *audit.Tx, g Group) error { return upsertGroup(ctx, tx, g) }

// Place puts entries into the order of slugs within tx.
func Place(ctx context.Context, tx *audit.Tx, slugs []string) error {
	return position.Put(ctx, tx, "faq_entries", slugs)
}

// PlaceGroups puts the groups into the order of slugs within tx.
func PlaceGroups(ctx context.Context, tx *audit.Tx, slugs []string) error {
	return position.Put(ctx, tx, "faq_groups", slugs)
}
