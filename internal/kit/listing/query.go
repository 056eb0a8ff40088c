package listing

import (
	"slices"
	"strconv"
	"strings"
)

// Query collects the parameters and conditions of a statement whose SQL is
// written by hand around them.
type Query struct {
	Args       []any
	Conditions []string
}

// Arg adds a parameter and returns its SQL: $1, $2 and so on.
func (q *Query) Arg(v any) string {
	q.Args = append(q.Args, v)
	return "$" + strconv.Itoa(len(q.Args))
}

// Add adds a condition; "" is none.
func (q *Query) Add(condition string) {
	if condition != "" {
		q.Conditions = append(q.Conditions, condition)
	}
}

// Clone is a copy that what is added to it leaves q alone.
func (q Query) Clone() Query { return Query{slices.Clone(q.Args), slices.Clone(q.Conditions)} }

// Where joins conditions to a WHERE clause with a space before it. Those that
// are "" are left out; without any, the clause is "".
func Where(lists ...[]string) string {
	all := slices.DeleteFunc(slices.Concat(lists...), func(c string) bool { return c == "" })
	if len(all) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(all, " AND ")
}

// SearchKey is the SQL of text in the form of the search columns, in which any
// spelling of a Thai word finds the other (migrations/00003).
func SearchKey(text string) string { return `search_key(` + text + `)` }

// EscapeLike is the SQL of text as a part of a pattern for LIKE, where it stands for itself.
func EscapeLike(text string) string {
	return `replace(replace(replace(` + text + `, '\', '\\'), '%', '\%'), '_', '\_')`
}

// Containing is the SQL of the pattern for LIKE that finds text anywhere.
func Containing(text string) string { return `'%' || ` + EscapeLike(text) + ` || '%'` }
