// Package form describes the fields of a form once: what they are called, how
// their text is stored and what may stand in them.
package form

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Text is one field of text of a T.
type Text[T any] struct {
	Name    string // in forms, files and the audit log
	Max     int    // characters
	Missing string // what to say when it is empty; "" when it may be
	Of      func(*T) *string
}

// Check says what to fix in text, or "".
func (f Text[T]) Check(text string) string {
	switch {
	case text == "":
		return f.Missing
	case !Storable(text):
		return "มีตัวอักษรที่อ่านไม่ได้ กรุณาพิมพ์ใหม่"
	case utf8.RuneCountInString(text) > f.Max:
		return fmt.Sprintf("ยาวเกิน %d ตัวอักษร กรุณาย่อให้สั้นลง", f.Max)
	}
	return ""
}

// Storable reports whether Postgres can hold the text.
func Storable(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }

// Tidy writes a text as it is stored: NFC, no signs without width, single spaces.
func Tidy(text string) string {
	visible := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cf, r), unicode.IsControl(r):
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(norm.NFC.String(visible)), " ")
}
