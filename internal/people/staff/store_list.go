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
	"portal/internal/kit/problem"
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
	actor      authz.Actor
	everywhere bool
	roots      []authz.AgencyID

	args   []any
	places []string // in which it looks, as SQL
	where  []string // conditions on p, a row
	text   string   // searched for, or ""
	cursor listing.Cursor
	after  string // condition that p comes after the cursor, or ""
	found  int    // rows in all, up to CountLimit and one
	more   bool   // there are more than were counted
}

func newListQuery(actor authz.Actor, f Filter, c listing.Cursor) (*listQuery, error) {
	q := &listQuery{actor: actor, cursor: c, text: strings.TrimSpace(f.Query)}
	q.everywhere, q.roots = actor.Reach(authz.ViewStaff)
	if q.text != "" {
		q.arg(q.text) // $1
	}
	q.within(f.Unit)
	if f.Role != "" {
		q.where = append(q.where, `p.role = `+q.arg(string(f.Role)))
	}
	switch f.State {
	case Active:
		q.where = append(q.where, `NOT p.suspended`, `p.membership_id > 0`)
	case Suspended:
		q.where = append(q.where, `p.suspended`)
	case Without:
		q.where = append(q.where, `p.role = ''`, `NOT p.suspended`)
	}
	return q, q.place()
}

func (q *listQuery) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

// country is the place of everybody.
const country = `0::bigint`

// within keeps to the unit, which must lie within reach, or else to all that
// does.
func (q *listQuery) within(unit authz.AgencyID) {
	switch {
	case q.everywhere && unit == 0:
		q.places = []string{country}
	case q.everywhere:
		q.places = []string{q.arg(int64(unit)) + `::bigint`}
	case unit == 0:
		for _, root := range q.roots {
			q.places = append(q.places, q.arg(int64(root))+`::bigint`)
		}
	default:
		q.places = []string{`(SELECT agency_id FROM agency_paths WHERE agency_id = ` + q.arg(int64(unit)) +
			` AND ancestor_id = ANY (` + q.arg(ints(q.roots)) + `::bigint[]) LIMIT 1)`}
	}
	if q.places == nil {
		q.places = []string{`NULL::bigint`}
	}
}

func (q *listQuery) place() error {
	if q.cursor.First() {
		return nil
	}
	if strings.ContainsRune(*q.cursor.Key(0), 0) {
		return errCursor
	}
	keys := []string{q.arg(*q.cursor.Key(0)) + "::text"}
	for i := 1; i < CursorKeys; i++ {
		id, err := strconv.ParseInt(*q.cursor.Key(i), 10, 64)
		if err != nil {
			return errCursor
		}
		keys = append(keys, q.arg(id)+"::bigint")
	}
	compare, _ := q.cursor.SQL()
	q.after = `(p.name, p.staff_id, p.membership_id) ` + compare + ` (` + strings.Join(keys, ", ") + `)`
	return nil
}

var errCursor = problem.New(problem.BadInput, "ที่อยู่ของหน้านี้ไม่ถูกต้อง กรุณาเปิดรายการใหม่จากเมนู")

// inOrder is the first limit rows of staff_places, read in their order. A row
// that lies in two of the places comes once.
func (q *listQuery) inOrder(direction string, limit int, also ...string) string {
	return q.rows(rowSQL, direction, limit, also...)
}

func (q *listQuery) rows(columns, direction string, limit int, also ...string) string {
	order := fmt.Sprintf(` ORDER BY name %[1]s, staff_id %[1]s, membership_id %[1]s LIMIT %[2]d`, direction, limit)
	var branches []string
	for _, at := range q.places {
		branches = append(branches, `(SELECT `+columns+` FROM staff_places p`+
			conditions([]string{`p.place = ` + at}, q.where, also)+order+`)`)
	}
	if len(branches) == 1 {
		return branches[0]
	}
	return `(SELECT DISTINCT ` + columns + ` FROM (` + strings.Join(branches, ` UNION ALL `) + `) p` + order + `)`
}

// listed reads the page from hits, a query that may hold more than the page;
// count is a query of the columns found and unfinished.
func (q *listQuery) listed(with, hits, count string, size int) string {
	_, direction := q.cursor.SQL()
	order := fmt.Sprintf(` ORDER BY p.name %[1]s, p.staff_id %[1]s, p.membership_id %[1]s`, direction)
	return with + ` SELECT ` + listedSQL + `, ` + lineageSQL + `, c.found::int, c.unfinished FROM (` + count + `) c
		LEFT JOIN (SELECT * FROM (` + hits + `) p` + order + ` LIMIT ` + strconv.Itoa(size) + `) page ON true ` +
		joinedSQL + strings.ReplaceAll(order, "p.", "page.")
}

// all lists everybody in the places.
func (q *listQuery) all(size int) string {
	_, direction := q.cursor.SQL()
	count := `SELECT count(*) AS found, false AS unfinished FROM ` + q.inOrder("ASC", CountLimit+1) + ` n`
	return q.listed(``, q.inOrder(direction, size, q.after), count, size)
}

// page returns one page of size rows and notes how many there are in all, or
// that there are more than it counted. It takes up to three queries for a text,
// one for none.
func (q *listQuery) page(ctx context.Context, r db.Reader, size int) ([]Item, error) {
	if q.text == "" {
		a, err := q.read(ctx, r, q.all(size))
		q.found, q.more = a.found, a.found > CountLimit
		return a.items, err
	}
	a, err := q.read(ctx, r, q.glanced(size))
	if err == nil && a.unfinished && len(a.items) < size {
		if a.found < often {
			if a, err = q.read(ctx, r, q.few(size)); err != nil || !a.unfinished {
				q.found, q.more = a.found, a.found > CountLimit
				return a.items, err
			}
		}
		a, err = q.read(ctx, r, q.walked(size))
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
	rows, err := r.Query(ctx, sql, q.args...)
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
