package agency

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/db"
)

// startsWith finds agencies a whose names begin with the words of parameter 1.
const startsWith = `a.search LIKE ` + escapedKey + ` || ' %'`

// escapedKey is the text of parameter 1 as a part of a pattern for LIKE.
const escapedKey = `replace(replace(replace(search_key($1), '\', '\\'), '%', '\%'), '_', '\_')`

// holds finds agencies a whose names or code hold text, which is parameter 1:
// by an index where few do, else by looking at them.
func holds(text string, few bool) string {
	switch {
	case !few:
		return `strpos(a.search, search_key($1)) > 0`
	case utf8.RuneCountInString(text) < trigram:
		return `search_pairs(a.search) @> search_pairs(search_key($1)) AND strpos(a.search, search_key($1)) > 0`
	}
	return `a.search LIKE '%' || ` + escapedKey + ` || '%' AND by_index(a.search)`
}

// trigram is the shortest text that an index of trigrams helps to find.
const trigram = 3

// within limits agencies a to those under one of parameter n, themselves included.
func within(n int) string {
	return fmt.Sprintf(`EXISTS (SELECT FROM agency_paths w WHERE w.agency_id = a.id AND w.ancestor_id = ANY ($%d))`, n)
}

// pathOf is the names above agency a, nearest first.
const pathOf = `coalesce((SELECT string_agg(b.name, ' · ' ORDER BY p.depth) FROM agency_paths p JOIN agencies b ON b.id = p.ancestor_id
	WHERE p.agency_id = a.id AND p.depth > 0), '')`

// eachTime has the query planned for the values it is asked with: a search for
// two letters and one for a whole name want different plans.
const eachTime = pgx.QueryExecModeCacheDescribe

// selectUnits finds units by text: those whose name begins with these words,
// then the others, the highest in the tree first. Each branch is sorted by an
// index, and the later ones are not run when the earlier ones give enough.
func selectUnits(ctx context.Context, r db.Reader, where reach, text string, limit int) ([]Unit, error) {
	found, err := countRows(ctx, r, searchQuery(Filter{Text: text}, where))
	if err != nil || found == 0 {
		return nil, err
	}
	inReach := "true"
	args := []any{eachTime, text, limit}
	if !where.everywhere {
		inReach = within(3)
		args = append(args, where.roots)
	}
	branch := func(condition string) string {
		return `(SELECT a.id, a.code, a.kind, a.name, a.short_name, NOT a.shown AS hidden FROM agencies a
			WHERE ` + condition + ` AND ` + inReach + ` ORDER BY a.name, a.id LIMIT $2)`
	}
	sql := branch(startsWith)
	for _, k := range authz.AgencyKinds {
		sql += ` UNION ALL ` + branch(fmt.Sprintf(`a.kind = '%s' AND %s`, k, holds(text, found <= MaxCount)))
	}
	rows, err := r.Query(ctx, `
		SELECT id, code, kind, name, hidden, search_key($1) IN (search_key(name), search_key(short_name), code) AS exact, `+pathOf+` AS path
		FROM (SELECT * FROM (`+sql+`) AS found LIMIT 2 * $2) AS a`, args...)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[Unit])
	if err != nil {
		return nil, err
	}
	var units []Unit
	seen := map[ID]bool{}
	for _, u := range all {
		if !seen[u.ID] && len(units) < limit {
			units = append(units, u)
		}
		seen[u.ID] = true
	}
	return units, nil
}

// selectUnit returns the unit, or a NotFound problem if there is none in reach.
func selectUnit(ctx context.Context, r db.Reader, where reach, id ID) (Unit, error) {
	rows, err := r.Query(ctx, `
		SELECT id, code, kind, name, NOT shown AS hidden, false AS exact, `+pathOf+` AS path
		FROM agencies a WHERE id = $1 AND ($2 OR `+within(3)+`)`, id, where.everywhere, where.roots)
	if err != nil {
		return Unit{}, err
	}
	u, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Unit])
	if errors.Is(err, pgx.ErrNoRows) {
		return Unit{}, notFound()
	}
	return u, err
}
