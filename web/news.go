package web

import (
	"encoding/xml"
	"slices"
	"strings"
	"time"

	"portal/internal/site/announcement"
	"portal/internal/site/content"
	"portal/internal/site/manual"
	"portal/internal/text/markdown"
	"portal/internal/text/thaidate"
	"portal/templates/layout"
)

// inFeed is how many entries the feed has at most.
const inFeed = 50

// The Atom feed (RFC 4287).
type (
	atomFeed struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Lang    string      `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
		Base    string      `xml:"http://www.w3.org/XML/1998/namespace base,attr"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		Updated string      `xml:"updated"`
		Author  string      `xml:"author>name"`
		Links   []atomLink  `xml:"link"`
		Entries []atomEntry `xml:"entry"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr,omitempty"`
		Href string `xml:"href,attr"`
	}
	atomText struct {
		Type string `xml:"type,attr"`
		Text string `xml:",chardata"`
	}
	atomEntry struct {
		ID        string     `xml:"id"`
		Title     string     `xml:"title"`
		Updated   string     `xml:"updated"`
		Published string     `xml:"published"`
		Links     []atomLink `xml:"link"`
		Content   atomText   `xml:"content"`
		at        time.Time
	}
)

// feed is the news for feed readers: announcements and manuals, the newest first.
func (s *Server) feed(c *content.Content) ([]byte, error) {
	f := s.atom(c.Announcements[:min(inFeed, len(c.Announcements))], c.Manuals)
	f.Author = c.Site.Contact.Owner
	text, err := xml.MarshalIndent(f, "", " ")
	return append([]byte(xml.Header), text...), err
}

func (s *Server) atom(news []announcement.Announcement, manuals []manual.Manual) atomFeed {
	base := s.cfg.BaseURL
	f := atomFeed{
		Lang: "th", Base: base + "/", ID: s.tag("feed"), Title: "ประกาศข่าวสารและคู่มือใหม่ | " + layout.ShortName,
		Links: []atomLink{
			{"self", "application/atom+xml", base + "/backend/feed.atom"},
			{"alternate", "text/html", base + "/backend/announcement"},
		},
	}
	for _, a := range news {
		f.Entries = append(f.Entries, atomOf(s.tag("announcement/"+a.Slug), a.Title, base+"/backend/announcement#"+a.Slug,
			markdown.HTML(a.Body), a.PublishedOn))
	}
	for _, m := range manuals {
		// A new version of a manual is news of its own: its file makes the id.
		e := atomOf(s.tag("manual/"+m.Slug+"/"+m.File[:min(16, len(m.File))]), m.Title, base+"/backend/manual#manual-"+m.Slug,
			"<p>คู่มือสำหรับ"+m.Audience.Name()+" ลงวันที่ "+thaidate.Date(m.IssuedOn)+"</p>", m.IssuedOn)
		e.Links = append(e.Links, atomLink{"enclosure", "application/pdf", base + "/backend/file/" + m.File + "?download"})
		f.Entries = append(f.Entries, e)
	}
	slices.SortStableFunc(f.Entries, func(a, b atomEntry) int { return b.at.Compare(a.at) })
	f.Entries = f.Entries[:min(inFeed, len(f.Entries))]
	f.Updated = atomTime(time.Time{})
	if len(f.Entries) > 0 {
		f.Updated = f.Entries[0].Updated
	}
	return f
}

func atomOf(id, title, link, html string, day time.Time) atomEntry {
	return atomEntry{ID: id, Title: title, Updated: atomTime(day), Published: atomTime(day), at: day,
		Links: []atomLink{{"alternate", "text/html", link}}, Content: atomText{"html", html}}
}

// atomTime is the beginning of a day in Bangkok. An empty feed is as old as the
// first portal.
func atomTime(day time.Time) string {
	if day.IsZero() {
		day = time.Date(2021, 10, 23, 0, 0, 0, 0, time.UTC)
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, thaidate.Bangkok).Format(time.RFC3339)
}

// tag names something for ever (RFC 4151), wherever it is shown.
func (s *Server) tag(what string) string {
	host, _, _ := strings.Cut(s.host, ":")
	return "tag:" + host + ",2026:" + what
}
