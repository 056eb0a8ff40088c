package richtext

import (
	"reflect"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"portal/internal/text/markdown"
)

// way is how marks are written.
type way struct{ strong, em string }

// ways are tried in this order until a line renders to what it shall be.
var ways = []way{{"**", "*"}, {"**", "_"}, {"__", "*"}, {"", ""}}

// line is runs as Markdown.
func line(runs []run) string {
	for _, w := range ways {
		s := spell(runs, w)
		if comesThrough(s, runs) {
			return s
		}
	}
	return escape(textOf(runs), true)
}

// comesThrough reports whether s renders to runs.
func comesThrough(s string, runs []run) bool {
	got := treeOf(clean(markdown.HTML(s)))
	return len(got) == 1 && got[0].kind == paragraph && reflect.DeepEqual(bare(got[0].runs), bare(runs))
}

// bare is runs with addresses as they are rendered.
func bare(runs []run) []run {
	out := make([]run, len(runs))
	for i, r := range runs {
		out[i] = run{leaf: r.leaf, text: r.text, src: r.src}
		for _, w := range r.path {
			w.href = address(w.href)
			out[i].path = append(out[i].path, w)
		}
	}
	return out
}

func textOf(runs []run) string {
	var b strings.Builder
	for _, r := range runs {
		if r.leaf == lineBreak {
			b.WriteByte(' ')
		}
		b.WriteString(r.text)
	}
	return b.String()
}

// token is a piece of a line: text, or a mark that opens or closes.
type token struct {
	text    string
	opens   bool
	closes  bool
	literal bool // text that stands as it is
}

func spell(runs []run, w way) string {
	var tokens []token
	var open []wrap
	closeTo := func(n int) {
		for ; len(open) > n; open = open[:len(open)-1] {
			tokens = append(tokens, w.close(open[len(open)-1]))
		}
	}
	for _, r := range runs {
		closeTo(common(open, r.path))
		for _, p := range r.path[len(open):] {
			tokens = append(tokens, w.open(p))
			open = append(open[:len(open):len(open)], p)
		}
		tokens = append(tokens, r.token(len(tokens) == 0 || tokens[len(tokens)-1].text == "\\\n"))
	}
	closeTo(0)
	return assemble(tokens)
}

func (w way) open(p wrap) token {
	switch p.mark {
	case strong:
		return token{text: w.strong, opens: true}
	case em:
		return token{text: w.em, opens: true}
	default:
		return token{text: "[", literal: true}
	}
}

func (w way) close(p wrap) token {
	switch p.mark {
	case strong:
		return token{text: w.strong, closes: true}
	case em:
		return token{text: w.em, closes: true}
	default:
		title := ""
		if p.title != "" {
			title = ` "` + strings.ReplaceAll(escape(strings.Join(strings.Fields(p.title), " "), false), `"`, `\"`) + `"`
		}
		return token{text: "](" + address(p.href) + title + ")", literal: true}
	}
}

func (r run) token(first bool) token {
	switch r.leaf {
	case lineBreak:
		return token{text: "\\\n", literal: true}
	case image:
		return token{text: "![" + escape(r.text, false) + "](" + r.src + ")", literal: true}
	case codeSpan:
		ticks := strings.Repeat("`", longest(r.text, '`')+1)
		pad := ""
		if strings.HasPrefix(r.text, "`") || strings.HasSuffix(r.text, "`") {
			pad = " "
		}
		return token{text: ticks + pad + r.text + pad + ticks, literal: true}
	default:
		return token{text: escape(r.text, first)}
	}
}

// assemble joins tokens. A letter beside a mark that would not count as one
// there (Thai has no spaces, and **(1)**ก is no bold) is written by its number.
func assemble(tokens []token) string {
	kept := tokens[:0]
	for _, t := range tokens {
		if t.text != "" {
			kept = append(kept, t)
		}
	}
	for i, t := range kept {
		if t.opens && i > 0 && !kept[i-1].opens {
			before := &kept[i-1]
			last, n := utf8.DecodeLastRuneInString(before.text)
			if !before.literal && !before.closes && letter(last) && (t.text[0] == '_' || !letter(first(kept, i, 1))) {
				before.text = before.text[:len(before.text)-n] + entity(last)
			}
		}
		if t.closes && i+1 < len(kept) && !kept[i+1].closes {
			after := &kept[i+1]
			next, n := utf8.DecodeRuneInString(after.text)
			if !after.literal && !after.opens && letter(next) && (t.text[0] == '_' || !letter(first(kept, i, -1))) {
				after.text = entity(next) + after.text[n:]
			}
		}
	}
	var b strings.Builder
	for _, t := range kept {
		b.WriteString(t.text)
	}
	return b.String()
}

// first is the character nearest to the marks at i, to the right or the left.
func first(tokens []token, i, step int) rune {
	for ; i >= 0 && i < len(tokens); i += step {
		if tokens[i].opens || tokens[i].closes {
			continue
		}
		r, _ := utf8.DecodeRuneInString(tokens[i].text)
		if step < 0 {
			r, _ = utf8.DecodeLastRuneInString(tokens[i].text)
		}
		return r
	}
	return ' '
}

func letter(r rune) bool { return !unicode.IsSpace(r) && !unicode.IsPunct(r) && !unicode.IsSymbol(r) }

var (
	marks     = regexp.MustCompile("[\\\\`*_\\[\\]<]")
	reference = regexp.MustCompile(`&(#?[0-9A-Za-z]+;)`)
	opening   = regexp.MustCompile(`^([#>+\-=~:|])`)
	numbering = regexp.MustCompile(`^(\d{1,9})([.)])`)
)

// escape is s so that Markdown takes none of it for a mark; first says that it
// begins a line.
func escape(s string, first bool) string {
	s = marks.ReplaceAllString(s, `\$0`)
	s = reference.ReplaceAllString(s, `\&$1`)
	if first {
		s = opening.ReplaceAllString(s, `\$1`)
		s = numbering.ReplaceAllString(s, `$1\$2`)
	}
	return s
}

// address is href as it may stand between round brackets.
func address(href string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(href) {
		switch {
		case c <= ' ' || c >= 0x7f || strings.IndexByte("<>\"`[]{}|^", c) >= 0:
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		case strings.IndexByte(`()\`, c) >= 0:
			b.Write([]byte{'\\', c})
		default:
			b.WriteByte(c)
		}
	}
	return reference.ReplaceAllString(b.String(), `\&$1`)
}
