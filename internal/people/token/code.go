package token

import (
	"crypto/rand"
	"errors"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// alphabet is Crockford's Base32: no I, L, O or U, which are misread.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const (
	codeLength = 16 // the last one a check character; 15 × 5 = 75 random bits
	groupSize  = 4
)

// What is wrong with a text that cannot be a code, whatever the database says.
var (
	errLength    = errors.New("token: wrong length")
	errCharacter = errors.New("token: character outside the alphabet")
	errCheck     = errors.New("token: check character does not fit")
)

// Code is a normalised code: 16 characters of the alphabet, no hyphens.
type Code string

// String groups the code in fours, as it is shown and read aloud.
func (c Code) String() string {
	var groups []string
	for i := 0; i < len(c); i += groupSize {
		groups = append(groups, string(c[i:min(i+groupSize, len(c))]))
	}
	return strings.Join(groups, "-")
}

// newCode draws a code from crypto/rand.
func newCode() Code {
	random := make([]byte, codeLength)
	_, _ = rand.Read(random) // never fails, by its documentation
	code := make([]byte, codeLength)
	for i := range codeLength - 1 {
		code[i] = alphabet[random[i]%byte(len(alphabet))] // 256 is a multiple of 32: no bias
	}
	code[codeLength-1] = checkCharacter(string(code[:codeLength-1]))
	return Code(code)
}

// checkCharacter is a Reed–Solomon check symbol over GF(2^5): the sum of the
// characters' values, each times a power of the field's generator. It changes
// with every single slip and with every two characters swapped.
func checkCharacter(payload string) byte {
	sum := 0
	for _, c := range []byte(payload) {
		sum = double(sum) ^ strings.IndexByte(alphabet, c)
	}
	return alphabet[double(sum)]
}

// double multiplies by x in GF(2^5) with the polynomial x^5 + x^2 + 1.
func double(v int) int {
	v <<= 1
	if v >= 32 {
		v ^= 0b100101
	}
	return v
}

// parse reads a code as people type it: lower case, spaces, hyphens or none,
// O for 0, I or L for 1, Thai digits, full width, or typed with the keyboard
// left in Thai. It returns one of errLength, errCharacter and errCheck for a
// text that is a slip and not a code.
func parse(text string) (Code, error) {
	code, err := read(text, plain)
	if err == nil || !strings.ContainsFunc(text, isThai) {
		return code, err
	}
	for _, layout := range []map[rune]rune{kedmanee, kedmaneeShifted} {
		if other, otherErr := read(text, layout); otherErr == nil {
			return other, nil
		}
	}
	return code, err
}

// read maps each character through layout first and then through what is
// misread on paper.
func read(text string, layout map[rune]rune) (Code, error) {
	var b strings.Builder
	for _, r := range width.Fold.String(text) {
		if key, ok := layout[r]; ok {
			r = key
		}
		if unicode.IsSpace(r) || unicode.In(r, unicode.Pd, unicode.Cf) || r == '_' {
			continue
		}
		r = unicode.ToUpper(r)
		if twin, ok := lookalikes[r]; ok {
			r = twin
		}
		if r > unicode.MaxASCII || !strings.ContainsRune(alphabet, r) {
			return "", errCharacter
		}
		b.WriteRune(r)
	}
	code := b.String()
	if len(code) != codeLength {
		return "", errLength
	}
	if checkCharacter(code[:codeLength-1]) != code[codeLength-1] {
		return "", errCheck
	}
	return Code(code), nil
}

var lookalikes = map[rune]rune{'O': '0', 'I': '1', 'L': '1'}

func isThai(r rune) bool { return unicode.Is(unicode.Thai, r) }
