package search

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"portal/internal/kit/db"
	"portal/internal/site/content"
	"portal/internal/site/page"
	"portal/internal/site/settings"
	"portal/internal/text/markdown"
	"portal/internal/text/thaidate"
)

// Service searches.
type Service struct {
	contents *content.Service
	db       db.Reader
	now      func() time.Time
	counter  counter
	making   sync.Mutex // held by whoever makes an index
	last     atomic.Pointer[snapshot]
}

// snapshot is the content, ready to be searched.
type snapshot struct {
	of       *content.Content
	docs     []Document
	index    *index
	featured []Document
}

// New returns a Service that searches contents, reads from r and counts through
// keep.
func New(contents *content.Service, r db.Reader, keep db.Bookkeeper, now func() time.Time) *Service {
	return &Service{contents: contents, db: r, now: now, counter: counter{keep: keep, counts: map[countKey]count{}}}
}

// content is the content as it is now, ready to be searched.
func (s *Service) content(ctx context.Context) (*snapshot, error) {
	c, err := s.contents.Current(ctx)
	if err != nil {
		return nil, err
	}
	if last := s.last.Load(); last != nil && last.of == c {
		return last, nil
	}
	return s.make(c), nil
}

// Follow makes the index of a new content. Public: no actor.
func (s *Service) Follow(c *content.Content) { s.make(c) }

// make makes the index again unless the words are the same.
func (s *Service) make(c *content.Content) *snapshot {
	s.making.Lock()
	defer s.making.Unlock()
	last := s.last.Load()
	if last != nil && last.of == c {
		return last
	}
	made := &snapshot{of: c, docs: documents(c)}
	if last != nil && slices.Equal(last.docs, made.docs) {
		made.index = last.index
	} else {
		made.index = newIndex(made.docs)
	}
	for _, d := range made.docs {
		if d.Featured {
			made.featured = append(made.featured, d)
		}
	}
	s.last.Store(made)
	return made
}

// MostRead lists the questions most read. Public: no actor.
func (s *Service) MostRead(ctx context.Context) ([]Document, error) {
	c, err := s.content(ctx)
	if err != nil {
		return nil, err
	}
	return c.featured, nil
}

// documents are all that visitors may read.
func documents(c *content.Content) []Document {
	var docs []Document
	for _, g := range c.FAQ {
		for _, e := range g.Entries {
			docs = append(docs, Document{Kind: Question, Slug: e.Slug, Title: e.Question, Context: g.Title,
				Path: "/backend/faq#" + e.Slug, Text: markdown.Text(e.Answer), Markdown: e.Answer, Featured: e.Featured})
		}
	}
	for _, p := range c.Pages {
		docs = append(docs, sections(p)...)
	}
	for _, m := range c.Manuals {
		docs = append(docs, Document{Kind: Manual, Slug: m.Slug, Title: m.Title,
			Path: "/backend/manual#manual-" + m.Slug, Text: "สำหรับ" + m.Audience.Name() + " ลงวันที่ " + thaidate.Date(m.IssuedOn)})
	}
	for _, a := range c.Announcements {
		docs = append(docs, Document{Kind: Announcement, Slug: a.Slug, Title: a.Title,
			Path: "/backend/announcement#" + a.Slug, Text: markdown.Text(a.Body), Markdown: a.Body})
	}
	return append(docs, contact(c.Site.Contact)...)
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
