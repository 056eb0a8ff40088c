package agency

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"portal/internal/db"
	"portal/internal/keyset"
)

// countBelow counts the units directly under agency a, up to what lists count.
var countBelow = fmt.Sprintf(`(SELECT count(*) FROM (SELECT FROM agencies c WHERE c.parent_id = a.id LIMIT %d) AS below)`, MaxCount+1)

// query is the condition that makes a list, with its parameters. It holds only
// what is asked for, so that each combination has a plan of its own.
type query struct {
	conditions []string
	args       []any
	text       string // to search for: parameter 1, unless empty
	path       bool   // the names above are shown as well
}

// and adds a condition on a parameter, whose number it gets.
func (q *query) and(condition func(n int) string, arg any) {
	q.args = append(q.args, arg)
	q.conditions = append(q.conditions, condition(len(q.args)))
}

// where is the condition. few says that not many rows fit it, so that the text
// is best found by an index; else all rows are walked in order, past those that
// do not hold the text.
func (q query) where(few bool) string {
	all := append([]string{"true"}, q.conditions...)
	if q.text != "" {
		all = append(all, holds(q.text, few))
	}
	return strings.Join(all, " AND ")
}

func searchQuery(f Filter, where reach) query {
	q := query{path: true}
	if f.Text != "" {
		q.text, q.args = f.Text, []any{f.Text}
	}
	if f.Kind != "" {
		q.and(func(n int) string { return fmt.Sprintf("a.kind = $%d", n) }, f.Kind)
	}
	switch f.State {
	case Shown:
		q.conditions = append(q.conditions, "a.shown")
	case Hidden:
		q.conditions = append(q.conditions, "NOT a.shown")
	}
	if f.Under != 0 {
		q.and(within, []ID{f.Under})
	}
	if !where.everywhere {
		q.and(within, where.roots)
	}
	return q
}

func childrenQuery(under ID) query {
	var q query
	q.and(func(n int) string { return fmt.Sprintf("a.parent_id = $%d", n) }, under)
	return q
}

// topQuery is the top of what somebody may see: a root that stands under
// another one of theirs is found there.
func topQuery(where reach) query {
	if where.everywhere {
		return query{conditions: []string{"a.parent_id IS NULL"}}
	}
	var q query
	q.and(func(n int) string {
		return fmt.Sprintf(`a.id = ANY ($%d) AND NOT EXISTS (SELECT FROM agency_paths w
			WHERE w.agency_id = a.id AND w.ancestor_id = ANY ($%d) AND w.depth > 0)`, n, n)
	}, where.roots)
	return q
}

// selectRows returns one page. few is the answer of countRows: a search that
// finds little collects all it finds and sorts it, one that finds much reads
// the agencies by name until the page is full.
func selectRows(ctx context.Context, r db.Reader, q query, c keyset.Cursor, few bool, limit int) ([]Row, error) {
	compare, direction := c.SQL()
	after := "true"
	if !c.First() {
		q.args = append(q.args, c.Key(0), c.Key(1))
		after = fmt.Sprintf("(a.name, a.id) %s ($%d, $%d::text::bigint)", compare, len(q.args)-1, len(q.args))
	}
	path := "''"
	if q.path {
		path = pathOf
	}
	from := "agencies"
	where := q.where(false)
	if few && q.text != "" {
		from, where = "(SELECT * FROM agencies a WHERE "+q.where(true)+" OFFSET 0)", "true"
	}
	q.args = append(q.args, limit)
	rows, err := r.Query(ctx, fmt.Sprintf(`
		SELECT id, code, kind, name, short_name, hidden, %s AS path, %s AS below FROM (
			SELECT a.id, a.code, a.kind, a.name, a.short_name, NOT a.shown AS hidden FROM %s AS a
			WHERE %s AND %s ORDER BY a.name %[6]s, a.id %[6]s LIMIT $%[7]d) AS a
		ORDER BY name %[6]s, id %[6]s`, path, countBelow, from, where, after, direction, len(q.args)), append([]any{eachTime}, q.args...)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Row])
}

// countRows counts up to MaxCount+1.
func countRows(ctx context.Context, r db.Reader, q query) (int, error) {
	rows, err := r.Query(ctx, fmt.Sprintf(`SELECT count(*) FROM (SELECT FROM agencies a WHERE %s LIMIT %d) AS found`,
		q.where(true), MaxCount+1), append([]any{eachTime}, q.args...)...)
	if err != nil {
		return 0, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[int])
}
