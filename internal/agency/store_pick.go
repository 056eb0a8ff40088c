package agency

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/db"
)

// likeKey is the pattern for LIKE that finds the text of parameter n anywhere
// in a column that holds a search_key.
func likeKey(n int) string {
	return fmt.Sprintf(`'%%' || %s || '%%'`, escapedKey(n))
}

// escapedKey is the text of parameter n as a part of such a pattern.
func escapedKey(n int) string {
	return fmt.Sprintf(`replace(replace(replace(search_key($%d), '\', '\\'), '%%', '\%%'), '_', '\_')`, n)
}

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
	sql := branch(`a.search LIKE ` + escapedKey(1) + ` || ' %'`)
	for _, k := range authz.AgencyKinds {
		sql += ` UNION ALL ` + branch(fmt.Sprintf(`a.kind = '%s' AND a.search LIKE %s`, k, likeKey(1)))
	}
	rows, err := r.Query(ctx, `
		SELECT id, code, kind, name, hidden, search_key($1) IN (search_key(name), search_key(short_name), code) AS exact, `+pathOf+` AS path
		FROM (SELECT * FROM (`+sql+`) AS found LIMIT 2 * $2) AS a`, args...)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[Unit])
	if err != nil {
		return nil, err
	}
	var units []Unit
	seen := map[ID]bool{}
	for _, u := range found {
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
