package listing

import "slices"

// CountLimit is as far as a list is counted.
const CountLimit = 1000

// Page is one page of a list.
type Page[T any] struct {
	Rows           []T
	Next, Previous string // cursors; empty where there is no such page
	Count          int    // of all rows found, as far as they were counted
	More           bool   // there are more than Count
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

// Counted is p of a list with n rows in all, which were counted up to limit and
// one more.
func (p Page[T]) Counted(n, limit int) Page[T] {
	p.Count, p.More = min(n, limit), n > limit
	return p
}
