package richtext

import (
	"regexp"
	"strconv"

	"golang.org/x/net/html"
)

type kind int

const (
	paragraph kind = iota
	heading
	list
	item
	quote
	code
	table
	row
	cell
	rule
)

// block is a part of a text. Paragraphs, headings and cells hold runs, code
// holds text, the others hold blocks.
type block struct {
	kind    kind
	level   int // of a heading
	ordered bool
	start   int    // of an ordered list
	loose   bool   // a list whose items are paragraphs
	align   string // of a cell
	runs    []run
	text    string
	kids    []*block
}

// reader collects the blocks of one element.
type reader struct {
	blocks []*block
	runs   []run
	para   bool // the runs stand in a paragraph of their own
}

// treeOf is the text in root, in order and without what stands for nothing.
func treeOf(root *html.Node) []*block {
	var r reader
	r.children(root, nil)
	r.flush()
	return join(r.blocks)
}

// flush ends the paragraph. An empty line divides it.
func (r *reader) flush() {
	for _, runs := range paragraphs(r.runs) {
		r.blocks = append(r.blocks, &block{kind: paragraph, runs: runs, loose: r.para})
	}
	r.runs = nil
}

func (r *reader) add(b *block) {
	r.flush()
	r.blocks = append(r.blocks, b)
}

func (r *reader) children(n *html.Node, path []wrap) {
	for c := range n.ChildNodes() {
		r.node(c, path)
	}
}

// emptyLines stand before and after a code block's text.
var emptyLines = regexp.MustCompile(`\A(?:[ \t]*\n)+|\s+\z`)

func (r *reader) node(n *html.Node, path []wrap) {
	if n.Type == html.TextNode {
		r.runs = append(r.runs, run{path: path, text: n.Data})
		return
	}
	switch n.Data {
	case "h1", "h2", "h3", "h4", "h5", "h6":
		level := max(2, int(n.Data[1]-'0'))
		if runs := oneLine(n, path); len(runs) > 0 {
			r.add(&block{kind: heading, level: level, runs: runs})
		}
	case "p", "div", "li", "caption":
		r.flush()
		outer := r.para
		r.para = n.Data == "p"
		r.children(n, path)
		r.flush()
		r.para = outer
	case "ul", "ol":
		r.list(n, path)
	case "blockquote":
		if kids := within(n, path); len(kids) > 0 {
			r.add(&block{kind: quote, kids: kids})
		}
	case "pre":
		if s := emptyLines.ReplaceAllString(printable(text(n)), ""); s != "" {
			r.add(&block{kind: code, text: s})
		}
	case "hr":
		r.add(&block{kind: rule})
	case "table":
		r.table(n, path)
	default:
		r.inline(n, path)
	}
}

func (r *reader) inline(n *html.Node, path []wrap) {
	switch n.Data {
	case "br":
		r.runs = append(r.runs, run{path: path, leaf: lineBreak})
	case "img":
		r.picture(n, path)
	case "code":
		r.runs = append(r.runs, run{path: path, leaf: codeSpan, text: text(n)})
	case "strong", "b":
		r.children(n, with(path, wrap{mark: strong}))
	case "em", "i":
		r.children(n, with(path, wrap{mark: em}))
	case "a":
		if href := safeLink(attr(n, "href")); href != "" {
			path = with(path, wrap{mark: link, href: href, title: printable(attr(n, "title"))})
		}
		r.children(n, path)
	case "figcaption":
		if !hasPicture(n.Parent) { // else it is the picture's alternative text
			r.children(n, path)
		}
	default:
		r.children(n, path)
	}
}

func (r *reader) list(n *html.Node, path []wrap) {
	b := &block{kind: list, ordered: n.Data == "ol", start: 1}
	if s, err := strconv.Atoi(attr(n, "start")); err == nil && s >= 0 && s <= 999_999 && b.ordered {
		b.start = s
	}
	for c := range n.ChildNodes() {
		kids := within2(c, path)
		switch {
		case len(kids) == 0:
		case c.Data != "li" && len(b.kids) > 0: // a list beside its item, as old editors nest
			last := b.kids[len(b.kids)-1]
			last.kids = join(append(last.kids, kids...))
		default:
			b.kids = append(b.kids, &block{kind: item, kids: kids})
		}
	}
	if len(b.kids) > 0 {
		b.loose = loose(b)
		r.add(b)
	}
}

// within is what n holds.
func within(n *html.Node, path []wrap) []*block {
	var r reader
	r.children(n, path)
	r.flush()
	return join(r.blocks)
}

// within2 is what n is, or holds when it is an item.
func within2(n *html.Node, path []wrap) []*block {
	if n.Type == html.ElementNode && n.Data == "li" {
		return within(n, path)
	}
	var r reader
	r.node(n, path)
	r.flush()
	return join(r.blocks)
}

// loose reports whether the list's items are to be paragraphs: they were, or
// hold what cannot follow a line of text at once.
func loose(b *block) bool {
	apart := len(b.kids) > 1
	was := false
	for _, it := range b.kids {
		apart = apart || len(it.kids) > 1
		for i, kid := range it.kids {
			was = was || kid.kind == paragraph && kid.loose
			if i > 0 && (kid.kind != list || kid.ordered && kid.start != 1) {
				return true
			}
		}
	}
	return was && apart
}

// join puts neighbours together that Markdown cannot tell apart.
func join(blocks []*block) []*block {
	var out []*block
	for _, b := range blocks {
		if n := len(out); n > 0 && b.kind == quote && out[n-1].kind == quote {
			out[n-1].kids = join(append(out[n-1].kids, b.kids...))
			continue
		}
		out = append(out, b)
	}
	return out
}

// table reads rows; a table without a row of headings takes its first for it.
func (r *reader) table(n *html.Node, path []wrap) {
	b := &block{kind: table}
	for tr := range n.Descendants() {
		if tr.Data != "tr" || tr.Type != html.ElementNode || nearest(tr, "table") != n {
			continue
		}
		line := &block{kind: row}
		for c := range tr.ChildNodes() {
			if c.Data == "td" || c.Data == "th" {
				line.kids = append(line.kids, &block{kind: cell, align: attr(c, "align"), runs: oneLine(c, path)})
			}
		}
		if len(line.kids) > 0 {
			b.kids = append(b.kids, line)
		}
	}
	r.flush()
	for c := range n.ChildNodes() {
		if c.Data == "caption" {
			r.node(c, path)
		}
	}
	if even(b) {
		r.add(b)
	}
}

// even gives all rows as many cells, aligned as the first row's, and reports
// whether anything stands in them.
func even(b *block) bool {
	wide, full := 0, false
	for _, line := range b.kids {
		wide = max(wide, len(line.kids))
		for _, c := range line.kids {
			full = full || len(c.runs) > 0
		}
	}
	for _, line := range b.kids {
		for len(line.kids) < wide {
			line.kids = append(line.kids, &block{kind: cell})
		}
		for i, c := range line.kids {
			c.align = b.kids[0].kids[i].align
		}
	}
	return full
}

func nearest(n *html.Node, name string) *html.Node {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == name {
			return p
		}
	}
	return nil
}
