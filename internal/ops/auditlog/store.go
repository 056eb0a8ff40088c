package auditlog

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/listing"
)

// query is the FROM and WHERE of a filter.
type query struct {
	listing.Query // but for those that look for a text
	from          string
	id            string   // the column that entries are sorted by
	texts         []string // the conditions that look for a text
	short         bool     // a text is too short for the index
	recent        int      // how many of the newest to look through first; 0: no need to
	reach         bool     // but for texts it asks audit_reach alone
}

func (q query) sql() string { return q.from + listing.Where(q.Conditions, q.texts) }

// clockSlack is by how many entries the order of ids may differ from that of
// times: a server's clock may be set back.
const clockSlack = 1000

// find builds the query. One agency to look at is read along its own part of
// audit_reach, which is sorted by entry.
func find(f Filter, sc listing.Reach) query {
	q := query{from: "audit_entries e", id: "e.id"}
	one := f.Unit
	if one == 0 && !sc.Everywhere && len(sc.Roots) == 1 {
		one = sc.Roots[0]
	}
	if one != 0 {
		q.from, q.id = "audit_reach r JOIN audit_entries e ON e.id = r.entry_id", "r.entry_id"
		q.Add("r.agency_id = " + q.Arg(int64(one)))
		q.reach = f.Action == "" && f.From.IsZero() && f.Until.IsZero()
	}
	if !sc.Everywhere && (len(sc.Roots) != 1 || one != sc.Roots[0]) {
		q.Add("EXISTS (SELECT FROM audit_reach x WHERE x.entry_id = " + q.id + " AND x.agency_id = ANY(" + q.Arg(sc.Roots) + "))")
	}
	if f.Action != "" {
		q.Add("e.action = " + q.Arg(f.Action))
	}
	if f.Text != "" {
		q.texts = append(q.texts, "e.search LIKE "+like(q.Arg(f.Text)))
	}
	if f.Person != "" { // the index narrows it down to those who are named at all
		p := like(q.Arg(f.Person))
		q.texts = append(q.texts, "e.search LIKE "+p, "search_key(e.staff_name) LIKE "+p)
	}
	q.short = short(f.Text) || short(f.Person)
	switch {
	case q.short && (one != 0 || !sc.Everywhere):
		q.recent = recentOwn
	case q.short:
		q.recent = recentAll
	case len(q.texts) > 0 && (one != 0 || !sc.Everywhere):
		q.recent = recentFew
	}
	// Times are bound through ids, by which the rows lie sorted.
	if !f.From.IsZero() {
		at := q.Arg(f.From)
		q.Add("e.at >= " + at + " AND " + q.id + " >= coalesce((SELECT id FROM audit_entries WHERE at >= " + at + " ORDER BY at LIMIT 1), 9223372036854775807) - " + strconv.Itoa(clockSlack))
	}
	if !f.Until.IsZero() {
		at := q.Arg(f.Until)
		q.Add("e.at < " + at + " AND " + q.id + " <= coalesce((SELECT id FROM audit_entries WHERE at < " + at + " ORDER BY at DESC LIMIT 1), 0) + " + strconv.Itoa(clockSlack))
	}
	return q
}

// like is the pattern of a text.
func like(arg string) string { return `(` + listing.Containing(listing.SearchKey(arg)) + `)` }

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

// fromOn is q from a cursor on, and the order it is read in.
func (q query) fromOn(c listing.Cursor) (query, string, error) {
	q.Query = q.Clone()
	by := sortedBy(q.id)
	after, err := by.After(&q.Query, c, "")
	q.Add(after)
	return q, " ORDER BY " + by.By(c, ""), err
}

func selectPage(ctx context.Context, r db.Reader, q query, c listing.Cursor, limit int) ([]Entry, error) {
	q, inOrder, err := q.fromOn(c)
	if err != nil {
		return nil, err
	}
	rows, err := ask(ctx, r, `SELECT `+columns+` FROM (SELECT e.* FROM `+q.sql()+inOrder+` LIMIT `+strconv.Itoa(limit)+`) e
		ORDER BY `+order.By(c, "e"), q.Args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, toEntry)
}

func countFound(ctx context.Context, r db.Reader, q query, limit int) (int, error) {
	rows, err := ask(ctx, r, `SELECT count(*) FROM (SELECT FROM `+q.sql()+` LIMIT `+strconv.Itoa(limit)+`) f`, q.Args)
	if err != nil {
		return 0, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[int])
}

func eachFound(ctx context.Context, r db.Reader, q query, each func(Entry) error) error {
	rows, err := ask(ctx, r, `SELECT `+columns+` FROM `+q.sql()+` ORDER BY `+q.id+` DESC`, q.Args)
	if err != nil {
		return err
	}
	return listing.Each(rows, toEntry, each)
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
