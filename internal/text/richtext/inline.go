package richtext

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

type mark int

const (
	strong mark = iota
	em
	link
)

// wrap is what text stands in.
type wrap struct {
	mark        mark
	href, title string
}

type leaf int

const (
	plain leaf = iota
	lineBreak
	codeSpan
	image
)

// run is a piece of a line with all that it stands in, outermost first.
type run struct {
	path []wrap
	leaf leaf
	text string // of a picture: its alternative text
	src  string
}

// with is path with w inside, once.
func with(path []wrap, w wrap) []wrap {
	if slices.ContainsFunc(path, func(p wrap) bool { return p.mark == w.mark }) {
		return path
	}
	return append(slices.Clone(path), w)
}

var ownPicture = regexp.MustCompile(`^/backend/file/[0-9a-f]{64}$`)

func (r *reader) picture(n *html.Node, path []wrap) {
	alt := attr(n, "alt")
	if alt == "" && n.Parent != nil && nearest(n, "figure") != nil {
		for c := range nearest(n, "figure").Descendants() {
			if c.Data == "figcaption" {
				alt = text(c)
			}
		}
	}
	alt = strings.Join(strings.Fields(printable(alt)), " ")
	src := attr(n, "src")
	if !ownPicture.MatchString(src) {
		r.runs = append(r.runs, run{path: path, text: alt})
		return
	}
	r.runs = append(r.runs, run{path: path, leaf: image, text: alt, src: src})
}

func hasPicture(n *html.Node) bool {
	for c := range n.Descendants() {
		if c.Data == "img" && ownPicture.MatchString(attr(c, "src")) {
			return true
		}
	}
	return false
}

// oneLine is all in n as one line: what a heading or a cell may hold.
func oneLine(n *html.Node, path []wrap) []run {
	var runs []run
	var collect func(blocks []*block)
	collect = func(blocks []*block) {
		for _, b := range blocks {
			runs = append(runs, run{text: " "})
			runs = append(runs, b.runs...)
			if b.kind == code {
				runs = append(runs, run{text: b.text})
			}
			collect(b.kids)
		}
	}
	collect(within(n, path))
	for i := range runs {
		if runs[i].leaf == lineBreak {
			runs[i] = run{path: runs[i].path, text: " "}
		}
	}
	return tidy(runs)
}

// paragraphs divides runs at empty lines and tidies each part.
func paragraphs(runs []run) [][]run {
	var parts [][]run
	from, breaks := 0, 0
	add := func(to int) {
		if part := tidy(runs[from:to]); len(part) > 0 {
			parts = append(parts, part)
		}
		from = to
	}
	for i, r := range runs {
		switch {
		case r.leaf == lineBreak:
			if breaks++; breaks == 2 {
				add(i)
			}
		case r.leaf != plain || strings.TrimFunc(r.text, space) != "":
			breaks = 0
		}
	}
	add(len(runs))
	return parts
}

func space(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' }

// printable is s without control characters, spaces of all kinds made plain.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\u2028' || r == '\u2029' || r == '\u0085' || r == '\r':
			return '\n'
		case r == '\ufeff' || unicode.IsControl(r) || r == unicode.ReplacementChar:
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, s)
}

// tidy folds spaces, keeps them out of marks' edges, drops what is empty, and
// joins equal neighbours.
func tidy(runs []run) []run {
	var out []run
	var gap *run // a space or line break still to come
	for _, r := range split(runs) {
		if r.leaf == lineBreak || r.leaf == plain && r.text == " " {
			if gap == nil || r.leaf == lineBreak && gap.leaf != lineBreak {
				gap = &run{path: r.path, leaf: r.leaf, text: r.text}
			} else {
				gap.path = gap.path[:common(gap.path, r.path)]
			}
			continue
		}
		if n := len(out); gap != nil && n > 0 {
			path := gap.path[:common(gap.path, out[n-1].path)]
			gap.path = path[:common(path, r.path)]
			out = push(out, *gap)
		}
		gap = nil
		out = push(out, r)
	}
	return out
}

func push(out []run, r run) []run {
	if n := len(out); n > 0 && r.leaf == out[n-1].leaf && (r.leaf == plain || r.leaf == codeSpan) && slices.Equal(r.path, out[n-1].path) {
		out[n-1].text += r.text
		return out
	}
	return append(out, r)
}

// split divides texts into words and single spaces.
func split(runs []run) []run {
	var out []run
	for _, r := range runs {
		switch r.leaf {
		case codeSpan:
			if r.text = strings.Join(strings.Fields(printable(r.text)), " "); r.text != "" {
				out = append(out, r)
			}
		case plain:
			rest := printable(r.text)
			for rest != "" {
				i := strings.IndexFunc(rest, space)
				switch {
				case i < 0:
					out = append(out, run{path: r.path, text: rest})
					rest = ""
				case i > 0:
					out = append(out, run{path: r.path, text: rest[:i]})
					rest = rest[i:]
				default:
					out = append(out, run{path: r.path, text: " "})
					rest = strings.TrimLeftFunc(rest, space)
				}
			}
		default:
			out = append(out, r)
		}
	}
	return out
}

// common is the number of marks that a and b share from outside.
func common(a, b []wrap) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

var ownAddress = regexp.MustCompile(`^(/([^/\\]|$)|#|https?://[^/]|mailto:|tel:)`)

// safeLink is an address that a link may lead to, or nothing.
func safeLink(href string) string {
	href = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, href))
	if !ownAddress.MatchString(strings.ToLower(href)) {
		return ""
	}
	return href
}
