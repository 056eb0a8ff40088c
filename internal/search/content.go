package search

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"portal/internal/announcement"
	"portal/internal/db"
	"portal/internal/faq"
	"portal/internal/manual"
	"portal/internal/markdown"
	"portal/internal/page"
	"portal/internal/settings"
	"portal/internal/thaidate"
)

// Sources are where the content comes from: what visitors may read, and
// nothing else.
type Sources struct {
	FAQ           *faq.Service
	Pages         *page.Service
	Manuals       *manual.Service
	Announcements *announcement.Service
	Settings      *settings.Service
}

// Service searches.
type Service struct {
	from    Sources
	db      db.Reader
	now     func() time.Time
	counter counter
	making  sync.Mutex // held by whoever makes an index
	last    atomic.Pointer[snapshot]
}

// snapshot is the content as it was at one time.
type snapshot struct {
	docs     []Document
	index    *index
	site     settings.Site
	featured []Document
	stamp    string
	madeAt   time.Time
}

// New returns a Service that reads from r and counts through keep.
func New(from Sources, r db.Reader, keep db.Bookkeeper, now func() time.Time) *Service {
	return &Service{from: from, db: r, now: now, counter: counter{keep: keep, counts: map[countKey]count{}}}
}

// madeAgainAfter is how long an index is kept at most: what has a date of its
// own appears and ends without a write.
const madeAgainAfter = time.Minute

// content is the last snapshot, or the first.
func (s *Service) content(ctx context.Context) (*snapshot, error) {
	if c := s.last.Load(); c != nil {
		return c, nil
	}
	if err := s.Refresh(ctx); err != nil {
		return nil, err
	}
	return s.last.Load(), nil
}

// Refresh makes the index again if the content has changed. Public: no actor.
func (s *Service) Refresh(ctx context.Context) error {
	s.making.Lock()
	defer s.making.Unlock()
	stamp, err := selectStamp(ctx, s.db)
	if err != nil {
		return err
	}
	if c := s.last.Load(); c != nil && c.stamp == stamp && s.now().Sub(c.madeAt) < madeAgainAfter {
		return nil
	}
	return s.make(ctx, stamp)
}

// Rebuild makes the index again. Public: no actor.
func (s *Service) Rebuild(ctx context.Context) error {
	s.making.Lock()
	defer s.making.Unlock()
	stamp, err := selectStamp(ctx, s.db)
	if err != nil {
		return err
	}
	return s.make(ctx, stamp)
}

// make takes the stamp from before reading: what is written meanwhile makes
// another.
func (s *Service) make(ctx context.Context, stamp string) error {
	site, err := s.from.Settings.Site(ctx)
	if err != nil {
		return err
	}
	docs, err := s.documents(ctx, site)
	if err != nil {
		return err
	}
	c := &snapshot{docs: docs, site: site, stamp: stamp, madeAt: s.now()}
	if last := s.last.Load(); last != nil && slices.Equal(last.docs, docs) {
		c.index = last.index
	} else {
		c.index = newIndex(docs)
	}
	for _, d := range docs {
		if d.Featured {
			c.featured = append(c.featured, d)
		}
	}
	s.last.Store(c)
	return nil
}

// Site is the site's settings as they were when the index was made, for a page
// that asks nothing of the database. Public: no actor.
func (s *Service) Site(ctx context.Context) (settings.Site, error) {
	c, err := s.content(ctx)
	if err != nil {
		return settings.Site{}, err
	}
	return c.site, nil
}

// MostRead lists the questions most read. Public: no actor.
func (s *Service) MostRead(ctx context.Context) ([]Document, error) {
	c, err := s.content(ctx)
	if err != nil {
		return nil, err
	}
	return c.featured, nil
}

// documents reads all that visitors may read.
func (s *Service) documents(ctx context.Context, site settings.Site) ([]Document, error) {
	groups, err1 := s.from.FAQ.Groups(ctx)
	pages, err2 := s.from.Pages.All(ctx)
	manuals, err3 := s.from.Manuals.All(ctx)
	news, err4 := s.from.Announcements.Latest(ctx, announcement.Most)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return nil, err
	}
	var docs []Document
	for _, g := range groups {
		for _, e := range g.Entries {
			docs = append(docs, Document{Kind: Question, Slug: e.Slug, Title: e.Question, Context: g.Title,
				Path: "/backend/faq#" + e.Slug, Text: markdown.Text(e.Answer), Markdown: e.Answer, Featured: e.Featured})
		}
	}
	for _, p := range pages {
		docs = append(docs, sections(p)...)
	}
	for _, m := range manuals {
		docs = append(docs, Document{Kind: Manual, Slug: m.Slug, Title: m.Title,
			Path: "/backend/manual#manual-" + m.Slug, Text: "สำหรับ" + m.Audience.Name() + " ลงวันที่ " + thaidate.Date(m.IssuedOn)})
	}
	for _, a := range news {
		docs = append(docs, Document{Kind: Announcement, Slug: a.Slug, Title: a.Title,
			Path: "/backend/announcement#" + a.Slug, Text: markdown.Text(a.Body), Markdown: a.Body})
	}
	return append(docs, contact(site.Contact)...), nil
}

// sections are the parts of a page that an address can lead to. The first is
// the page itself.
func sections(p page.Page) []Document {
	var docs []Document
	for i, part := range markdown.Sections(p.Body) {
		d := Document{Kind: Page, Slug: p.Slug, Title: part.Heading, Context: p.Title, Path: p.Path() + "#" + part.ID, Text: part.Text}
		if i == 0 {
			d.Title, d.Context, d.Path, d.Text = p.Title, "", p.Path(), p.Description+"\n"+part.Text
		}
		docs = append(docs, d)
	}
	return docs
}

func contact(c settings.Contact) []Document {
	const page = "ติดต่อเรา"
	return []Document{
		{Kind: Contact, Slug: "center", Title: c.Center, Context: page, Path: "/backend/contact#center",
			Text: "สอบถามการใช้งาน แจ้งปัญหา และขอรับรหัส Token โทรศัพท์ " + c.CenterTel + " อีเมล " + c.Email},
		{Kind: Contact, Slug: "office", Title: "ที่ตั้งสำนักงาน", Context: page, Path: "/backend/contact#office",
			Text: c.Owner + " " + c.Address + " โทรศัพท์ " + c.Telephone + " โทรสาร " + c.Fax + " อีเมล " + c.Email},
	}
}
