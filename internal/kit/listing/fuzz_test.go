package listing

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"portal/internal/kit/problem"
)

// texts is the order of a list that is sorted by n texts.
func texts(n int) Order { return Order{Columns: make([]Column, max(n, 0))} }

// FuzzParse reads addresses that somebody made up.
func FuzzParse(f *testing.F) {
	f.Add(Cursor{Keys: []string{"ก", "1"}}.String(), 2)
	f.Add(Cursor{Back: true, Keys: []string{"<&>", "", "-1"}}.String(), 3)
	f.Fuzz(func(t *testing.T, text string, n int) {
		c, err := texts(n).Parse(text)
		switch {
		case err != nil:
			if !problem.Is(err, problem.BadInput) || !reflect.DeepEqual(c, Cursor{}) || !strings.Contains(problem.Of(err).Message, "กรุณา") {
				t.Errorf("%q: %+v, %v", text, c, err)
			}
		case text == "":
			if !c.First() || c.Back {
				t.Errorf("the first page is %+v", c)
			}
		default:
			if len(c.Keys) != n || c.String() != text || len(text) > maxCursor || c.First() {
				t.Errorf("%q of %d keys: %+v, which is %q", text, n, c, c.String())
			}
			for i, k := range c.Keys {
				if !utf8.ValidString(k) || strings.ContainsRune(k, 0) {
					t.Errorf("%q: key %d is no text", text, i)
				}
			}
		}
	})
}

// maxKey is the longest name that a list is sorted by, in characters.
const maxKey = 250

// FuzzString writes cursors of keys as they may stand in a table.
func FuzzString(f *testing.F) {
	f.Add("กรมการขนส่งทางบก", "9223372036854775807", true)
	f.Add("", "", false)
	f.Add("<&>\u2028\"\\", "-1", true)
	f.Add(strings.Repeat("<", maxKey), "9223372036854775807", true)
	f.Fuzz(func(t *testing.T, name, number string, back bool) {
		fits := utf8.RuneCountInString(name) <= maxKey && len(number) <= 64
		if !fits || !utf8.ValidString(name) || !utf8.ValidString(number) || strings.ContainsRune(name+number, 0) {
			return
		}
		c := Cursor{Back: back, Keys: []string{name, number}}
		again, err := texts(2).Parse(c.String())
		if err != nil || !reflect.DeepEqual(again, c) {
			t.Errorf("%+v reads back as %+v, %v", c, again, err)
		}
		if _, err := texts(3).Parse(c.String()); !problem.Is(err, problem.BadInput) {
			t.Errorf("%+v as one of three keys: %v", c, err)
		}
	})
}
