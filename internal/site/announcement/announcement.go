// Package announcement holds the announcements on the landing page. Anyone may
// read them.
package announcement

import (
	"context"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
)

// Announcement is one piece of news.
type Announcement struct {
	Slug        string
	Title       string
	Body        string // Markdown
	Pinned      bool   // stands before the others
	PublishedOn time.Time
	Attachments []Attachment
}

// Attachment is a file that comes with an announcement.
type Attachment struct {
	File string `json:"file"` // SHA-256 (hex)
	Name string `json:"name"` // as the reader sees it
}

// Service answers questions about announcements.
type Service struct{ db db.Reader }

// New returns a Service that reads from r.
func New(r db.Reader) *Service { return &Service{r} }

// Most is how many announcements a page lists at most; older ones are history.
const Most = 500

// Latest lists at most n of the announcements on show now, pinned ones first, then the newest.
// Public: no actor.
func (s *Service) Latest(ctx context.Context, n int) ([]Announcement, error) {
	return selectLatest(ctx, s.db, n)
}

// Add adds an announcement within tx.
func Add(ctx context.Context, tx *audit.Tx, a Announcement) error {
	return insertAnnouncement(ctx, tx, a)
}
