package token

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/listing"
)

// pairQuery finds pairs of role and unit. sql is a WITH clause that ends in the
// table found (id, name, role, n).
type pairQuery struct {
	listing.Query
	sql string
}

// lastToken is the last token of the pair (p.id, p.role).
const lastToken = `LEFT JOIN LATERAL (SELECT k.id, k.expires_at, k.used_at, k.used_by, k.replaced_at FROM role_tokens k
	WHERE k.agency_id = p.id AND k.role = p.role ORDER BY k.id DESC LIMIT 1) k ON true`

// newPairs finds what actor may issue and f lets through: shown units alone. It
// asks only where actor has seats; the units under a root are looked at once,
// whatever the number of roles.
func newPairs(actor authz.Actor, f Filter, now time.Time, only ...Pair) pairQuery {
	q := pairQuery{}
	all := seats(actor, f.Role)
	with := q.seats(all)
	var kinds, codes, branches []string
	var roots []authz.AgencyID
	for _, s := range all {
		switch {
		case s.Root != nil && !slices.Contains(roots, *s.Root):
			roots = append(roots, *s.Root)
		case s.Root != nil:
		case s.Kind != nil:
			kinds = append(kinds, string(*s.Kind))
		default:
			codes = append(codes, *s.Code)
		}
	}
	if len(roots) > 0 {
		branches = append(branches, q.under(roots, f, only))
	}
	// Constants, not a join: departments are few, and the planner should know.
	if kinds != nil {
		branches = append(branches, `SELECT a.id, a.name, s.role, s.n FROM agencies a JOIN seats s ON s.root IS NULL AND s.kind = a.kind
			WHERE a.kind = ANY (`+q.Arg(kinds)+`::text[]) AND a.shown`+q.units("a.id", ofFew, f, only))
	}
	if codes != nil {
		branches = append(branches, `SELECT a.id, a.name, s.role, s.n FROM agencies a JOIN seats s ON s.root IS NULL AND s.code = a.code
			WHERE a.code = ANY (`+q.Arg(codes)+`::text[]) AND a.shown`+q.units("a.id", ofFew, f, only))
	}
	if branches == nil {
		branches = append(branches, `SELECT id, name, '' AS role, 0 AS n FROM agencies WHERE false`)
	}
	q.sql = `WITH seats AS (` + with + `), pairs AS NOT MATERIALIZED (` + strings.Join(branches, ` UNION ALL `) + `),
		found AS ` + f.once() + ` (SELECT p.id, p.name, p.role, p.n FROM pairs p` + q.conditions(f.State, now, only) + `)`
	return q
}

// once is whether what is found is collected once for the count and the page,
// or read anew by each up to where it ends: so it is unless each pair costs much.
func (f Filter) once() string {
	if f.Query != "" || f.State != "" && f.State != NotIssued {
		return `MATERIALIZED`
	}
	return `NOT MATERIALIZED`
}

// under finds units under roots by their paths, which stand in the order of
// names under each one root.
func (q *pairQuery) under(roots []authz.AgencyID, f Filter, only []Pair) string {
	distinct := ""
	if len(roots) > 1 { // one may stand under another
		distinct = `DISTINCT `
	}
	branches := make([]string, len(roots))
	for i, root := range roots {
		n := q.Arg(root) + "::bigint"
		branches[i] = fmt.Sprintf(`SELECT o.agency_id AS id, o.unit_name AS name, s.role, s.n FROM agency_paths o JOIN seats s ON s.root = %[1]s AND s.kind = o.unit_kind
			WHERE o.ancestor_id = %[1]s AND o.unit_shown%s`, n, q.units("o.agency_id", ofMany, f, only))
	}
	return `SELECT ` + distinct + `id, name, role, n FROM (` + strings.Join(branches, ` UNION ALL `) + `) u`
}

func (q *pairQuery) seats(all []seat) string {
	n := len(all)
	roles, orders, kinds, codes, roots := make([]authz.Role, n), make([]int, n), make([]*authz.AgencyKind, n), make([]*string, n), make([]*authz.AgencyID, n)
	for i, s := range all {
		roles[i], orders[i], kinds[i], codes[i], roots[i] = s.Role, s.Order, s.Kind, s.Code, s.Root
	}
	return fmt.Sprintf(`SELECT * FROM unnest(%s::text[], %s::int[], %s::text[], %s::text[], %s::bigint[]) AS s (role, n, kind, code, root)`,
		q.Arg(roles), q.Arg(orders), q.Arg(kinds), q.Arg(codes), q.Arg(roots))
}

// Whether an agency stands under a unit: of many agencies the planner chooses how to
// find out; of few each is looked at by itself, as it would read all of the unit.
const (
	ofMany = `EXISTS (SELECT FROM agency_paths f WHERE f.agency_id = %s AND f.ancestor_id = %s)`
	ofFew  = `(SELECT true FROM agency_paths f WHERE f.agency_id = %s AND f.ancestor_id = %s)`
)

// units are the conditions, each after AND, on the agency whose id is in the
// column id; stands is ofMany or ofFew.
func (q *pairQuery) units(id, stands string, f Filter, only []Pair) string {
	sql := ""
	if f.Query != "" {
		sql += ` AND ` + id + ` IN (SELECT t.id FROM agencies t
			WHERE t.search LIKE ` + listing.Containing(listing.SearchKey(q.Arg(f.Query))) + `)`
	}
	if f.Unit != 0 {
		sql += ` AND ` + fmt.Sprintf(stands, id, q.Arg(f.Unit))
	}
	if len(only) > 0 {
		agencies, _ := columnsOf(only)
		sql += fmt.Sprintf(` AND %s = ANY (%s)`, id, q.Arg(agencies))
	}
	return sql
}

// conditions are those on the pair p.
func (q *pairQuery) conditions(state State, now time.Time, only []Pair) string {
	where := map[State]string{
		Used:    `k.used_at IS NOT NULL`,
		Expired: `k.used_at IS NULL AND k.replaced_at IS NULL AND k.expires_at <= `,
		Ready:   `k.used_at IS NULL AND k.replaced_at IS NULL AND k.expires_at > `,
	}[state]
	if state == Expired || state == Ready {
		where += q.Arg(now)
	}
	sql := ""
	if len(only) > 0 {
		agencies, roles := columnsOf(only)
		sql += fmt.Sprintf(` JOIN unnest(%s::bigint[], %s::text[]) AS o (id, role) ON o.id = p.id AND o.role = p.role`, q.Arg(agencies), q.Arg(roles))
	}
	switch {
	case state == NotIssued:
		sql += ` WHERE NOT EXISTS (SELECT FROM role_tokens k WHERE k.agency_id = p.id AND k.role = p.role)`
	case where != "":
		sql += ` ` + lastToken + ` WHERE ` + where
	}
	return sql
}

// listed is a row as the query gives it: nothing but the count for an empty page.
type listed struct {
	Count      int
	UnitName   string
	Agency     *authz.AgencyID
	AgencyName *string
	Role       *authz.Role
	N          *int
	TokenID    *ID
	ExpiresAt  *time.Time
	UsedAt     *time.Time
	UsedBy     *string
	ReplacedAt *time.Time
}

// after is the WHERE clause of the pairs after c, which the index on names and
// ids helps to find.
func (q *pairQuery) after(c listing.Cursor) (string, error) {
	if c.First() {
		return "", nil
	}
	k, err := order.Bind(&q.Query, c)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`WHERE (name, id) %[1]s= (%[2]s, %[3]s) AND (name, id, n) %[1]s (%[2]s, %[3]s, %[4]s)`,
		order.Compare(c), k[0], k[1], k[2]), nil
}

// page is what selectRows reads: rows, how many there are in all, and the unit's name.
type page struct {
	rows     []Row
	count    int
	unitName string
}

// selectRows reads one page of the list, counts it up to one more than lists are
// counted, and reads the name of unit. Only the page's own rows have their tokens looked up.
func selectRows(ctx context.Context, r db.Reader, q pairQuery, c listing.Cursor, limit int, unit authz.AgencyID) (p page, err error) {
	after, err := q.after(c)
	if err != nil {
		return page{}, err
	}
	rows, err := r.Query(ctx, q.sql+fmt.Sprintf(`
		SELECT c.count, c.unit_name, p.id AS agency, p.name AS agency_name, p.role, p.n,
			k.id AS token_id, k.expires_at, k.used_at, k.replaced_at, u.name AS used_by
		FROM (SELECT (SELECT count(*) FROM (SELECT FROM found LIMIT %d) f) AS count,
			coalesce((SELECT name FROM agencies WHERE id = %s), '') AS unit_name) c
		LEFT JOIN (SELECT * FROM found %s ORDER BY %s LIMIT %d) p ON true
		%s
		LEFT JOIN staff u ON u.id = k.used_by
		ORDER BY %s`, listing.CountLimit+1, q.Arg(unit), after, order.By(c, ""), limit, lastToken, order.By(c, "p")), q.Args...)
	if err != nil {
		return page{}, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[listed])
	for _, row := range all {
		p.count, p.unitName = row.Count, row.UnitName
		if row.Agency != nil {
			p.rows = append(p.rows, Row{
				Pair: Pair{*row.Agency, *row.Role}, AgencyName: *row.AgencyName, Order: *row.N, TokenID: row.TokenID,
				ExpiresAt: row.ExpiresAt, UsedAt: row.UsedAt, UsedBy: row.UsedBy, ReplacedAt: row.ReplacedAt,
			})
		}
	}
	return p, err
}

// found is a pair for which a code is to be issued.
type found struct {
	Pair
	AgencyName string
}

// selectPairs reads up to limit pairs, by name.
func selectPairs(ctx context.Context, r db.Reader, q pairQuery, limit int) ([]found, error) {
	rows, err := r.Query(ctx, q.sql+fmt.Sprintf(`
		SELECT id AS agency, role, name AS agency_name FROM found ORDER BY name, id, n LIMIT %d`, limit), q.Args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[found])
}
