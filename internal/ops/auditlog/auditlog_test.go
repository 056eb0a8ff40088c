package auditlog_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/problem"
	"portal/internal/ops/auditlog"
	"portal/internal/ops/seed"
	"portal/internal/org/agency"
	"portal/internal/people/staff"
)

var system = authz.System("test")

// bench is a log with a small tree: ministry 1 with departments 2 and 3, and
// unit 4 under department 2.
type bench struct {
	t    *testing.T
	pool *pgxpool.Pool
	log  *audit.Log
	s    *auditlog.Service
	now  time.Time
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, pool: testdb.New(t), now: time.Now()}
	b.log = audit.New(b.pool)
	b.s = auditlog.New(b.pool, b.log, func() time.Time { return b.now })
	b.exec(`INSERT INTO agencies (id, code, parent_id, kind, name) OVERRIDING SYSTEM VALUE VALUES
		(1, '01000000', NULL, 'ministry', 'กระทรวงหนึ่ง'), (2, '01001000', 1, 'department', 'กรมสอง'),
		(3, '01002000', 1, 'department', 'กรมสาม'), (4, '01001001', 2, 'division', 'กองสี่')`)
	b.exec(`INSERT INTO staff (id, issuer, subject, name) OVERRIDING SYSTEM VALUE VALUES
		(7, 'test', 'a', 'สมชาย รักงาน'), (8, 'test', 'b', 'น้ำฝน ใจดี')`)
	return b
}

func (b *bench) exec(sql string, args ...any) {
	b.t.Helper()
	if _, err := b.pool.Exec(context.Background(), sql, args...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) count(sql string, args ...any) (n int) {
	b.t.Helper()
	if err := b.pool.QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

// record writes one entry and returns its number.
func (b *bench) record(actor authz.Actor, action audit.Action, about audit.Subject, detail any) auditlog.ID {
	b.t.Helper()
	err := b.log.Change(context.Background(), actor, func(tx *audit.Tx) error { return tx.Record(action, about, detail) })
	if err != nil {
		b.t.Fatal(err)
	}
	return auditlog.ID(b.count(`SELECT max(id) FROM audit_entries`))
}

func person(id int64, grants ...authz.Grant) authz.Actor {
	return authz.Actor{StaffID: id, Address: "192.0.2.7", Grants: grants}
}

var (
	admin   = person(7, authz.Grant{Role: authz.DGAAdmin, Agency: 1})
	officer = person(8, authz.Grant{Role: authz.CentralOfficer, Agency: 2})
)

func (b *bench) ids(actor authz.Actor, f auditlog.Filter) []auditlog.ID {
	b.t.Helper()
	l, err := b.s.Entries(context.Background(), actor, f, "")
	if err != nil {
		b.t.Fatal(err)
	}
	var ids []auditlog.ID
	for _, e := range l.Page.Rows {
		ids = append(ids, e.ID)
	}
	if l.Count != len(ids) {
		b.t.Errorf("%d entries, counted %d", len(ids), l.Count)
	}
	return ids
}

func aboutAgency(id authz.AgencyID) audit.Subject {
	return audit.Subject{Key: fmt.Sprintf("agency/%d", id), Name: "หน่วย", Agencies: []authz.AgencyID{id}}
}

func TestA55_OfficersSeeWhatConcernsTheirDepartment(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	own := b.record(admin, agency.ActionChanged, aboutAgency(4), nil)
	foreign := b.record(admin, agency.ActionChanged, aboutAgency(3), nil)
	nobodys := b.record(admin, seed.ActionSeeded, audit.Subject{Key: "x"}, nil)
	two := person(8, authz.Grant{Role: authz.CentralOfficer, Agency: 2}, authz.Grant{Role: authz.CentralOfficer, Agency: 3})
	for name, tt := range map[string]struct {
		actor authz.Actor
		f     auditlog.Filter
		want  []auditlog.ID
	}{
		"everything":                 {admin, auditlog.Filter{}, []auditlog.ID{nobodys, foreign, own}},
		"own department":             {officer, auditlog.Filter{}, []auditlog.ID{own}},
		"two departments":            {two, auditlog.Filter{}, []auditlog.ID{foreign, own}},
		"a unit":                     {admin, auditlog.Filter{Unit: 2}, []auditlog.ID{own}},
		"own unit":                   {officer, auditlog.Filter{Unit: 4}, []auditlog.ID{own}},
		"a foreign unit":             {officer, auditlog.Filter{Unit: 3}, nil},
		"the ministry, own part":     {officer, auditlog.Filter{Unit: 1}, []auditlog.ID{own}},
		"own department by its name": {officer, auditlog.Filter{Text: "หน่วย"}, []auditlog.ID{own}},
	} {
		if got := b.ids(tt.actor, tt.f); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
	if _, _, err := b.s.Entry(t.Context(), officer, own); err != nil {
		t.Errorf("own entry: %v", err)
	}
	for _, id := range []auditlog.ID{foreign, nobodys} {
		if _, _, err := b.s.Entry(t.Context(), officer, id); !problem.Is(err, problem.Forbidden) {
			t.Errorf("foreign entry: %v", err)
		}
	}
	if _, _, err := b.s.Entry(t.Context(), admin, 99); !problem.Is(err, problem.NotFound) {
		t.Errorf("unknown entry: %v", err)
	}
	author := person(8, authz.Grant{Role: authz.ManualAuthor, Agency: 2})
	if _, err := b.s.Entries(t.Context(), author, auditlog.Filter{}, ""); !problem.Is(err, problem.Forbidden) {
		t.Errorf("an author: %v", err)
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(`INSERT INTO audit_entries (at, action, subject) VALUES ('2026-01-31T16:59:59Z', 'agency.added', 'agency/9'), ('2026-01-31T17:00:00Z', 'agency.added', 'agency/9')`)
	changed := b.record(admin, staff.ActionMembershipChanged, audit.Person(8), audit.Diff{Before: 1, After: 2, Reason: "ย้ายไปน้ำตก 100%"})
	signed := b.record(officer, staff.ActionSignedIn, audit.Person(8), nil)
	day := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339, text+"T00:00:00+07:00")
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for name, tt := range map[string]struct {
		f    auditlog.Filter
		want []auditlog.ID
	}{
		"action":                      {auditlog.Filter{Action: staff.ActionSignedIn}, []auditlog.ID{signed}},
		"who did it":                  {auditlog.Filter{Person: "น้ำฝน"}, []auditlog.ID{signed}},
		"who did it, spelt otherwise": {auditlog.Filter{Person: "นํ้าฝน"}, []auditlog.ID{signed}},
		"who is named":                {auditlog.Filter{Text: "น้ำฝน"}, []auditlog.ID{signed, changed}},
		"two letters":                 {auditlog.Filter{Text: "ฝน"}, []auditlog.ID{signed, changed}},
		"reason":                      {auditlog.Filter{Text: "น้ำตก"}, []auditlog.ID{changed}},
		"address":                     {auditlog.Filter{Text: "192.0.2.7", Action: staff.ActionSignedIn}, []auditlog.ID{signed}},
		"a sign of LIKE":              {auditlog.Filter{Text: "100%"}, []auditlog.ID{changed}},
		"a sign of LIKE, not there":   {auditlog.Filter{Text: "1%0"}, nil},
		"first day":                   {auditlog.Filter{From: day("2026-01-31"), Until: day("2026-02-01")}, []auditlog.ID{1}},
		"second day":                  {auditlog.Filter{From: day("2026-02-01"), Until: day("2026-02-02")}, []auditlog.ID{2}},
		"since then":                  {auditlog.Filter{From: day("2026-02-01")}, []auditlog.ID{signed, changed, 2}},
		"until then":                  {auditlog.Filter{Until: day("2026-02-01")}, []auditlog.ID{1}},
		"the future":                  {auditlog.Filter{From: day("2999-01-01")}, nil},
		"nobody":                      {auditlog.Filter{Text: "ไม่มีใคร"}, nil},
	} {
		if got := b.ids(admin, tt.f); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestPagesMeet(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(`INSERT INTO audit_entries (action, subject) SELECT 'content.seeded', 'x' FROM generate_series(1, 1100)`)
	var seen []auditlog.ID
	cursor := ""
	for {
		l, err := b.s.Entries(t.Context(), admin, auditlog.Filter{Action: seed.ActionSeeded}, cursor)
		if err != nil {
			t.Fatal(err)
		}
		if l.Count != 1000 || !l.More {
			t.Fatalf("count %d, more %v", l.Count, l.More)
		}
		for _, e := range l.Page.Rows {
			seen = append(seen, e.ID)
		}
		if cursor = l.Page.Next; cursor == "" {
			back, err := b.s.Entries(t.Context(), admin, auditlog.Filter{Action: seed.ActionSeeded}, l.Page.Previous)
			if err != nil || len(back.Page.Rows) != 50 || back.Page.Rows[0].ID != 100 || back.Page.Rows[49].ID != 51 {
				t.Errorf("the page before the last: %d rows, %v", len(back.Page.Rows), err)
			}
			break
		}
	}
	if len(seen) != 1100 || !slices.IsSortedFunc(seen, func(a, b auditlog.ID) int { return int(b - a) }) {
		t.Errorf("%d entries", len(seen))
	}
	for _, bad := range []string{"x", "eyJrIjpbIngiXX0", "eyJrIjpbIi0xIl19"} {
		if _, err := b.s.Entries(t.Context(), admin, auditlog.Filter{}, bad); !problem.Is(err, problem.BadInput) {
			t.Errorf("cursor %q: %v", bad, err)
		}
	}
}

func TestExportIsRecordedBeforeTheFirstRow(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	own := b.record(admin, agency.ActionChanged, aboutAgency(4), nil)
	b.record(admin, agency.ActionChanged, aboutAgency(3), nil)
	var got []auditlog.ID
	err := b.s.Export(t.Context(), officer, auditlog.Filter{Action: agency.ActionChanged}, "csv", func(e auditlog.Entry) error {
		if n := b.count(`SELECT count(*) FROM audit_entries WHERE action = 'audit.exported' AND staff_id = 8
			AND detail->>'format' = 'csv' AND detail->'filter'->>'action' = 'agency.changed' AND agencies = '{2}'`); n != 1 {
			t.Errorf("%d records of the export", n)
		}
		got = append(got, e.ID)
		return nil
	})
	if err != nil || !slices.Equal(got, []auditlog.ID{own}) {
		t.Errorf("%v, %v", got, err)
	}
	author := person(8, authz.Grant{Role: authz.ManualAuthor, Agency: 2})
	if err := b.s.Export(t.Context(), author, auditlog.Filter{}, "csv", nil); !problem.Is(err, problem.Forbidden) {
		t.Errorf("an author: %v", err)
	}
}

func TestRefusalsAreKeptOncePerMinute(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	refuse := func(actor authz.Actor, path string) {
		t.Helper()
		if err := b.s.Refused(t.Context(), actor, "GET", path, "ไม่มีสิทธิ์"); err != nil {
			t.Fatal(err)
		}
	}
	entries := func() int { return b.count(`SELECT count(*) FROM audit_entries WHERE action = 'access.refused'`) }
	b.exec(`INSERT INTO audit_entries (at, staff_id, action, subject) VALUES (clock_timestamp() - interval '61 seconds', 8, 'access.refused', '/a')`)
	done := make(chan struct{})
	for range 8 {
		go func() { refuse(officer, "/a"); done <- struct{}{} }()
	}
	for range 8 {
		<-done
	}
	if n := entries(); n != 2 {
		t.Errorf("%d entries for eight refusals at once after one a minute ago", n)
	}
	refuse(officer, "/b")
	refuse(admin, "/a")
	refuse(authz.Actor{Address: "192.0.2.9"}, "/a") // a visitor
	refuse(officer, "/"+strings.Repeat("ก", 5000)+"\x00\n\x1b\xff")
	if n := entries(); n != 5 {
		t.Errorf("%d entries", n)
	}
	if n := b.count(`SELECT count(*) FROM audit_entries WHERE subject = '/b' AND staff_id = 8 AND agencies = '{2}'
		AND detail = '{"method": "GET", "message": "ไม่มีสิทธิ์"}'`); n != 1 {
		t.Errorf("%d entries as they should be", n)
	}
}
