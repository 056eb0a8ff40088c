package listing

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Type is the type of a column that a list is sorted by.
type Type int

// The types, with what a key of theirs is written as.
const (
	Text   Type = iota // as it is, without NUL, which Postgres cannot compare with
	Int                // a number of 32 bits
	BigInt             // a number of 64 bits
	ID                 // a number of 64 bits above 0
	Time               // RFC 3339 in UTC, as Moment writes it
	SHA256             // hexadecimal
)

// Column is one that a list is sorted by.
type Column struct {
	Name string
	Type Type
}

// Order is what a list is sorted by: columns that together name one row.
type Order struct {
	Columns []Column
	Down    bool // newest first
}

// Moment is the key of a time, for columns of the type Time.
func Moment(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }

// Number is the key of a number.
func Number[N ~int | ~int32 | ~int64](n N) string { return strconv.FormatInt(int64(n), 10) }

// value is the key as a parameter of a query.
func (t Type) value(key string) (v any, cast string, ok bool) {
	var err error
	switch t {
	case Text:
		return key, "text", !strings.ContainsRune(key, 0)
	case Int:
		v, err = parseInt(key, math.MinInt32, math.MaxInt32)
		return v, "int", err == nil
	case BigInt:
		v, err = parseInt(key, math.MinInt64, math.MaxInt64)
		return v, "bigint", err == nil
	case ID:
		v, err = parseInt(key, 1, math.MaxInt64)
		return v, "bigint", err == nil
	case Time: // as Moment writes it: Postgres reads other years and zones than Go does
		at, err := time.Parse(time.RFC3339Nano, key)
		return at, "timestamptz", err == nil && Moment(at) == key && at.Year() >= 1
	case SHA256:
		sum, err := hex.DecodeString(key)
		return sum, "bytea", err == nil && len(sum) == 32 && hex.EncodeToString(sum) == key
	}
	panic(fmt.Sprintf("listing: no type %d", t))
}

func parseInt(key string, least, most int64) (int64, error) {
	n, err := strconv.ParseInt(key, 10, 64)
	if err == nil && (n < least || n > most) {
		err = strconv.ErrRange
	}
	return n, err
}

type parameter struct {
	value any
	cast  string
}

// values are the keys of c, one for each column, or ErrCursor.
func (o Order) values(c Cursor) ([]parameter, error) {
	if len(c.Keys) != len(o.Columns) {
		return nil, ErrCursor
	}
	all := make([]parameter, len(c.Keys))
	for i, key := range c.Keys {
		v, cast, ok := o.Columns[i].Type.value(key)
		if !ok {
			return nil, ErrCursor
		}
		all[i] = parameter{v, cast}
	}
	return all, nil
}

// Direction is ASC or DESC: how the rows after c, or before it when it looks
// back, are read.
func (o Order) Direction(c Cursor) string {
	if o.Down != c.Back {
		return "DESC"
	}
	return "ASC"
}

// Compare is the operator that brings those rows.
func (o Order) Compare(c Cursor) string {
	if o.Down != c.Back {
		return "<"
	}
	return ">"
}

// By is what follows ORDER BY to read rows of table in the direction c looks;
// a table of "" leaves the columns unqualified.
func (o Order) By(c Cursor, table string) string {
	direction := " " + o.Direction(c)
	return strings.Join(o.names(table), direction+", ") + direction
}

// After is the condition that rows of table come after c, or before it when it
// looks back. It is "" at the first page.
func (o Order) After(q *Query, c Cursor, table string) (string, error) {
	if c.First() {
		return "", nil
	}
	keys, err := o.Bind(q, c)
	if err != nil {
		return "", err
	}
	return "(" + strings.Join(o.names(table), ", ") + ") " + o.Compare(c) + " (" + strings.Join(keys, ", ") + ")", nil
}

// Bind makes the keys of c parameters of q, and returns their SQL.
func (o Order) Bind(q *Query, c Cursor) ([]string, error) {
	values, err := o.values(c)
	if err != nil {
		return nil, err
	}
	all := make([]string, len(values))
	for i, p := range values {
		all[i] = q.Arg(p.value) + "::" + p.cast
	}
	return all, nil
}

func (o Order) names(table string) []string {
	if table != "" {
		table += "."
	}
	all := make([]string, len(o.Columns))
	for i, c := range o.Columns {
		all[i] = table + c.Name
	}
	return all
}
