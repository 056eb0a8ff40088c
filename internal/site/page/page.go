// Package page holds the public pages that are one long text: the guideline,
// the background and the policies. Anyone may read them.
package page

import (
	"context"
	"strings"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
)

// Page is one text page.
type Page struct {
	Slug        string
	Title       string
	Description string // one sentence for search engines and shared links
	Body        string // Markdown
	UpdatedAt   time.Time
}

// Path is the page's address.
func (p Page) Path() string {
	if policy, ok := strings.CutPrefix(p.Slug, "policy-"); ok {
		return "/backend/policy/" + policy
	}
	return "/backend/" + p.Slug
}

// Service answers questions about pages.
type Service struct{ db db.Reader }

// New returns a Service that reads from r.
func New(r db.Reader) *Service { return &Service{r} }

// BySlug returns one page, or a NotFound problem. Public: no actor.
func (s *Service) BySlug(ctx context.Context, slug string) (Page, error) {
	return selectPage(ctx, s.db, slug)
}

// All lists the pages. Public: no actor.
func (s *Service) All(ctx context.Context) ([]Page, error) { return selectPages(ctx, s.db) }

// Add adds a page within tx; UpdatedAt is the transaction's time.
func Add(ctx context.Context, tx *audit.Tx, p Page) error { return insertPage(ctx, tx, p) }
