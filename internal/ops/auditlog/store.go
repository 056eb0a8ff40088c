package auditlog

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
)

// query is the FROM and WHERE of a filter.
type query struct {
	from  string
	id    string // the column that entries are sorted by
	where []string
	texts []string // those of the conditions that look for a text
	args  []any
	short bool // a text is too short for the index
	near  int  // how many of the newest to look through first; 0: no need to
	reach bool // but for texts it asks audit_reach alone
}

func (q *query) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

func (q *query) add(condition string) { q.where = append(q.where, condition) }

func (q query) sql() string { return q.from + conditions(q.where, q.texts) }

func conditions(all ...[]string) string {
	if c := slices.Concat(all...); len(c) > 0 {
		return " WHERE " + strings.Join(c, " AND ")
	}
	return ""
}

// and is q with one condition more; q stays as it is.
func (q query) and(condition func(*query) string) query {
	q.where, q.args = append([]string(nil), q.where...), append([]any(nil), q.args...)
	q.add(condition(&q))
	return q
}

// clockSlack is by how many entries the order of ids may differ from that of
// times: a server's clock may be set back.
const clockSlack = 1000

// find builds the query. One agency to look at is read along its own part of
// audit_reach, which is sorted by entry.
func find(f Filter, sc scope) query {
	q := query{from: "audit_entries e", id: "e.id"}
	one := f.Unit
	if one == 0 && !sc.everywhere && len(sc.roots) == 1 {
		one = sc.roots[0]
	}
	if one != 0 {
		q.from, q.id = "audit_reach r JOIN audit_entries e ON e.id = r.entry_id", "r.entry_id"
		q.add("r.agency_id = " + q.arg(int64(one)))
		q.reach = f.Action == "" && f.From.IsZero() && f.Until.IsZero()
	}
	if !sc.everywhere && (len(sc.roots) != 1 || one != sc.roots[0]) {
		q.add("EXISTS (SELECT FROM audit_reach x WHERE x.entry_id = " + q.id + " AND x.agency_id = ANY(" + q.arg(sc.roots) + "))")
	}
	if f.Action != "" {
		q.add("e.action = " + q.arg(f.Action))
	}
	if f.Text != "" {
		q.texts = append(q.texts, "e.search LIKE "+like(q.arg(f.Text)))
	}
	if f.Person != "" { // the index narrows it down to those who are named at all
		p := like(q.arg(f.Person))
		q.texts = append(q.texts, "e.search LIKE "+p, "search_key(e.staff_name) LIKE "+p)
	}
	q.short = short(f.Text) || short(f.Person)
	switch {
	case q.short && (one != 0 || !sc.everywhere):
		q.near = nearbyOwn
	case q.short:
		q.near = nearby
	case len(q.texts) > 0 && (one != 0 || !sc.everywhere):
		q.near = glance
	}
	// Times are bound through ids, by which the rows lie sorted.
	if !f.From.IsZero() {
		at := q.arg(f.From)
		q.add("e.at >= " + at + " AND " + q.id + " >= coalesce((SELECT id FROM audit_entries WHERE at >= " + at + " ORDER BY at LIMIT 1), 9223372036854775807) - " + strconv.Itoa(clockSlack))
	}
	if !f.Until.IsZero() {
		at := q.arg(f.Until)
		q.add("e.at < " + at + " AND " + q.id + " <= coalesce((SELECT id FROM audit_entries WHERE at < " + at + " ORDER BY at DESC LIMIT 1), 0) + " + strconv.Itoa(clockSlack))
	}
	return q
}

func like(arg string) string {
	return `('%' || replace(replace(replace(search_key(` + arg + `), '\', '\\'), '%', '\%'), '_', '\_') || '%')`
}

// columns are those of Entry, of a row e. Names of agencies are looked up for
// the rows of a page only, which is why it stands outside of the search.
const columns = `e.id, e.at, e.staff_id, e.staff_name, coalesce(e.job, '') AS job, e.address, e.action, e.subject, e.subject_name,
	(SELECT coalesce(jsonb_object_agg(a.id, a.name), '{}') FROM agencies a WHERE a.id = ANY(e.agencies)) AS agencies, e.detail, e.hash`

// row is an Entry as it is read.
type row struct {
	ID                   ID
	At                   time.Time
	StaffID              *int64
	StaffName            string
	Job, Address         string
	Action               audit.Action
	Subject, SubjectName string
	Agencies             map[string]string
	Detail               []byte
	Hash                 []byte
}

func (r row) entry() Entry {
	e := Entry{
		ID: r.ID, At: r.At, StaffID: r.StaffID, StaffName: r.StaffName, Job: r.Job, Address: r.Address, Action: r.Action,
		Subject: r.Subject, SubjectName: r.SubjectName, Agencies: map[authz.AgencyID]string{}, Detail: json.RawMessage(r.Detail), Hash: r.Hash,
	}
	for id, name := range r.Agencies {
		if n, err := strconv.ParseInt(id, 10, 64); err == nil {
			e.Agencies[authz.AgencyID(n)] = name
		}
	}
	return e
}

func toEntry(collected pgx.CollectableRow) (Entry, error) {
	r, err := pgx.RowToStructByName[row](collected)
	return r.entry(), err
}

// ask runs a query whose plan depends on what is looked for: a plan that is
// made once for every value would be wrong for most.
func ask(ctx context.Context, r db.Reader, sql string, args []any) (pgx.Rows, error) {
	return r.Query(ctx, sql, append([]any{pgx.QueryExecModeCacheDescribe}, args...)...)
}

// fromOn is q from a position on, and the direction it is read in.
func (q query) fromOn(p position) (query, string) {
	compare, direction := p.DescSQL()
	if !p.First() {
		q = q.and(func(q *query) string { return q.id + " " + compare + " " + q.arg(int64(p.at)) })
	}
	return q, " ORDER BY " + q.id + " " + direction
}

func selectPage(ctx context.Context, r db.Reader, q query, p position, limit int) ([]Entry, error) {
	q, order := q.fromOn(p)
	_, direction := p.DescSQL()
	rows, err := ask(ctx, r, `SELECT `+columns+` FROM (SELECT e.* FROM `+q.sql()+order+` LIMIT `+strconv.Itoa(limit)+`) e
		ORDER BY e.id `+direction, q.args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, toEntry)
}

func countFound(ctx context.Context, r db.Reader, q query, limit int) (int, error) {
	rows, err := ask(ctx, r, `SELECT count(*) FROM (SELECT FROM `+q.sql()+` LIMIT `+strconv.Itoa(limit)+`) f`, q.args)
	if err != nil {
		return 0, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[int])
}

func eachFound(ctx context.Context, r db.Reader, q query, each func(Entry) error) error {
	rows, err := ask(ctx, r, `SELECT `+columns+` FROM `+q.sql()+` ORDER BY `+q.id+` DESC`, q.args)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		e, err := toEntry(rows)
		if err != nil {
			return err
		}
		if err := each(e); err != nil {
			return err
		}
	}
	return rows.Err()
}

func selectEntry(ctx context.Context, r db.Reader, id ID) (e Entry, previous []byte, found bool, err error) {
	rows, err := r.Query(ctx, `
		SELECT `+columns+`, (SELECT hash FROM audit_entries WHERE id = e.id - 1) AS previous FROM audit_entries e WHERE e.id = $1`, id)
	if err != nil {
		return Entry{}, nil, false, err
	}
	type both struct {
		row
		Previous []byte
	}
	b, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[both])
	if errors.Is(err, pgx.ErrNoRows) {
		return Entry{}, nil, false, nil
	}
	return b.entry(), b.Previous, err == nil, err
}

func concerns(ctx context.Context, r db.Reader, id ID, roots []authz.AgencyID) (bool, error) {
	rows, err := r.Query(ctx, `SELECT EXISTS (SELECT FROM audit_reach WHERE entry_id = $1 AND agency_id = ANY($2))`, id, roots)
	if err != nil {
		return false, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[bool])
}

// lockRefusal makes the refusals of one person at one path take turns until tx
// ends, and reports whether one was recorded within the last while.
func lockRefusal(ctx context.Context, tx *audit.Tx, staffID int64, path string, within time.Duration) (recent bool, err error) {
	name := "access.refused/" + strconv.FormatInt(staffID, 10) + path
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, name); err != nil {
		return false, err
	}
	rows, err := tx.Query(ctx, `
		SELECT EXISTS (SELECT FROM audit_entries
			WHERE subject = $1 AND staff_id = $2 AND action = $3 AND at > clock_timestamp() - $4::interval)`,
		path, staffID, ActionAccessRefused, within)
	if err != nil {
		return false, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[bool])
}
