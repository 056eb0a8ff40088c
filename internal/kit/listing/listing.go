// Package keyset pages through sorted lists by the place of a row rather than
// by counting rows: page 1,000 costs what page 1 costs, and a row added
// meanwhile shifts nothing.
//
// A list is sorted by columns that together name one row, such as (name, id).
// The address of a page carries a cursor: the values of those columns in the
// row where the page before ended.
package listing

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"portal/internal/kit/problem"
)

// Cursor is a place between two rows. The zero Cursor stands before the first.
type Cursor struct {
	Back bool     `json:"b,omitempty"` // the page ends here rather than begins
	Keys []string `json:"k"`
}

// maxCursor is more than any cursor's text needs, in bytes: a name of 250
// characters that JSON writes in six bytes each, and numbers.
const maxCursor = 2400

// Parse reads a cursor of n keys from an address. "" is the first page. What
// Cursor.String never writes, and NUL, which Postgres cannot compare with, is
// refused with a BadInput problem.
func Parse(text string, n int) (Cursor, error) {
	if text == "" {
		return Cursor{}, nil
	}
	bad := problem.New(problem.BadInput, "ที่อยู่ของหน้านี้ไม่ถูกต้อง กรุณาเปิดรายการใหม่จากเมนู")
	if len(text) > maxCursor {
		return Cursor{}, bad
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return Cursor{}, bad
	}
	var c Cursor
	if err := json.Unmarshal(raw, &c); err != nil || len(c.Keys) != n || c.String() != text {
		return Cursor{}, bad
	}
	if slices.ContainsFunc(c.Keys, func(k string) bool { return strings.ContainsRune(k, 0) }) {
		return Cursor{}, bad
	}
	return c, nil
}

// String is the cursor as it stands in an address.
func (c Cursor) String() string {
	raw, _ := json.Marshal(c) // strings and a bool always encode
	return base64.RawURLEncoding.EncodeToString(raw)
}

// First reports whether c stands before the first row.
func (c Cursor) First() bool { return len(c.Keys) == 0 }

// Key is the n-th value, or nil at the first page: a query compares with it
// only when it is there.
func (c Cursor) Key(n int) *string {
	if c.First() {
		return nil
	}
	return &c.Keys[n]
}

// SQL gives the comparison and the direction that bring the rows after c (or
// before it, when it looks back) in a list that is sorted upwards.
func (c Cursor) SQL() (compare, direction string) {
	if c.Back {
		return "<", "DESC"
	}
	return ">", "ASC"
}

// DescSQL is SQL for a list that is sorted downwards, newest first.
func (c Cursor) DescSQL() (compare, direction string) {
	if c.Back {
		return ">", "ASC"
	}
	return "<", "DESC"
}

// Page is one page of a list.
type Page[T any] struct {
	Rows           []T
	Next, Previous string // cursors; empty where there is no such page
}

// Collect makes the page from rows, of which the query asked for one more than
// limit, in the direction c looks. keys names a row by the values it is sorted by.
func Collect[T any](rows []T, c Cursor, limit int, keys func(T) []string) Page[T] {
	more := len(rows) > limit
	if more {
		rows = rows[:limit]
	}
	if c.Back {
		slices.Reverse(rows)
	}
	p := Page[T]{Rows: rows}
	if len(rows) == 0 {
		return p
	}
	if more || c.Back {
		p.Next = Cursor{Keys: keys(rows[len(rows)-1])}.String()
	}
	if c.Back && more || !c.Back && !c.First() {
		p.Previous = Cursor{Back: true, Keys: keys(rows[0])}.String()
	}
	return p
}
