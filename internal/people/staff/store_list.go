package staff

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/listing"
)

const (
	listedSQL = `coalesce(s.id, 0) AS staff_id, coalesce(s.name, '') AS name, coalesce(s.email, '') AS email, s.suspended_at, s.signed_in_at,
		coalesce(m.id, 0) AS membership_id, coalesce(m.role, '') AS role, coalesce(m.agency_id, 0) AS agency_id,
		coalesce(a.name, '') AS agency_name, coalesce(a.code, '') AS agency_code, m.since`
	rowSQL     = `p.name, p.staff_id, p.membership_id, p.agency_id`
	joinedSQL  = `LEFT JOIN staff s ON s.id = page.staff_id LEFT JOIN memberships m ON m.id = page.membership_id LEFT JOIN agencies a ON a.id = m.agency_id`
	lineageSQL = `ARRAY(SELECT ancestor_id FROM agency_paths WHERE agency_id = m.agency_id) AS lineage`
)

// listQuery is what the list looks for, as SQL over staff_places (migrations/00027). No
// plan depends on the values: Postgres makes it once.
type listQuery struct {
	listing.Query // with conditions on p, a row
	actor         authz.Actor
	reach         listing.Reach

	places []string // in which it looks, as SQL
	text   string   // searched for, or ""
	cursor listing.Cursor
	after  string // condition that p comes after the cursor, or ""
	found  int    // rows in all, up to listing.CountLimit and one
	more   bool   // there are more than were counted
}

func newListQuery(actor authz.Actor, f Filter, c listing.Cursor) (q *listQuery, err error) {
	q = &listQuery{actor: actor, reach: listing.ReachOf(actor, authz.ViewStaff), cursor: c, text: strings.TrimSpace(f.Query)}
	if q.text != "" {
		q.Arg(q.text) // $1
	}
	q.within(f.Unit)
	if f.Role != "" {
		q.Add(`p.role = ` + q.Arg(string(f.Role)))
	}
	switch f.State {
	case Active:
		q.Add(`NOT p.suspended`)
		q.Add(`p.membership_id > 0`)
	case Suspended:
		q.Add(`p.suspended`)
	case Without:
		q.Add(`p.role = ''`)
		q.Add(`NOT p.suspended`)
	}
	q.after, err = order.After(&q.Query, c, "p")
	return q, err
}

// country is the place of everybody.
const country = `0::bigint`

// within keeps to the unit, which must lie within reach, or else to all that
// does.
func (q *listQuery) within(unit authz.AgencyID) {
	switch {
	case q.reach.Everywhere && unit == 0:
		q.places = []string{country}
	case q.reach.Everywhere:
		q.places = []string{q.Arg(int64(unit)) + `::bigint`}
	case unit == 0:
		for _, root := range q.reach.Roots {
			q.places = append(q.places, q.Arg(int64(root))+`::bigint`)
		}
	default:
		q.places = []string{`(SELECT agency_id FROM agency_paths WHERE agency_id = ` + q.Arg(int64(unit)) +
			` AND ancestor_id = ANY (` + q.Arg(ints(q.reach.Roots)) + `::bigint[]) LIMIT 1)`}
	}
	if q.places == nil {
		q.places = []string{`NULL::bigint`}
	}
}

// inOrder is the first limit rows of staff_places in the direction c looks. A row
// that lies in two of the places comes once.
func (q *listQuery) inOrder(c listing.Cursor, limit int, also ...string) string {
	return q.rows(rowSQL, c, limit, also...)
}

func (q *listQuery) rows(columns string, c listing.Cursor, limit int, also ...string) string {
	inOrder := fmt.Sprintf(` ORDER BY %s LIMIT %d`, order.By(c, ""), limit)
	var branches []string
	for _, at := range q.places {
		branches = append(branches, `(SELECT `+columns+` FROM staff_places p`+
			listing.Where([]string{`p.place = ` + at}, q.Conditions, also)+inOrder+`)`)
	}
	if len(branches) == 1 {
		return branches[0]
	}
	return `(SELECT DISTINCT ` + columns + ` FROM (` + strings.Join(branches, ` UNION ALL `) + `) p` + inOrder + `)`
}

// listed reads the page from hits, a query that may hold more than the page;
// count is a query of the columns found and unfinished.
func (q *listQuery) listed(with, hits, count string, size int) string {
	return with + ` SELECT ` + listedSQL + `, ` + lineageSQL + `, c.found::int, c.unfinished FROM (` + count + `) c
		LEFT JOIN (SELECT * FROM (` + hits + `) p ORDER BY ` + order.By(q.cursor, "p") + ` LIMIT ` + strconv.Itoa(size) + `) page ON true ` +
		joinedSQL + ` ORDER BY ` + order.By(q.cursor, "page")
}

// all lists everybody in the places.
func (q *listQuery) all(size int) string {
	count := `SELECT count(*) AS found, false AS unfinished FROM ` + q.inOrder(listing.Cursor{}, listing.CountLimit+1) + ` n`
	return q.listed(``, q.inOrder(q.cursor, size, q.after), count, size)
}

// page returns one page of size rows and notes how many there are in all, or
// that there are more than it counted. It takes up to three queries for a text,
// one for none.
func (q *listQuery) page(ctx context.Context, r db.Reader, size int) ([]Item, error) {
	if q.text == "" {
		a, err := q.read(ctx, r, q.all(size))
		q.found, q.more = a.found, a.found > listing.CountLimit
		return a.items, err
	}
	a, err := q.read(ctx, r, q.scanNext(size))
	if err == nil && a.unfinished && len(a.items) < size {
		if a.found < often {
			if a, err = q.read(ctx, r, q.byIndex(size)); err != nil || !a.unfinished {
				q.found, q.more = a.found, a.found > listing.CountLimit
				return a.items, err
			}
		}
		a, err = q.read(ctx, r, q.scanAll(size))
		a.found = len(a.items)
	}
	q.found, q.more = a.found, !q.cursor.First() || len(a.items) == size && a.unfinished
	if q.more {
		q.found = min(len(a.items), size-1)
	}
	return a.items, err
}

// answer is what a query found.
type answer struct {
	items      []Item
	found      int  // in all
	unfinished bool // and there may be more
}

type listedRow struct {
	Listed
	Lineage []authz.AgencyID
}

// columns are those of listed, in its order: finding each by its name costs a
// list more than reading it.
func (r *listedRow) columns(a *answer) []any {
	return []any{&r.StaffID, &r.Name, &r.Email, &r.SuspendedAt, &r.SignedInAt, &r.MembershipID, &r.Role, &r.AgencyID,
		&r.AgencyName, &r.AgencyCode, &r.Since, &r.Lineage, &a.found, &a.unfinished}
}

func (r listedRow) item(actor authz.Actor) Item {
	m := Held{ID: r.MembershipID, StaffID: r.StaffID, Role: r.Role, Lineage: r.Lineage}
	return Item{r.Listed, m.ID != 0 && m.mayEdit(actor) == nil, m.ID != 0 && m.mayRemove(actor) == nil}
}

// read reads rows of which there is at least one, for the count.
func (q *listQuery) read(ctx context.Context, r db.Reader, sql string) (a answer, err error) {
	rows, err := r.Query(ctx, sql, q.Args...)
	if err != nil {
		return a, err
	}
	var row listedRow
	_, err = pgx.ForEachRow(rows, row.columns(&a), func() error {
		if row.StaffID != 0 {
			a.items = append(a.items, row.item(q.actor))
		}
		return nil
	})
	return a, err
}

func ints(ids []authz.AgencyID) []int64 {
	all := make([]int64, len(ids))
	for i, id := range ids {
		all[i] = int64(id)
	}
	return all
}
