// Package search finds anything that visitors may read: questions, sections of
// the text pages, manuals, announcements, ways to reach us. It keeps an index
// in memory (docs/adr/0005-search.md) and counts what is asked for, so that
// editors learn which question is missing.
package search

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"

	"portal/internal/text/keyboard"
)

// Kind is what a document is.
type Kind string

// The kinds, in the order in which equals are shown.
const (
	Question     Kind = "faq"
	Page         Kind = "page"
	Manual       Kind = "manual"
	Announcement Kind = "announcement"
	Contact      Kind = "contact"
)

// Kinds lists every kind.
var Kinds = []Kind{Question, Page, Manual, Announcement, Contact}

var kindNames = map[Kind]string{
	Question: "คำถามที่พบบ่อย", Page: "หน้าข้อมูล", Manual: "คู่มือ", Announcement: "ประกาศข่าวสาร", Contact: "ติดต่อเรา",
}

// Name is the kind's heading, in Thai.
func (k Kind) Name() string { return kindNames[k] }

// Document is one thing that can be found.
type Document struct {
	Kind     Kind
	Slug     string
	Title    string
	Context  string // where it stands: the page's title, the group of questions
	Path     string // with the anchor
	Text     string // without markup
	Markdown string // the whole of it, where it can be opened in place
	Featured bool   // among the most read
}

// How says how a question was understood.
type How int

// The ways, best first.
const (
	Nothing      How = iota // nothing was asked, or nothing found
	Exact                   // every word as it is, but for tone marks
	OtherLayout             // as the same keys give it in the other language
	WithSlip                // with one letter different
	PartOfPhrase            // what shares the most with it
)

// Limits of a question, and of the answers shown.
const (
	MaxQuery  = 100 // characters
	maxTerms  = 8
	firstFew  = 6  // of each kind
	allOfKind = 50 // of the one kind asked for
)

// Result is what was found.
type Result struct {
	Query  string // as it was understood
	How    How
	Total  int
	Groups []Group // the best first
}

// Group is what was found of one kind.
type Group struct {
	Kind  Kind
	Total int
	Hits  []Hit // the best ones
}

// Hit is a document found.
type Hit struct {
	Document
	Marker
}

// Clip is a question cut to what is looked at: clean, without spaces around
// it, at most MaxQuery characters.
func Clip(query string) string {
	query = strings.Join(strings.Fields(clean(query)), " ")
	n := 0
	for i := range query {
		if n == MaxQuery {
			return strings.TrimSpace(query[:i])
		}
		n++
	}
	return query
}

// Find answers a question, with all kinds or one. It asks the database only
// until the content was read once. Public: no actor.
func (s *Service) Find(ctx context.Context, query string, only Kind) (Result, error) {
	c, err := s.content(ctx)
	if err != nil {
		return Result{}, err
	}
	return c.index.find(query, only), nil
}

func (x *index) find(query string, only Kind) Result {
	query = Clip(query)
	for _, try := range []struct {
		how   How
		query string
		find  func(string) []found
	}{
		{Exact, query, x.exactly},
		{OtherLayout, otherLayout(query), x.exactly},
		{WithSlip, query, x.withSlip},
		{OtherLayout, otherLayout(query), x.withSlip},
		{PartOfPhrase, query, x.partly},
		{OtherLayout, otherLayout(query), x.partly},
	} {
		if list := try.find(try.query); len(list) > 0 {
			return arrange(list, try.how, try.query, only)
		}
	}
	return Result{Query: query}
}

// otherLayout is query as the same keys give it in the other language; "" for
// a question in both.
func otherLayout(query string) string {
	thai := strings.ContainsFunc(query, func(r rune) bool { return unicode.Is(unicode.Thai, r) })
	latin := strings.ContainsFunc(query, func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' })
	switch {
	case thai && latin:
		return ""
	case thai:
		return keyboard.English(query)
	default:
		return keyboard.Thai(query)
	}
}

func (x *index) exactly(query string) []found { return x.ask(query, false) }

func (x *index) withSlip(query string) []found { return x.ask(query, true) }

func (x *index) ask(query string, slip bool) []found {
	if t := terms(query); len(t) > 0 {
		return x.all(t, slip)
	}
	return nil
}

func (x *index) partly(query string) []found {
	key, _ := loose(query)
	return x.part(key)
}

// terms are the words of a question.
func terms(query string) []term {
	var list []term
	for _, word := range strings.Fields(query) {
		key, _ := loose(word)
		known := slices.ContainsFunc(list, func(t term) bool { return string(t.loose) == string(key) })
		if len(key) > 0 && !known && len(list) < maxTerms {
			list = append(list, term{key, strict(word)})
		}
	}
	return list
}

// arrange groups what was found, the group with the best answer first.
func arrange(list []found, how How, query string, only Kind) Result {
	slices.SortStableFunc(list, func(a, b found) int { return cmp.Compare(b.score, a.score) })
	r := Result{Query: query, How: how, Total: len(list)}
	most := firstFew
	if only != "" {
		most = allOfKind
	}
	for _, f := range list {
		if only != "" && f.entry.Kind != only {
			continue
		}
		i := slices.IndexFunc(r.Groups, func(g Group) bool { return g.Kind == f.entry.Kind })
		if i < 0 {
			r.Groups = append(r.Groups, Group{Kind: f.entry.Kind})
			i = len(r.Groups) - 1
		}
		g := &r.Groups[i]
		g.Total++
		if len(g.Hits) < most {
			g.Hits = append(g.Hits, Hit{f.entry.Document, Marker{f.patterns, how == WithSlip || how == OtherLayout}})
		}
	}
	return r
}
