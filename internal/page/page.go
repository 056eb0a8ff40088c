// Package page holds the public pages that are one long text: the guideline,
// the background and the policies. Anyone may read them.
package page

import (
	"context"
	"time"

	"portal/internal/audit"
	"portal/internal/db"
)

// Page is one text page.
type Page struct {
	Slug        string
	Title       string
	Description string // one sentence for search engines and shared links
	Body        string // Markdown
	UpdatedAt   time.Time
}

// Service answers questions about pages.
type Service struct{ db db.Reader }

// New returns a Service that reads from r.
func New(r db.Reader) *Service { return &Service{r} }

// BySlug returns one page, or a NotFound problem. Public: no actor.
func (s *Service) BySlug(ctx context.Context, slug string) (Page, error) {
	return selectPage(ctx, s.db, slug)
}

// Add adds a page within tx; UpdatedAt is the transaction's time.
func Add(ctx context.Context, tx *audit.Tx, p Page) error { return insertPage(ctx, tx, p) }
