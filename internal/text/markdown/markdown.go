// Package markdown turns the Markdown of pages, answers and announcements into
// HTML that is safe to put into a page: raw HTML is dropped, links lead only to
// http, https, mailto and tel addresses or within the site.
package markdown

import (
	"bytes"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Heading is a heading of the second level.
type Heading struct{ ID, Text string }

var engine = goldmark.New(
	goldmark.WithExtensions(extension.NewTable(
		extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute), // the policy forbids style=
	)),
	goldmark.WithParserOptions(
		parser.WithAutoHeadingID(),
		parser.WithASTTransformers(util.Prioritized(tidy{}, 100)),
	),
)

// Picture is what a browser may choose from in place of one picture (HTML,
// srcset), and the size of the largest, in pixels.
type Picture struct {
	Sources       string
	Width, Height int
}

// Pictures are those that are known in several sizes, by their addresses.
type Pictures map[string]Picture

// HTML renders src with its pictures as they are.
func HTML(src string) string { return Pictures(nil).HTML(src) }

// HTML renders src for a page.
func (p Pictures) HTML(src string) string {
	var out bytes.Buffer
	doc := p.parse(src)
	if err := engine.Renderer().Render(&out, []byte(src), doc); err != nil {
		return "" // a bytes.Buffer does not fail
	}
	return out.String()
}

// Outline lists the headings of the second level, in order, with the ids that
// HTML gives them.
func Outline(src string) []Heading {
	var list []Heading
	doc := Pictures(nil).parse(src)
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		if !ok || h.Level != 2 {
			continue
		}
		id, _ := h.AttributeString("id")
		raw, _ := id.([]byte)
		list = append(list, Heading{ID: string(raw), Text: plain(h, []byte(src))})
	}
	return list
}

var pictures = parser.NewContextKey()

func (p Pictures) parse(src string) ast.Node {
	ctx := parser.NewContext(parser.WithIDs(&ids{used: map[string]bool{}}))
	ctx.Set(pictures, p)
	return engine.Parser().Parse(text.NewReader([]byte(src)), parser.WithContext(ctx))
}

// ids makes heading ids that keep Thai letters, vowels and tone marks.
type ids struct{ used map[string]bool }

func (s *ids) Generate(value []byte, _ ast.NodeKind) []byte {
	id := slug(string(value))
	for base, n := id, 2; s.used[id]; n++ {
		id = base + "-" + strconv.Itoa(n)
	}
	s.used[id] = true
	return []byte(id)
}

func (s *ids) Put(value []byte) { s.used[string(value)] = true }

// slug always begins with h-, so that no heading takes an id of the page's own.
func slug(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)
	})
	return strings.Join(append([]string{"h"}, words...), "-")
}

// tidy keeps the text inside the page's own order: its headings begin at the
// second level, and its links are of kinds that cannot run anything.
type tidy struct{}

func (tidy) Transform(doc *ast.Document, src text.Reader, ctx parser.Context) {
	known, _ := ctx.Get(pictures).(Pictures)
	var strange []*ast.AutoLink
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			n.Level = max(n.Level, 2)
		case *ast.Link:
			n.Destination = safe(n.Destination)
			if external(n.Destination) {
				n.SetAttributeString("rel", []byte("noopener external"))
			}
		case *ast.AutoLink:
			switch {
			case n.AutoLinkType != ast.AutoLinkURL:
			case !mayLead(n.URL(src.Source())):
				strange = append(strange, n)
			default:
				n.SetAttributeString("rel", []byte("noopener external"))
			}
		case *ast.Image:
			n.Destination = safe(n.Destination)
			known.set(n)
		}
		return ast.WalkContinue, nil
	})
	for _, n := range strange { // after the walk, which would lose its way
		words := ast.NewString(n.Label(src.Source()))
		words.SetRaw(true)
		n.Parent().ReplaceChild(n.Parent(), n, words)
	}
}

// inText is how wide a picture in a text is shown at most.
const inText = "(max-width: 48rem) 100vw, 46rem"

// set has the picture wait until it is scrolled to, keep its place meanwhile,
// and come in no larger a size than is shown.
func (p Pictures) set(n *ast.Image) {
	if p == nil { // for an editor or a feed reader
		return
	}
	n.SetAttributeString("loading", []byte("lazy"))
	n.SetAttributeString("decoding", []byte("async"))
	size, known := p[string(n.Destination)]
	if !known {
		return
	}
	n.SetAttributeString("srcset", []byte(size.Sources))
	n.SetAttributeString("sizes", []byte(inText))
	n.SetAttributeString("width", []byte(strconv.Itoa(size.Width)))
	n.SetAttributeString("height", []byte(strconv.Itoa(size.Height)))
}

// safe returns dest, or # when it is not an address we link to.
func safe(dest []byte) []byte {
	if mayLead(dest) && mayLead(written(dest)) {
		return dest
	}
	return []byte("#")
}

// written is dest as it will stand in the page: &colon; is a colon there.
func written(dest []byte) []byte { return util.URLEscape(dest, true) }

func mayLead(address []byte) bool {
	u, err := url.Parse(strings.TrimSpace(string(address)))
	return err == nil && slices.Contains([]string{"", "http", "https", "mailto", "tel"}, strings.ToLower(u.Scheme))
}

func external(dest []byte) bool {
	u, err := url.Parse(string(written(dest)))
	return err == nil && u.Host != ""
}
