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

// Spec describes one field of text. Its name stands in forms, files, the audit
// log and as the column of the database.
type Spec struct {
	Name    string
	Label   string
	Hint    string // what to write; "" when the label says it
	Heading string // of its column in files; "" for the label
	Max     int    // characters
	Missing string // what to say when it is empty; "" when it may be
	Type    Type
}

// Field is a Spec with the text of a T that it describes.
type Field[T any] struct {
	Spec
	Of func(*T) *string
}

// Column is what the field's column is called in files.
func (s Spec) Column() string {
	if s.Heading != "" {
		return s.Heading
	}
	return s.Label
}

// Tidy writes a text as the field stores it.
func (s Spec) Tidy(text string) string {
	text = Tidy(text)
	if s.Type.tidy != nil && text != "" {
		return s.Type.tidy(text)
	}
	return text
}

// Check says what to fix in a tidy text, or "".
func (s Spec) Check(text string) string {
	switch {
	case text == "":
		return s.Missing
	case !Storable(text):
		return "มีตัวอักษรที่อ่านไม่ได้ กรุณาพิมพ์ใหม่"
	case s.Type.check != nil && s.Type.check(text) != "":
		return s.Type.check(text)
	case utf8.RuneCountInString(text) > s.Max:
		return fmt.Sprintf("ยาวเกิน %d ตัวอักษร กรุณาย่อให้สั้นลง", s.Max)
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
