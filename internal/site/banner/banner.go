// Package banner holds the slides of the landing page. Anyone may see them.
package banner

import (
	"context"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
)

// Banner is one slide: words beside a picture, with a link.
type Banner struct {
	Slug        string
	Position    int
	Heading     string
	Text        string
	Link        string // own path, or https address; may be empty
	LinkText    string
	Alt         string // says what the picture shows
	ImageWide   string // SHA-256 (hex) of the file for wide screens
	ImageNarrow string // likewise for telephones
}

// Service answers questions about banners.
type Service struct{ db db.Reader }

// New returns a Service that reads from r.
func New(r db.Reader) *Service { return &Service{r} }

// Shown lists the banners on show now, in order. Public: no actor.
func (s *Service) Shown(ctx context.Context) ([]Banner, error) { return selectShown(ctx, s.db) }

// Add adds a banner within tx; its pictures must be stored already.
func Add(ctx context.Context, tx *audit.Tx, b Banner) error { return insertBanner(ctx, tx, b) }
