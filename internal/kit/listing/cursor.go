// Package listing holds what every long list is made of: an order with typed
// keys, the cursor in the address of a page, the page itself with its count,
// and the parts of a query that all lists share (parameters, conditions, text
// search, reach). The SQL of a list stays with its feature.
//
// A list is sorted by columns that together name one row, such as (name, id).
// The address of a page carries a cursor: the values of those columns in the
// row where the page before ended. Page 1,000 then costs what page 1 costs, and
// a row added meanwhile shifts nothing.
package listing

import (
	"encoding/base64"
	"encoding/json"

	"portal/internal/kit/problem"
)

// Cursor is a point between two rows. The zero Cursor stands before the first.
type Cursor struct {
	Back bool     `json:"b,omitempty"` // the page ends here rather than begins
	Keys []string `json:"k"`
}

// maxCursor is more than any cursor's text needs, in bytes: a name of 250
// characters that JSON writes in six bytes each, and numbers.
const maxCursor = 2400

// ErrCursor is the BadInput problem of an address whose cursor is not one of the list.
var ErrCursor = problem.New(problem.BadInput, "ที่อยู่ของหน้านี้ไม่ถูกต้อง กรุณาเปิดรายการใหม่จากเมนู")

// Parse reads a cursor of the order from an address. "" is the first page. What
// Cursor.String never writes, and a key that its column cannot hold, is refused
// with ErrCursor.
func (o Order) Parse(text string) (Cursor, error) {
	if text == "" {
		return Cursor{}, nil
	}
	if len(text) > maxCursor {
		return Cursor{}, ErrCursor
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return Cursor{}, ErrCursor
	}
	var c Cursor
	if err := json.Unmarshal(raw, &c); err != nil || len(c.Keys) == 0 || c.String() != text {
		return Cursor{}, ErrCursor
	}
	if _, err := o.values(c); err != nil {
		return Cursor{}, err
	}
	return c, nil
}

// String is the cursor as it stands in an address: "" for the first page.
func (c Cursor) String() string {
	if c.First() {
		return ""
	}
	raw, _ := json.Marshal(c) // strings and a bool always encode
	return base64.RawURLEncoding.EncodeToString(raw)
}

// First reports whether c stands before the first row.
func (c Cursor) First() bool { return len(c.Keys) == 0 }
