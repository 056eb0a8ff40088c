package token

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// FuzzParse reads what people type. Of two characters of an accepted code one is
// changed, then they are swapped: at and other say which.
func FuzzParse(f *testing.F) {
	f.Add(example.String(), byte(0), byte(1))
	f.Add(strings.ToLower(string(example)), byte(15), byte(31))
	f.Add("ๅ/-ภถุึคตจขช", byte(3), byte(9))
	f.Fuzz(func(t *testing.T, text string, at, other byte) {
		c, err := parse(text)
		if err != nil {
			if c != "" || !slices.Contains([]error{errLength, errCharacter, errCheck}, err) {
				t.Errorf("%q: %q, %v", text, c, err)
			}
		} else {
			wellFormed(t, text, c)
			slipsAreFound(t, c, int(at)%codeLength, int(other)%len(alphabet))
		}
		if want, sure := asWritten(text); sure && (err == nil) != (want != "") || want != "" && c != want {
			t.Errorf("%q reads as %q, %v; want %q", text, c, err, want)
		}
	})
}

// wellFormed checks that c is a code, and is read as itself however it is written.
func wellFormed(t *testing.T, text string, c Code) {
	t.Helper()
	if len(c) != codeLength || strings.Trim(string(c), alphabet) != "" {
		t.Errorf("%q reads as %q, which is no code", text, c)
	}
	if !fits(string(c)) {
		t.Errorf("%q reads as %q, whose check character is wrong", text, c)
	}
	for _, way := range []string{string(c), c.String(), strings.ToLower(c.String()), " " + strings.ReplaceAll(c.String(), "-", " – ")} {
		if again, err := parse(way); err != nil || again != c {
			t.Errorf("%q reads as %q and %q as %q, %v", text, c, way, again, err)
		}
	}
}

// slipsAreFound changes the character at, and swaps it with another.
func slipsAreFound(t *testing.T, c Code, at, other int) {
	t.Helper()
	slip := []byte(c)
	slip[at] = alphabet[other]
	swap := []byte(c)
	swap[at], swap[other%codeLength] = swap[other%codeLength], swap[at]
	for _, wrong := range []string{string(slip), string(swap)} {
		if _, err := parse(wrong); wrong != string(c) && !errors.Is(err, errCheck) {
			t.Errorf("%s for %s: %v", wrong, c, err)
		}
	}
}

// fits tells by a table of powers, rather than by doubling, whether the check
// character of a code is right.
func fits(code string) bool {
	var power [31]int // of the generator of GF(2^5), by x^5 = x^2 + 1
	for i := range power {
		power[i] = 1 << i
		if i >= 5 {
			power[i] = power[i-5] ^ power[i-3]
		}
	}
	sum := 0
	for i := range codeLength - 1 {
		if v := slices.Index(power[:], strings.IndexByte(alphabet, code[i])); v >= 0 {
			sum ^= power[(v+codeLength-1-i)%31]
		}
	}
	return sum == strings.IndexByte(alphabet, code[codeLength-1])
}

// asWritten reads texts of plain letters, digits, hyphens and spaces, of which it
// is sure.
func asWritten(text string) (c Code, sure bool) {
	var code strings.Builder
	for _, b := range []byte(text) {
		switch {
		case strings.IndexByte(" -_", b) >= 0:
		case strings.IndexByte("oO", b) >= 0:
			code.WriteByte('0')
		case strings.IndexByte("iIlL", b) >= 0:
			code.WriteByte('1')
		case b >= 'a' && b <= 'z':
			code.WriteByte(b - 'a' + 'A')
		case b >= '0' && b <= '9', b >= 'A' && b <= 'Z':
			code.WriteByte(b)
		default:
			return "", false
		}
	}
	s := code.String()
	if len(s) != codeLength || strings.Contains(s, "U") || !fits(s) {
		return "", true
	}
	return Code(s), true
}
