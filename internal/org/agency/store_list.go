package agency

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/db"
	"portal/internal/kit/listing"
)

// countBelow counts the units directly under agency a, up to what lists count.
var countBelow = fmt.Sprintf(`(SELECT count(*) FROM (SELECT FROM agencies c WHERE c.parent_id = a.id LIMIT %d) AS below)`,
	listing.CountLimit+1)

// query is the condition that makes a list, with its parameters. It holds only
// what is asked for, so that each combination has a plan of its own.
type query struct {
	listing.Query
	text  string // to search for: parameter 1, unless empty
	local bool   // limited to units under some: few, whatever the text
	path  bool   // the names above are shown as well
}

// where is the condition, with the text found by an index or not.
func (q query) where(byIndex bool) string {
	all := append([]string{"true"}, q.Conditions...)
	if q.text != "" {
		all = append(all, holds(q.text, byIndex))
	}
	return strings.Join(all, " AND ")
}

// mostFound is as far as what a text is found in is counted: what is in more is
// sooner read in order than collected.
const mostFound = 200

// most is as far as the list is counted.
func (q query) most() int {
	if q.text != "" && !q.local {
		return mostFound
	}
	return listing.CountLimit
}

// found collects what fits the condition, up to what is counted, for queries
// that begin with it: their rows are in found, how many there are in n.
func (q query) found() string {
	return fmt.Sprintf(`WITH found AS MATERIALIZED (
			SELECT a.id, a.code, a.kind, a.name, a.short_name, a.search, NOT a.shown AS hidden FROM agencies a WHERE %s LIMIT %d),
		n AS (SELECT count(*)::int AS total FROM found)`, q.where(!q.local), q.most()+1)
}

func searchQuery(f Filter, where listing.Reach) query {
	q := query{path: true}
	if f.Text != "" {
		q.text = f.Text
		q.Arg(f.Text)
	}
	if f.Kind != "" {
		q.Add("a.kind = " + q.Arg(f.Kind))
	}
	switch f.State {
	case Shown:
		q.Add("a.shown")
	case Hidden:
		q.Add("NOT a.shown")
	}
	if f.Under != 0 {
		q.Add(within(q.Arg([]ID{f.Under})))
		q.local = true
	}
	where.Limit(&q.Query, within)
	q.local = q.local || !where.Everywhere
	return q
}

func childrenQuery(under ID) query {
	var q query
	q.Add("a.parent_id = " + q.Arg(under))
	return q
}

// topQuery is the top of what somebody may see: a root that stands under
// another one of theirs is found there.
func topQuery(where listing.Reach) query {
	var q query
	if where.Everywhere {
		q.Add("a.parent_id IS NULL")
	}
	where.Limit(&q.Query, func(roots string) string {
		return fmt.Sprintf(`a.id = ANY (%[1]s) AND NOT EXISTS (SELECT FROM agency_paths w
			WHERE w.agency_id = a.id AND w.ancestor_id = ANY (%[1]s) AND w.depth > 0)`, roots)
	})
	return q
}

// counted is a row of a list and how many rows the list has.
type counted struct {
	Total int
	Row
}

// selectPage returns one page of a list and how many rows it has, up to one more
// than are counted. What is few is collected and sorted; what is many is read in order
// until the page is full.
func selectPage(ctx context.Context, r db.Reader, q query, c listing.Cursor, limit int) ([]Row, int, error) {
	after, err := listOrder.After(&q.Query, c, "a")
	if err != nil {
		return nil, 0, err
	}
	if after == "" {
		after = "true"
	}
	path := "''"
	if q.path {
		path = pathOf
	}
	inOrder := "ORDER BY " + listOrder.By(c, "a")
	page := after + " " + inOrder + " LIMIT " + q.Arg(limit)
	found := fmt.Sprintf(`%s
		SELECT n.total, coalesce(a.id, 0) AS id, coalesce(a.code, '') AS code, coalesce(a.kind, '') AS kind, coalesce(a.name, '') AS name,
			coalesce(a.short_name, '') AS short_name, coalesce(a.hidden, false) AS hidden, %s AS path, %s AS below
		FROM n LEFT JOIN LATERAL (SELECT * FROM found a WHERE n.total <= %d AND %s) AS a ON true
		%s`, q.found(), path, countBelow, q.most(), page, inOrder)
	rows, err := selectCounted(ctx, r, found, q.Args)
	if err != nil || rows[0].Total <= q.most() {
		return plainRows(rows), total(rows), err
	}
	scan := fmt.Sprintf(`
		SELECT %d AS total, a.id, a.code, a.kind, a.name, a.short_name, NOT a.shown AS hidden, %s AS path, %s AS below
		FROM (SELECT a.id FROM agencies a WHERE %s AND %s) AS page JOIN agencies a ON a.id = page.id
		%s`, q.most()+1, path, countBelow, q.where(false), page, inOrder)
	rows, err = selectCounted(ctx, r, scan, q.Args)
	return plainRows(rows), q.most() + 1, err
}

func selectCounted(ctx context.Context, r db.Reader, sql string, args []any) ([]counted, error) {
	rows, err := r.Query(ctx, sql, append([]any{eachTime}, args...)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[counted])
}

func total(rows []counted) int {
	if len(rows) == 0 {
		return 0
	}
	return rows[0].Total
}

// plainRows leaves out the row that stands for an empty page.
func plainRows(rows []counted) []Row {
	var plain []Row
	for _, r := range rows {
		if r.ID != 0 {
			plain = append(plain, r.Row)
		}
	}
	return plain
}
