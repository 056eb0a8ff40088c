// Package settings holds the words and addresses that stand on every page:
// contact, social channels, and the short texts of the landing page.
package settings

import (
	"context"

	"portal/internal/audit"
	"portal/internal/db"
)

// Contact is how to reach the owner of the portal.
type Contact struct {
	Owner     string // full name of the agency that runs the portal
	Address   string
	MapLink   string // https
	Telephone string // as shown, with the country code
	Fax       string
	Email     string
	Center    string // name of the contact center
	CenterTel string // as shown, national
	Social    []Link
}

// Link is a named address.
type Link struct{ Name, URL string }

// Duty is one duty of an agency's staff, on the landing page.
type Duty struct{ Icon, Title, Text string } // Icon names a Lucide icon

// Step is one step of the first sign-in, on the landing page.
type Step struct{ Title, Text string }

// Landing is the landing page's own words.
type Landing struct {
	Duties     []Duty
	Steps      []Step
	Background string // short version of the background
}

// Site is all of it.
type Site struct {
	Contact Contact
	Landing Landing
}

// Service answers questions about the settings.
type Service struct{ db db.Reader }

// New returns a Service that reads from r.
func New(r db.Reader) *Service { return &Service{r} }

// Site returns the settings as they stand. Public: no actor.
func (s *Service) Site(ctx context.Context) (Site, error) { return selectSite(ctx, s.db) }

// Add stores the first settings within tx.
func Add(ctx context.Context, tx *audit.Tx, s Site) error { return insertSite(ctx, tx, s) }
