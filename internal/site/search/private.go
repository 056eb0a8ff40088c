package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxWords is how much of a question is counted, in characters.
const maxWords = 60

// So many digits in a row may be a telephone or citizen number; so many Latin
// letters and digits may be a code.
const (
	privateDigits = 7
	privateCode   = 14
)

// words is a question as it is counted: what different people typed for the
// same words becomes one. ok is false if it may say something of a person.
func words(query string) (w string, ok bool) {
	w = clean(query)
	if private(w) {
		return "", false
	}
	w = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r):
			return -1
		case r >= firstThaiDigit && r <= lastThaiDigit:
			return '0' + r - firstThaiDigit
		case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsDigit(r):
			return unicode.ToLower(r)
		default:
			return ' '
		}
	}, w)
	w = norm.NFC.String(w) // small letters have composed forms that capitals lack
	w = strings.NewReplacer("เเ", "แ", "\u0e4dา", "ำ").Replace(w)
	w = cut(strings.Join(strings.Fields(w), " "), maxWords)
	return w, true
}

// private reports whether text looks as if it held an e-mail or web address, a
// telephone number, a citizen number or a code. Signs and spaces between
// digits do not matter.
func private(text string) bool {
	if strings.ContainsAny(text, "@＠") || strings.Contains(text, "://") {
		return true
	}
	digits, run, digitsInRun := 0, 0, 0
	for _, r := range text {
		switch {
		case unicode.IsDigit(r):
			digits, run, digitsInRun = digits+1, run+1, digitsInRun+1
		case r <= unicode.MaxASCII && unicode.IsLetter(r):
			digits, run = 0, run+1
		case unicode.IsLetter(r):
			digits, run, digitsInRun = 0, 0, 0
		}
		if digits >= privateDigits || run >= privateCode && digitsInRun > 0 {
			return true
		}
	}
	return false
}

func cut(text string, characters int) string {
	if utf8.RuneCountInString(text) <= characters {
		return text
	}
	return strings.TrimSpace(string([]rune(text)[:characters]))
}
