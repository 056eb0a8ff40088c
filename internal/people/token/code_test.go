package token

import (
	"errors"
	"strings"
	"testing"
)

// example is a code whose check character fits.
var example = func() Code {
	payload := "7KQFM3TX9W4H2CD"
	return Code(payload + string(checkCharacter(payload)))
}()

func TestNewCode(t *testing.T) {
	seen := map[Code]bool{}
	for range 1000 {
		c := newCode()
		if got, err := parse(c.String()); err != nil || got != c {
			t.Fatalf("%s reads back as %q, %v", c, got, err)
		}
		if len(c.String()) != 19 || seen[c] {
			t.Fatalf("%s is badly written or was drawn twice", c)
		}
		seen[c] = true
	}
}

func TestA30_WaysToTypeACode(t *testing.T) {
	thai := func(shifted bool) string { // the example typed with the keyboard in Thai
		from := []rune(thaiKeys)
		if shifted {
			from = []rune(shiftedKeys)
		}
		var b strings.Builder
		for _, c := range strings.ToLower(string(example)) {
			i := strings.IndexRune(englishKeys, c)
			if shifted && c >= '0' && c <= '9' {
				b.WriteRune([]rune(thaiKeys)[i]) // nobody shifts digits
			} else {
				b.WriteRune(from[i])
			}
		}
		return b.String()
	}
	digits := strings.NewReplacer("0", "๐", "1", "๑", "2", "๒", "3", "๓", "4", "๔", "5", "๕", "6", "๖", "7", "๗", "8", "๘", "9", "๙")
	wide := strings.Map(func(r rune) rune { return r + 0xFEE0 }, string(example))
	for name, text := range map[string]string{
		"as shown":           example.String(),
		"no hyphens":         string(example),
		"lower case":         strings.ToLower(example.String()),
		"spaces":             " " + strings.ReplaceAll(example.String(), "-", " ") + "\n",
		"other dashes":       strings.ReplaceAll(example.String(), "-", "–"),
		"zero-width":         strings.ReplaceAll(example.String(), "-", "\u200b"),
		"Thai digits":        digits.Replace(example.String()),
		"full width":         wide,
		"Thai layout":        thai(false),
		"Thai layout, caps":  thai(true),
		"Thai layout, marks": strings.Join([]string{thai(false)[:0], thai(false)}, "ข"),
	} {
		if got, err := parse(text); err != nil || got != example {
			t.Errorf("%s: %q reads as %q, %v", name, text, got, err)
		}
	}
	zeros := Code("01010101010101" + "0")
	zeros += Code(checkCharacter(string(zeros)))
	misread := strings.NewReplacer("0", "o", "1", "l").Replace(string(zeros))
	if got, err := parse(misread); err != nil || got != zeros {
		t.Errorf("O for 0, L for 1: %q, %v", got, err)
	}
	if got, err := parse(strings.ReplaceAll(string(zeros), "1", "I")); err != nil || got != zeros {
		t.Errorf("I for 1: %q, %v", got, err)
	}
}

// The keys that codes are typed on, without and with shift.
const (
	englishKeys = `1234567890-qwertyuiopasdfghjklzxcvbnm`
	thaiKeys    = `ๅ/-ภถุึคตจขๆไำพะัีรนยฟหกดเ้่าสผปแอิืท`
	shiftedKeys = `+๑๒๓๔ู฿๕๖๗๘๐"ฎฑธํ๊ณฯญฤฆฏโฌ็๋ษศ()ฉฮฺ์?`
)

func TestEveryKeyOfTheThaiLayout(t *testing.T) {
	for i, c := range []rune(englishKeys) {
		if got := kedmanee[[]rune(thaiKeys)[i]]; got != c {
			t.Errorf("key %c reads as %c", c, got)
		}
	}
}

func TestSlipsAreFound(t *testing.T) {
	code := []byte(example)
	for i := range code {
		for _, c := range []byte(alphabet) {
			if c == code[i] {
				continue
			}
			slip := append([]byte{}, code...)
			slip[i] = c
			if _, err := parse(string(slip)); !errors.Is(err, errCheck) {
				t.Fatalf("%s for %s: %v", slip, code, err)
			}
		}
		for j := range i {
			if code[i] == code[j] {
				continue
			}
			swap := append([]byte{}, code...)
			swap[i], swap[j] = swap[j], swap[i]
			if _, err := parse(string(swap)); !errors.Is(err, errCheck) {
				t.Fatalf("%s for %s: %v", swap, code, err)
			}
		}
	}
	for text, want := range map[string]error{
		"": errLength, "7KQF": errLength, string(example) + "0": errLength, "7KQF-M3TX-9W4H-2CD!": errCharacter, "กขค": errLength,
	} {
		if _, err := parse(text); !errors.Is(err, want) && err == nil {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
}
