// Package content keeps all that visitors may read in memory, as it was at one
// moment, and follows its changes: a commit says so itself (LISTEN/NOTIFY), and
// what has a date of its own is read again at that time. While the database is
// away the last copy goes on, and a server that starts then takes the one it
// keeps on disk.
package content

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"portal/internal/kit/db"
	"portal/internal/site/announcement"
	"portal/internal/site/banner"
	"portal/internal/site/faq"
	"portal/internal/site/file"
	"portal/internal/site/manual"
	"portal/internal/site/page"
	"portal/internal/site/settings"
	"portal/internal/text/thaidate"
)

// Content is what visitors may read, at one moment. It is never changed once
// made, by those who get it neither.
type Content struct {
	Stamp         string    // its version
	ReadAt        time.Time // by this server's clock
	Ends          time.Time // when something appears or ends by its own date
	Site          settings.Site
	Banners       []banner.Banner
	Announcements []announcement.Announcement // pinned first, then the newest
	FAQ           []faq.Group
	Featured      []faq.Entry // the questions most read
	Manuals       []manual.Manual
	Pages         []page.Page
	Files         map[string]bool           // SHA-256 (hex) of the files named by it
	Sizes         map[string][]file.Variant // of the pictures among Files
}

// Page is the text page that has slug.
func (c *Content) Page(slug string) (page.Page, bool) {
	for _, p := range c.Pages {
		if p.Slug == slug {
			return p, true
		}
	}
	return page.Page{}, false
}

// Service keeps the content.
type Service struct {
	pool Pool
	file string // on disk; "" for none
	now  func() time.Time

	reading sync.Mutex // held by whoever reads or tells of it
	heirs   []func(*Content)
	last    atomic.Pointer[Content]
	inStep  atomic.Int64 // when the database last said that last is current, Unix milliseconds
	away    atomic.Bool
	heard   atomic.Uint64 // commits that said so
	kept    *Content      // what the copy on disk holds; Keep's own
	ofDisk  atomic.Bool   // last is what the disk held, and nobody has confirmed it
}

// New returns a Service that reads from pool and keeps a copy in file, if that
// has a name.
func New(pool Pool, file string, now func() time.Time) *Service {
	return &Service{pool: pool, file: file, now: now}
}

// OnChange has fn told of each new content, before New's first. Public: the
// server's own.
func (s *Service) OnChange(fn func(*Content)) {
	s.reading.Lock()
	defer s.reading.Unlock()
	s.heirs = append(s.heirs, fn)
}

// Last is the content as it was last read; nil before the first time. Public:
// no actor.
func (s *Service) Last() *Content { return s.last.Load() }

// Current is the content as it was last read; the first time it is read now.
// Public: no actor.
func (s *Service) Current(ctx context.Context) (*Content, error) {
	if c := s.last.Load(); c != nil {
		return c, nil
	}
	if err := s.Refresh(ctx); err != nil {
		return nil, err
	}
	return s.last.Load(), nil
}

// Age is how long ago the database last confirmed the content; ok is false
// while it does so all the time. Public: no actor.
func (s *Service) Age() (age time.Duration, ok bool) {
	if !s.away.Load() {
		return 0, false
	}
	return max(0, s.now().Sub(time.UnixMilli(s.inStep.Load()))), true
}

// Confirmed is when the database last said that the content is current; zero
// before the first time. Public: no actor.
func (s *Service) Confirmed() time.Time {
	if at := s.inStep.Load(); at != 0 {
		return time.UnixMilli(at)
	}
	return time.Time{}
}

// Heard is how many notifications of the database have come. Public: no actor.
func (s *Service) Heard() uint64 { return s.heard.Load() }

// OfDisk reports whether the content is the copy on disk, which nobody has
// confirmed yet. Public: no actor.
func (s *Service) OfDisk() bool { return s.ofDisk.Load() }

// Source says where the content came from. Public: no actor.
func (s *Service) Source() string {
	if s.ofDisk.Load() {
		return "the copy on disk"
	}
	return "memory"
}

// Refresh reads the content if another version of it was committed, or if its
// time has come. Public: no actor.
func (s *Service) Refresh(ctx context.Context) error {
	s.reading.Lock()
	defer s.reading.Unlock()
	if c := s.last.Load(); c != nil && (c.Ends.IsZero() || s.now().Before(c.Ends)) {
		stamp, err := selectStamp(ctx, s.pool)
		if err != nil {
			return err
		}
		if stamp == c.Stamp {
			s.confirm()
			return nil
		}
	}
	c, err := s.read(ctx)
	if err != nil {
		return err
	}
	s.confirm()
	s.use(c)
	return nil
}

// confirm notes that the content is as the database has it.
func (s *Service) confirm() {
	s.inStep.Store(s.now().UnixMilli())
	s.ofDisk.Store(false)
}

func (s *Service) use(c *Content) {
	s.last.Store(c)
	for _, fn := range s.heirs {
		fn(c)
	}
}

// read reads everything from one snapshot of the database.
func (s *Service) read(ctx context.Context) (c *Content, err error) {
	now := s.now()
	err = db.Consistent(ctx, s.pool, func(r db.Reader) error {
		c, err = Read(ctx, r, now)
		return err
	})
	return c, err
}

// Read reads everything through r, which should be one transaction. Public: an
// editor's preview reads what is not published yet from the editor's own.
func Read(ctx context.Context, r db.Reader, now time.Time) (c *Content, err error) {
	c = &Content{ReadAt: now}
	if c.Stamp, err = selectStamp(ctx, r); err != nil {
		return nil, err
	}
	if c.Site, err = settings.New(r).Site(ctx); err != nil {
		return nil, err
	}
	if c.Banners, err = banner.New(r).Shown(ctx); err != nil {
		return nil, err
	}
	if c.Announcements, err = announcement.New(r).Latest(ctx, announcement.Most); err != nil {
		return nil, err
	}
	if c.FAQ, err = faq.New(r).Groups(ctx); err != nil {
		return nil, err
	}
	if c.Featured, err = c.mostRead(ctx, r); err != nil {
		return nil, err
	}
	if c.Manuals, err = manual.New(r).All(ctx); err != nil {
		return nil, err
	}
	if c.Pages, err = page.New(r).All(ctx); err != nil {
		return nil, err
	}
	if err = c.readFiles(ctx, r); err != nil {
		return nil, err
	}
	return c, c.readDates(ctx, r)
}

func (c *Content) readFiles(ctx context.Context, r db.Reader) error {
	files, err := selectPublished(ctx, r)
	if err != nil {
		return err
	}
	c.Files = make(map[string]bool, len(files))
	for _, f := range files {
		c.Files[f] = true
	}
	c.Sizes, err = file.New(r, nil).Variants(ctx, files)
	return err
}

// What readers say is counted over so many days, and anew so often.
const (
	countedDays = 90
	countedMost = 5
	countedAnew = time.Hour
)

// mostRead are the questions that editors chose or, if they left it to the
// readers, those that helped most. Nobody has said so at first: then it is the
// chosen ones too.
func (c *Content) mostRead(ctx context.Context, r db.Reader) ([]faq.Entry, error) {
	if c.Site.Landing.CountedFAQ {
		counted, err := faq.New(r).MostHelpful(ctx, countedMost, c.ReadAt.AddDate(0, 0, -countedDays))
		if err != nil || len(counted) > 0 {
			return counted, err
		}
	}
	return faq.New(r).Featured(ctx)
}

func (c *Content) readDates(ctx context.Context, r db.Reader) error {
	next, err := selectNext(ctx, r)
	if err != nil {
		return err
	}
	// The year stands at the foot of every page.
	c.Ends = time.Date(c.ReadAt.In(thaidate.Bangkok).Year()+1, 1, 1, 0, 0, 0, 0, thaidate.Bangkok)
	if c.Site.Landing.CountedFAQ {
		c.Ends = c.ReadAt.Add(countedAnew)
	}
	if next != nil && *next < c.Ends.Sub(c.ReadAt) {
		c.Ends = c.ReadAt.Add(*next)
	}
	return nil
}
