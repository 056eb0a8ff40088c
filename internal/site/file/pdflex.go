package file

import (
	"bytes"
	"strconv"
)

// A pdfToken is a piece of a PDF's text (ISO 32000-1, 7.2).
type pdfToken struct {
	kind pdfKind
	text string // of a name, its escapes undone, or a keyword
	n    int    // of a whole number
}

type pdfKind int

const (
	pdfEnd pdfKind = iota
	pdfNumber
	pdfName
	pdfString
	pdfOpen  // [ or <<
	pdfClose // ] or >>
	pdfWord
)

func (t pdfToken) is(k pdfKind, text string) bool { return t.kind == k && t.text == text }

// pdfLexer reads tokens. It never fails: what is no PDF gives odd words.
type pdfLexer struct {
	b  []byte
	at int
}

func pdfSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func pdfDelimiter(c byte) bool { return bytes.IndexByte([]byte("()<>[]{}/%"), c) >= 0 }

// space passes over white space and comments.
func (l *pdfLexer) space() {
	for l.at < len(l.b) {
		switch c := l.b[l.at]; {
		case pdfSpace(c):
			l.at++
		case c == '%':
			for l.at < len(l.b) && l.b[l.at] != '\n' && l.b[l.at] != '\r' {
				l.at++
			}
		default:
			return
		}
	}
}

func (l *pdfLexer) next() pdfToken {
	l.space()
	if l.at >= len(l.b) {
		return pdfToken{kind: pdfEnd}
	}
	c := l.b[l.at]
	l.at++
	switch c {
	case '/':
		return pdfToken{kind: pdfName, text: unescapeName(l.run())}
	case '(':
		l.literal()
		return pdfToken{kind: pdfString}
	case '[':
		return pdfToken{kind: pdfOpen, text: "["}
	case ']':
		return pdfToken{kind: pdfClose, text: "]"}
	case '<', '>':
		if l.at < len(l.b) && l.b[l.at] == c {
			l.at++
			return pdfToken{kind: map[byte]pdfKind{'<': pdfOpen, '>': pdfClose}[c], text: string([]byte{c, c})}
		}
		if c == '<' {
			l.hex()
			return pdfToken{kind: pdfString}
		}
		return pdfToken{kind: pdfWord, text: ">"}
	case '{', '}', ')':
		return pdfToken{kind: pdfWord, text: string(rune(c))}
	}
	l.at--
	word := l.run()
	if n, err := strconv.Atoi(string(word)); err == nil {
		return pdfToken{kind: pdfNumber, n: n}
	}
	return pdfToken{kind: pdfWord, text: string(word[:min(len(word), 64)])}
}

// run takes regular characters.
func (l *pdfLexer) run() []byte {
	from := l.at
	for l.at < len(l.b) && !pdfSpace(l.b[l.at]) && !pdfDelimiter(l.b[l.at]) {
		l.at++
	}
	return l.b[from:l.at]
}

// literal passes over a string in brackets, which may hold pairs of them.
func (l *pdfLexer) literal() {
	for depth := 1; l.at < len(l.b); {
		c := l.b[l.at]
		l.at++
		switch c {
		case '\\':
			l.at = min(l.at+1, len(l.b))
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return
			}
		}
	}
}

func (l *pdfLexer) hex() {
	end := bytes.IndexByte(l.b[l.at:], '>')
	if end < 0 {
		l.at = len(l.b)
		return
	}
	l.at += end + 1
}

// unescapeName undoes #4A and the like, behind which names are hidden.
func unescapeName(b []byte) string {
	const most = 127 // no name is longer
	name := make([]byte, 0, min(len(b), most))
	for i := 0; i < len(b) && len(name) < most; i++ {
		if b[i] == '#' && i+2 < len(b) {
			if v, err := strconv.ParseUint(string(b[i+1:i+3]), 16, 8); err == nil {
				name = append(name, byte(v))
				i += 2
				continue
			}
		}
		name = append(name, b[i])
	}
	return string(name)
}
