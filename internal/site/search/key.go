package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// Letters of Thai that keys treat in their own way.
const (
	saraAe, saraE   = 'แ', 'เ'
	saraAm, saraAa  = 'ำ', 'า'
	nikhahit        = '\u0e4d'
	lakkhangyao     = 'ๅ'
	paiyannoi       = 'ฯ'
	phinthu         = '\u0e3a'
	maitaikhu       = '\u0e47'
	maiEk, maiChat  = '\u0e48', '\u0e4b'
	thanthakhat     = '\u0e4c'
	yamakkan        = '\u0e4e'
	firstOfThai     = '\u0e00'
	lastThaiLetter  = '\u0e4d'
	firstThaiDigit  = '๐'
	lastThaiDigit   = '๙'
	thaiBit         = 0x80
	space, lineFeed = ' ', '\n'
)

// span is a part of a text, in bytes.
type span struct{ from, to int }

// clean is text as it can be shown and searched: valid UTF-8, composed, with
// no control characters but line feeds.
func clean(text string) string {
	text = norm.NFC.String(strings.ToValidUTF8(text, " "))
	return strings.Map(func(r rune) rune {
		switch {
		case r == lineFeed:
			return r
		case unicode.IsControl(r):
			return space
		default:
			return r
		}
	}, text)
}

// keyMaker builds a key letter by letter.
type keyMaker struct {
	tones bool
	key   []byte
	at    []span
	gap   byte // separator seen since the last letter; 0 for none
}

// loose is the form in which texts are searched, a byte for each letter: no
// tone marks, no spaces beside Thai letters, one spelling of each vowel, lower
// case, Arabic digits. at says where in text, which is clean, each letter stands.
func loose(text string) (key []byte, at []span) { return makeKey(text, false) }

// strict is loose with tone marks, each behind its vowel. It ranks those who
// spell alike before the others.
func strict(text string) []byte {
	key, _ := makeKey(text, true)
	return key
}

func makeKey(text string, tones bool) ([]byte, []span) {
	m := keyMaker{tones: tones, key: make([]byte, 0, len(text)/2), at: make([]span, 0, len(text)/2)}
	for i, r := range text {
		m.add(r, span{i, i + utf8.RuneLen(r)})
	}
	return m.key, m.at
}

func (m *keyMaker) add(r rune, at span) {
	switch {
	case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
		m.letter(byte(r), at) // #nosec G115 -- ASCII
	case r >= 'A' && r <= 'Z':
		m.letter(byte(r)+'a'-'A', at)
	case r == lineFeed:
		m.gap = lineFeed
	case r >= firstThaiDigit && r <= lastThaiDigit:
		m.letter(byte('0'+r-firstThaiDigit), at)
	case r == paiyannoi || r == phinthu || r == yamakkan || unicode.Is(unicode.Cf, r):
		// as if it were not there
	case r >= maitaikhu && r <= thanthakhat:
		if m.tones {
			m.letter(thaiByte(r), at)
		}
	case r > firstOfThai && r <= lastThaiLetter && unicode.In(r, unicode.L, unicode.M):
		m.thai(r, at)
	default:
		m.other(r, at)
	}
}

func thaiByte(r rune) byte { return byte(r-firstOfThai) | thaiBit } // #nosec G115 -- Thai is 128 characters

// thai adds a Thai letter; what two keys may have typed becomes one.
func (m *keyMaker) thai(r rune, at span) {
	if r == lakkhangyao {
		r = saraAa
	}
	last := len(m.key) - 1
	joined := last >= 0 && m.gap == 0
	switch {
	case r == saraE && joined && m.key[last] == thaiByte(saraE):
		m.key[last], m.at[last].to = thaiByte(saraAe), at.to
	case r == saraAa && joined && m.key[last] == thaiByte(nikhahit):
		m.key[last], m.at[last].to = thaiByte(saraAm), at.to
	case r == saraAa && joined && last >= 1 && isTone(m.key[last]) && m.key[last-1] == thaiByte(nikhahit):
		m.key[last-1], m.key[last], m.at[last].to = m.key[last], thaiByte(saraAm), at.to
	case joined && isTone(m.key[last]) && unicode.Is(unicode.M, r) && r != nikhahit: // the vowel belongs before the tone
		m.letter(m.key[last], at)
		m.key[last] = thaiByte(r)
	default:
		m.letter(thaiByte(r), at)
	}
}

func isTone(b byte) bool { return b >= thaiByte(maiEk) && b <= thaiByte(maiChat) }

// other folds full width and accents away; what is then no letter separates.
func (m *keyMaker) other(r rune, at span) {
	if folded := width.LookupRune(r).Folded(); folded != 0 && folded <= unicode.MaxASCII {
		m.add(folded, at)
		return
	}
	if base, _ := utf8.DecodeRuneInString(norm.NFD.String(string(r))); unicode.IsLetter(r) && base <= unicode.MaxASCII {
		m.add(base, at)
		return
	}
	if m.gap == 0 {
		m.gap = space
	}
}

// letter keeps a space only between two Latin words or a word and a number:
// Thai has none between words, and telephone numbers have them anywhere.
func (m *keyMaker) letter(b byte, at span) {
	if n := len(m.key); n > 0 && m.gap != 0 {
		if m.gap == lineFeed || m.key[n-1] < thaiBit && b < thaiBit && !(digit(m.key[n-1]) && digit(b)) {
			m.key = append(m.key, m.gap)
			m.at = append(m.at, span{at.from, at.from})
		}
	}
	m.gap = 0
	m.key = append(m.key, b)
	m.at = append(m.at, at)
}

func digit(b byte) bool { return b >= '0' && b <= '9' }
