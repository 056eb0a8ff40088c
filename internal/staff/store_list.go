package staff

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/db"
	"portal/internal/keyset"
	"portal/internal/problem"
)

// Two ways lead to a page of a sorted list. Gathering finds what fits through
// the indexes, all of it, and sorts: quick when little fits. Walking goes
// through people in the order of their names and leaves out what does not fit:
// quick when much does. The list gathers up to gatherLimit; if there is more, it
// walks past walkLimit people, and only if they do not fill the page (many of
// one name, far down the alphabet) does it gather everything.
const (
	gatherLimit = CountLimit
	walkLimit   = 2000
	commonWalk  = 5000   // for what is in so many names that it pays
	probeLimit  = 20_000 // people among whom a letter or two are looked for first
	rareLimit   = 500    // of them, for what the index finds quickly everywhere
	shortest    = 3      // letters that pg_trgm needs
)

// The rows of the list. People without a membership are among those of peopleSQL.
const (
	membersSQL = `staff s JOIN memberships m ON m.staff_id = s.id AND m.ended_at IS NULL JOIN agencies a ON a.id = m.agency_id`
	peopleSQL  = `staff s LEFT JOIN memberships m ON m.staff_id = s.id AND m.ended_at IS NULL LEFT JOIN agencies a ON a.id = m.agency_id`
	withoutSQL = `staff s LEFT JOIN memberships m ON false LEFT JOIN agencies a ON false`
	listedSQL  = `s.id AS staff_id, s.name, s.email, s.suspended_at, s.signed_in_at, coalesce(m.id, 0) AS membership_id,
		coalesce(m.role, '') AS role, coalesce(m.agency_id, 0) AS agency_id, coalesce(a.name, '') AS agency_name,
		coalesce(a.code, '') AS agency_code, m.since`
	likeSQL = `'%%' || replace(replace(replace(search_key(%[1]s), '\', '\\'), '%%', '\%%'), '_', '\_') || '%%'`
)

// listQuery is what the list looks for, as SQL.
type listQuery struct {
	actor      authz.Actor
	everywhere bool
	roots      []authz.AgencyID

	args     []any
	wide     bool   // no part of the tree narrows it down
	scope    string // the agencies that do, when it is not
	rare     bool   // the letter or two searched for are in few names
	frequent bool   // they are in very many
	from     string
	where    []string // on s, m and a
	text     string   // searched for, or ""
	asked    string   // the same as an argument
	pattern  string   // what search columns must be LIKE, or ""
	short    string   // the letter or two that are searched for, or ""
	cursor   keyset.Cursor
	after    string // the place of the cursor, to compare a row's with, or ""
	from2    string // the same without the membership
	found    int    // rows, up to gatherLimit and a few
}

func newListQuery(actor authz.Actor, f Filter, c keyset.Cursor) (*listQuery, error) {
	q := &listQuery{actor: actor, from: peopleSQL, cursor: c}
	q.everywhere, q.roots = actor.Reach(authz.ViewStaff)
	q.within(f.Unit)
	if f.Role != "" {
		q.members(`m.role = ` + q.arg(string(f.Role)))
	}
	switch f.State {
	case Active:
		q.members(`s.suspended_at IS NULL`)
	case Suspended:
		q.where = append(q.where, `s.suspended_at IS NOT NULL`)
	case Without:
		if q.from == peopleSQL {
			q.from = withoutSQL
		}
		q.where = append(q.where, `NOT s.member AND s.suspended_at IS NULL AND m.id IS NULL`)
	}
	q.search(f.Query)
	return q, q.place()
}

func (q *listQuery) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

// within keeps to the unit, which must lie within reach, or else to all that
// does.
func (q *listQuery) within(unit authz.AgencyID) {
	reach := "true"
	if !q.everywhere {
		reach = `ancestor_id = ANY (` + q.arg(ints(q.roots)) + `::bigint[])`
	}
	q.wide = q.everywhere && unit == 0
	switch {
	case unit != 0:
		id := q.arg(int64(unit)) + "::bigint"
		q.scope = `(SELECT agency_id FROM agency_paths WHERE ancestor_id = ` + id + `
			AND EXISTS (SELECT FROM agency_paths WHERE agency_id = ` + id + ` AND ` + reach + `))`
	case !q.everywhere:
		q.scope = `(SELECT agency_id FROM agency_paths WHERE ` + reach + `)`
	}
	if !q.wide {
		q.members(`m.agency_id IN ` + q.scope)
	}
}

// members adds a condition that only memberships can fulfil.
func (q *listQuery) members(condition string) {
	q.from = membersSQL
	q.where = append(q.where, condition)
}

func (q *listQuery) search(text string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return
	}
	q.text, q.asked = text, q.arg(text)+"::text"
	q.pattern = fmt.Sprintf(likeSQL, q.asked)
	if utf8.RuneCountInString(text) < shortest {
		q.short = "search_key(" + q.asked + ")"
	}
}

func (q *listQuery) place() error {
	if q.cursor.First() {
		return nil
	}
	if strings.ContainsRune(*q.cursor.Key(0), 0) {
		return errCursor
	}
	name := q.arg(*q.cursor.Key(0)) + "::text"
	var ids [2]string
	for i := range ids {
		id, err := strconv.ParseInt(*q.cursor.Key(i + 1), 10, 64)
		if err != nil {
			return errCursor
		}
		ids[i] = q.arg(id) + "::bigint"
	}
	q.from2 = "(" + name + ", " + ids[0] + ")"
	q.after = "(" + name + ", " + ids[0] + ", " + ids[1] + ")"
	return nil
}

var errCursor = problem.New(problem.BadInput, "ที่อยู่ของหน้านี้ไม่ถูกต้อง กรุณาเปิดรายการใหม่จากเมนู")

// branches select every row that fits, or the first limit of each branch, by
// conditions that indexes can serve. A row found by the person and by the
// agency comes once.
func (q *listQuery) branches(limit int) string {
	one := func(from, table, condition string) string {
		from, condition = q.containing(from, table, condition)
		return `(SELECT s.name, s.id AS sid, coalesce(m.id, 0) AS mid FROM ` + from +
			conditions(append([]string{condition}, q.where...)) + atMost(limit) + `)`
	}
	switch {
	case q.pattern == "":
		return one(q.from, "", "")
	case q.short != "" && !q.wide && q.rare:
		return one(q.from, "staff s", "s.search") + ` UNION ` + q.amongUnits(limit)
	case q.short != "" && !q.wide:
		return q.amongMembers(limit)
	}
	people := one(q.from, "staff s", "s.search")
	if q.from == withoutSQL {
		return people
	}
	return people + ` UNION ` + one(membersSQL, "agencies a", "a.search")
}

// gathered is the page among all that fits, or among the first limit rows of
// each branch.
func (q *listQuery) gathered(limit, size int) string {
	compare, direction := q.cursor.SQL()
	place := ""
	if q.after != "" {
		place = ` WHERE (name, sid, mid) ` + compare + ` ` + q.after
	}
	order := fmt.Sprintf(` ORDER BY name %[1]s, sid %[1]s, mid %[1]s`, direction)
	hits := q.branches(limit)
	if limit == 0 && q.pattern != "" && q.from == peopleSQL {
		source, condition := q.containing(membersSQL, "agencies a", "a.search")
		hits = q.firstPeople(size) + ` UNION (SELECT s.name, s.id, m.id FROM ` + source + conditions(append([]string{condition}, q.where...)) + `)`
	}
	return `WITH hit AS MATERIALIZED (` + hits + `),
		page AS (SELECT name, sid, mid FROM hit` + place + order + ` LIMIT ` + strconv.Itoa(size) + `)
		SELECT ` + listedSQL + `, ` + lineageSQL + `, (SELECT count(*) FROM hit)::int AS found
		FROM page JOIN staff s ON s.id = sid LEFT JOIN memberships m ON m.id = mid LEFT JOIN agencies a ON a.id = m.agency_id` +
		fmt.Sprintf(` ORDER BY page.name %[1]s, sid %[1]s, mid %[1]s`, direction)
}

// walked is the page among the next limit people by name.
func (q *listQuery) walked(limit, size int) string {
	compare, direction := q.cursor.SQL()
	where, start := q.where, ""
	if q.after != "" {
		start = ` WHERE (s.name, s.id) ` + compare + `= ` + q.from2
		where = append([]string{`(s.name, s.id, coalesce(m.id, 0)) ` + compare + ` ` + q.after}, where...)
	}
	if q.pattern != "" {
		where = append([]string{`(s.search LIKE ` + q.pattern + ` OR a.search LIKE ` + q.pattern + `)`}, where...)
	}
	people := fmt.Sprintf(`(SELECT * FROM staff s%s ORDER BY s.name %[2]s, s.id %[2]s LIMIT %d) s`, start, direction, limit)
	return `SELECT ` + listedSQL + `, ` + lineageSQL + `, 0 AS found
		FROM ` + strings.Replace(q.from, "staff s", people, 1) + conditions(where) +
		fmt.Sprintf(` ORDER BY s.name %[1]s, s.id %[1]s, coalesce(m.id, 0) %[1]s LIMIT %d`, direction, size)
}

const lineageSQL = `ARRAY(SELECT ancestor_id FROM agency_paths WHERE agency_id = m.agency_id) AS lineage`

// page returns one page of size rows and notes how many there are in all.
func (q *listQuery) page(ctx context.Context, r db.Reader, size int) ([]Item, error) {
	rows, err := q.find(ctx, r, size)
	items := make([]Item, len(rows))
	for i, row := range rows {
		items[i] = row.item(q.actor)
	}
	return items, err
}

func (q *listQuery) find(ctx context.Context, r db.Reader, size int) ([]listedRow, error) {
	limit := commonWalk
	common, err := q.probe(ctx, r)
	if err != nil {
		return nil, err
	}
	if !common {
		if !q.frequent {
			limit = walkLimit
		}
		first := gatherLimit + 1
		if q.short != "" && !q.wide && !q.rare && !q.frequent { // it would read most of that part of the tree in any case
			first = 0
		}
		rows, err := q.read(ctx, r, q.gathered(first, size))
		if err != nil || len(rows) == 0 {
			return nil, err
		}
		q.found = rows[0].Found
		if q.found <= gatherLimit || first == 0 {
			return rows, nil
		} // otherwise these are some rows, not the first ones
	}
	rows, err := q.read(ctx, r, q.walked(limit, size))
	if err == nil && len(rows) < size {
		rows, err = q.read(ctx, r, q.gathered(0, size))
	}
	return rows, err
}

type listedRow struct {
	Listed
	Lineage []authz.AgencyID
	Found   int
}

func (r listedRow) item(actor authz.Actor) Item {
	m := Held{ID: r.MembershipID, StaffID: r.StaffID, Role: r.Role, Lineage: r.Lineage}
	return Item{r.Listed, m.ID != 0 && m.mayEdit(actor) == nil, m.ID != 0 && m.mayRemove(actor) == nil}
}

// read lets Postgres plan for these very values: which way is short depends
// on them.
func (q *listQuery) read(ctx context.Context, r db.Reader, sql string) ([]listedRow, error) {
	rows, err := r.Query(ctx, sql, append([]any{pgx.QueryExecModeCacheDescribe}, q.args...)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[listedRow])
}

func ints(ids []authz.AgencyID) []int64 {
	all := make([]int64, len(ids))
	for i, id := range ids {
		all[i] = int64(id)
	}
	return all
}
