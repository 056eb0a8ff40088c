package agency

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/listing"
)

// startsWith finds agencies a whose names begin with the words of parameter 1.
var startsWith = `a.search LIKE ` + listing.EscapeLike(key) + ` || ' %'`

// key is the text of parameter 1 in the form of the search columns.
var key = listing.SearchKey("$1")

// holds finds agencies a whose names or code hold text, which is parameter 1:
// by an index, or by looking at each.
func holds(text string, byIndex bool) string {
	switch {
	case !byIndex:
		return `strpos(a.search, ` + key + `) > 0`
	case utf8.RuneCountInString(text) < trigram:
		return `search_pairs(a.search) @> search_pairs(` + key + `) AND strpos(a.search, ` + key + `) > 0`
	}
	return `a.search LIKE ` + listing.Containing(key) + ` AND by_index(a.search)`
}

// trigram is the shortest text that an index of trigrams helps to find.
const trigram = 3

// within limits agencies a to those under one of roots, themselves included.
func within(roots string) string {
	return `EXISTS (SELECT FROM agency_paths w WHERE w.agency_id = a.id AND w.ancestor_id = ANY (` + roots + `))`
}

// pathOf is the names above agency a, nearest first.
const pathOf = `coalesce((SELECT string_agg(b.name, ' · ' ORDER BY p.depth) FROM agency_paths p JOIN agencies b ON b.id = p.ancestor_id
	WHERE p.agency_id = a.id AND p.depth > 0), '')`

// eachTime has the query planned for the values it is asked with: a search for
// two letters and one for a whole name want different plans.
const eachTime = pgx.QueryExecModeCacheDescribe

// unitColumns are those of a Unit.
const unitColumns = `coalesce(a.id, 0) AS id, coalesce(a.code, '') AS code, coalesce(a.kind, '') AS kind, coalesce(a.name, '') AS name,
	coalesce(a.hidden, false) AS hidden,
	coalesce(search_key($1) IN (search_key(a.name), search_key(a.short_name), a.code), false) AS exact, ` + pathOf + ` AS path`

// kindOrder sorts the highest in the tree first.
const kindOrder = `ARRAY['ministry', 'department', 'division', 'service_point']`

// selectUnits finds units by text: those whose name begins with these words,
// then the others, the highest in the tree first.
func selectUnits(ctx context.Context, r db.Reader, where listing.Reach, text string, limit int) ([]Unit, error) {
	q := searchQuery(Filter{Text: text}, where)
	last := q.Arg(limit)
	found := fmt.Sprintf(`%s SELECT %s, n.total FROM n LEFT JOIN LATERAL (SELECT * FROM found a WHERE n.total <= %d
			ORDER BY (%[4]s) DESC, array_position(%[5]s, a.kind), a.name, a.id LIMIT %[6]s) AS a ON true
		ORDER BY (%[4]s) DESC, array_position(%[5]s, a.kind), a.name, a.id`,
		q.found(), unitColumns, q.most(), startsWith, kindOrder, last)
	units, total, err := queryUnits(ctx, r, found, q.Args)
	if err != nil || total <= q.most() {
		return units, err
	}
	// Too many to sort: each branch is read in order until there are enough, and
	// the later ones not at all when the earlier ones give enough.
	branch := func(condition string) string {
		return fmt.Sprintf(`(SELECT a.id, a.code, a.kind, a.name, a.short_name, NOT a.shown AS hidden FROM agencies a
			WHERE %s AND %s ORDER BY a.name, a.id LIMIT %s)`, condition, q.where(false), last)
	}
	sql := branch(startsWith)
	for _, k := range authz.AgencyKinds {
		sql += ` UNION ALL ` + branch(fmt.Sprintf(`a.kind = '%s'`, k))
	}
	sql = fmt.Sprintf(`SELECT %s, %d AS total FROM (SELECT u.* FROM (%s) AS u LIMIT 2 * %s) AS a`, unitColumns, total, sql, last)
	units, _, err = queryUnits(ctx, r, sql, q.Args)
	return units, err
}

// queryUnits leaves out units that the query gives a second time. total is how
// many were found, whether or not they are given.
func queryUnits(ctx context.Context, r db.Reader, sql string, args []any) (units []Unit, total int, err error) {
	rows, err := r.Query(ctx, sql, append([]any{eachTime}, args...)...)
	if err != nil {
		return nil, 0, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[struct {
		Unit
		Total int
	}])
	if err != nil {
		return nil, 0, err
	}
	limit := args[len(args)-1].(int)
	seen := map[ID]bool{0: true} // 0 stands for none
	for _, u := range all {
		total = u.Total
		if !seen[u.ID] && len(units) < limit {
			units = append(units, u.Unit)
		}
		seen[u.ID] = true
	}
	return units, total, nil
}

// selectUnit returns the unit, or a NotFound problem if there is none in reach.
func selectUnit(ctx context.Context, r db.Reader, where listing.Reach, id ID) (Unit, error) {
	rows, err := r.Query(ctx, `
		SELECT id, code, kind, name, NOT shown AS hidden, false AS exact, `+pathOf+` AS path
		FROM agencies a WHERE id = $1 AND ($2 OR `+within("$3")+`)`, id, where.Everywhere, where.Roots)
	if err != nil {
		return Unit{}, err
	}
	u, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Unit])
	if errors.Is(err, pgx.ErrNoRows) {
		return Unit{}, notFound()
	}
	return u, err
}
