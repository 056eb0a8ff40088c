// Package settings holds the words and addresses that stand on every page:
// contact, social channels, and the short texts of the landing page.
package settings

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
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
	CenterFor string // what the center is for
	CenterNot string // who asks elsewhere
	Follow    string // heading of the social channels at the foot of each page
	Social    []Link
	Copyright string // the line at the foot of each page, with {ปี} for the year it is
}

// Link is a named address.
type Link struct{ Name, URL string }

// Duty is one duty of an agency's staff, on the landing page.
type Duty struct{ Icon, Title, Text string } // Icon names a Lucide icon

// Step is one step of the first sign-in, on the landing page.
type Step struct{ Title, Text string }

// Part is a part of the landing page.
type Part struct {
	Slug  string // one of the constants below
	Off   bool   // left out
	Title string // its heading
	Lead  string // a sentence beside the heading or, for the banners, in their place; or ""
}

// The parts of the landing page that have words of their own, in their order.
const (
	PartBanners    = "banners"
	PartNews       = "news"
	PartDuties     = "duties"
	PartSteps      = "steps"
	PartFAQ        = "faq"
	PartManuals    = "manuals"
	PartBackground = "background"
)

// Part is the part named slug: as it was edited or, if nobody did, as it began.
func (l Landing) Part(slug string) Part {
	for _, parts := range [][]Part{l.Parts, Initial.Landing.Parts} {
		for _, p := range parts {
			if p.Slug == slug {
				return p
			}
		}
	}
	return Part{Slug: slug, Off: true}
}

// Landing is the landing page's own words.
type Landing struct {
	Parts      []Part
	CountedFAQ bool // the FAQ part shows what helped readers most, not what editors chose
	Duties     []Duty
	Steps      []Step
	Background string // short version of the background
}

// Site is all of it.
type Site struct {
	Contact  Contact
	Landing  Landing
	Headings []Heading
}

// Service answers questions about the settings.
type Service struct{ db db.Reader }

// New returns a Service that reads from r.
func New(r db.Reader) *Service { return &Service{r} }

// Site returns the settings as they stand. Public: no actor.
func (s *Service) Site(ctx context.Context) (Site, error) { return selectSite(ctx, s.db) }

// Current returns the settings within r, so that an editor's transaction can
// look at them. Public: the caller has asked for the right to edit.
func Current(ctx context.Context, r db.Reader) (Site, error) { return selectSite(ctx, r) }

// Put replaces the settings within tx.
func Put(ctx context.Context, tx *audit.Tx, s Site) error { return upsertSite(ctx, tx, s) }

// complete has the words of Initial where settings were stored before they could
// be edited.
func (c Contact) complete() Contact {
	if c.CenterFor == "" {
		c.CenterFor, c.CenterNot = Initial.Contact.CenterFor, Initial.Contact.CenterNot
	}
	c.Follow = cmp.Or(c.Follow, Initial.Contact.Follow)
	c.Copyright = cmp.Or(c.Copyright, Initial.Contact.Copyright)
	return c
}

// CopyrightLine is the line at the foot of each page, in year (B.E.).
func (c Contact) CopyrightLine(year int) string {
	return strings.ReplaceAll(c.Copyright, "{ปี}", strconv.Itoa(year))
}

// Add stores the first settings within tx.
func Add(ctx context.Context, tx *audit.Tx, s Site) error { return insertSite(ctx, tx, s) }
