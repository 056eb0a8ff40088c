package search

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Part is a piece of a text; Found says that it is what was searched for.
type Part struct {
	Text  string
	Found bool
}

// Marker finds in a text what was searched for.
type Marker struct {
	patterns [][]byte
	slip     bool
}

// MarkerOf marks the words of query as they are, but for tone marks.
func MarkerOf(query string) Marker {
	var m Marker
	for _, t := range terms(query) {
		m.patterns = append(m.patterns, t.loose)
	}
	return m
}

// Parts is text in pieces, the found ones marked.
func (m Marker) Parts(text string) []Part {
	text = clean(text)
	var parts []Part
	last := 0
	for _, s := range m.spans(text) {
		if s.from > last {
			parts = append(parts, Part{text[last:s.from], false})
		}
		parts = append(parts, Part{text[s.from:s.to], true})
		last = s.to
	}
	if last < len(text) {
		parts = append(parts, Part{text[last:], false})
	}
	return parts
}

// spans are where text, which is clean, has what was searched for: ascending
// and apart. None cuts a letter from the signs above and below it.
func (m Marker) spans(text string) []span {
	key, at := loose(text)
	var list []span
	for _, p := range m.patterns {
		for from := 0; from < len(key); {
			s, ok := m.next(key[from:], p)
			if !ok {
				break
			}
			list = append(list, whole(text, span{at[from+s.from].from, at[from+s.to-1].to}))
			from += s.to
		}
	}
	slices.SortFunc(list, func(a, b span) int { return a.from - b.from })
	var apart []span
	for _, s := range list {
		if n := len(apart); n > 0 && s.from <= apart[n-1].to {
			apart[n-1].to = max(apart[n-1].to, s.to)
		} else {
			apart = append(apart, s)
		}
	}
	return apart
}

func (m Marker) next(key, pattern []byte) (span, bool) {
	if i := bytes.Index(key, pattern); i >= 0 {
		return span{i, i + len(pattern)}, true
	}
	if !m.slip || len(pattern) < slipFrom {
		return span{}, false
	}
	return findSlip(key, pattern)
}

// whole widens s until it begins with a letter and holds all its signs.
func whole(text string, s span) span {
	for s.from > 0 {
		r, _ := utf8.DecodeRuneInString(text[s.from:])
		if !sign(r) {
			break
		}
		_, n := utf8.DecodeLastRuneInString(text[:s.from])
		s.from -= n
	}
	for s.to < len(text) {
		r, n := utf8.DecodeRuneInString(text[s.to:])
		if !sign(r) {
			break
		}
		s.to += n
	}
	return s
}

// sign reports whether r stands on the letter before it.
func sign(r rune) bool { return unicode.Is(unicode.Mn, r) || r == saraAm }

// Length of an excerpt, in bytes: about two lines of Thai.
const (
	excerptBefore = 120
	excerptLength = 480
)

// Excerpt is the part of text around the first thing found.
func (m Marker) Excerpt(text string) []Part {
	text = strings.Join(strings.Fields(clean(text)), " ")
	from := 0
	if spans := m.spans(text); len(spans) > 0 && spans[0].from > excerptBefore {
		from = breakNear(text, spans[0].from-excerptBefore)
	}
	to := len(text)
	if to-from > excerptLength {
		to = breakNear(text, from+excerptLength)
	}
	parts := m.Parts(text[from:to])
	if from > 0 {
		parts = append([]Part{{Text: "… "}}, parts...)
	}
	if to < len(text) {
		parts = append(parts, Part{Text: " …"})
	}
	return parts
}

// breakNear is a good place to cut text at or shortly behind i: behind a
// space, or at least before a letter.
func breakNear(text string, i int) int {
	const look = 60
	for i < len(text) && !utf8.RuneStart(text[i]) {
		i++
	}
	if len(text)-i <= look {
		return len(text)
	}
	if n := strings.IndexByte(text[i:min(len(text), i+look)], ' '); n >= 0 {
		return i + n + 1
	}
	for i < len(text) {
		r, n := utf8.DecodeRuneInString(text[i:])
		if !sign(r) && !follows(r) {
			break
		}
		i += n
	}
	return i
}

// follows reports whether r is a vowel that stands behind its letter.
func follows(r rune) bool {
	return r == 'ะ' || r == saraAa || r == saraAm || r == 'ๆ' || r == paiyannoi
}
