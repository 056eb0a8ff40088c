package staff

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/listing"
	"portal/internal/kit/problem"
)

// house is a small government: สพร., two departments of a ministry, a service
// point under the first, and people.
type house struct {
	t      *testing.T
	pool   *pgxpool.Pool
	log    *audit.Log
	people *Service
	at     map[string]authz.AgencyID
	now    time.Time
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, pool: testdb.New(t), at: map[string]authz.AgencyID{}, now: time.Now().Truncate(time.Second)}
	h.log = audit.New(h.pool)
	h.people = New(h.pool, h.log, func() time.Time { return h.now })
	for _, a := range []struct{ key, code, kind, name, parent string }{
		{"dga", authz.CodeDGA, "department", "สพร.", ""}, {"opdc", authz.CodeOPDC, "department", "สำนักงาน ก.พ.ร.", ""},
		{"ministry", "08000000", "ministry", "กระทรวงคมนาคม", ""},
		{"dlt", "08004000", "department", "กรมการขนส่งทางบก", "ministry"}, {"doh", "08006000", "department", "กรมทางหลวง", "ministry"},
		{"point", "080040005001", "service_point", "ขนส่งจังหวัดน้ำปาด", "dlt"},
	} {
		var id authz.AgencyID
		err := h.pool.QueryRow(t.Context(), `INSERT INTO agencies (code, kind, name, parent_id) VALUES ($1, $2, $3, nullif($4::bigint, 0)) RETURNING id`,
			a.code, a.kind, a.name, h.at[a.parent]).Scan(&id)
		if err != nil {
			t.Fatal(err)
		}
		h.at[a.key] = id
	}
	return h
}

// hire makes somebody a member, and the actor that they then are.
func (h *house) hire(name string, role authz.Role, at string) (authz.Actor, MembershipID) {
	h.t.Helper()
	ctx := context.Background()
	var a authz.Actor
	err := h.log.Change(ctx, authz.System("test"), func(tx *audit.Tx) error {
		p, err := SignIn(ctx, tx, Identity{Issuer: "test", Subject: name, Name: name, Email: "someone@dlt.go.th"}, h.now)
		if err != nil {
			return err
		}
		a = authz.Actor{StaffID: int64(p.ID), Address: "192.0.2.7"}
		if role == "" {
			return tx.Record(ActionSignedIn, audit.Person(a.StaffID), nil)
		}
		return Join(ctx, tx, Joining{Staff: p.ID, Agency: h.at[at], Role: role, Since: h.now})
	})
	if err != nil {
		h.t.Fatal(err)
	}
	a.Grants = h.grants(a.StaffID)
	return a, MembershipID(h.number(`SELECT coalesce(max(id), 0) FROM memberships WHERE staff_id = $1`, a.StaffID))
}

func (h *house) grants(id int64) (all []authz.Grant) {
	h.t.Helper()
	ms, err := selectMemberships(context.Background(), h.pool, ID(id))
	if err != nil {
		h.t.Fatal(err)
	}
	for _, m := range ms {
		all = append(all, authz.Grant{Role: m.Role, Agency: m.AgencyID})
	}
	return all
}

func (h *house) number(sql string, args ...any) (n int64) {
	h.t.Helper()
	if err := h.pool.QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

func (h *house) names(actor authz.Actor, f Filter) []string {
	h.t.Helper()
	l, err := h.people.List(context.Background(), actor, f, "")
	if err != nil {
		h.t.Fatal(err)
	}
	names := []string{}
	for _, r := range l.Rows {
		names = append(names, r.Name)
	}
	return names
}

// together runs both once each waits for the lock that key names.
func (h *house) together(key string, run ...func() error) []error {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	hold, err := h.pool.Begin(ctx)
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := hold.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, key); err != nil {
		h.t.Fatal(err)
	}
	errs := make([]error, len(run))
	var wg sync.WaitGroup
	for i, do := range run {
		wg.Go(func() { errs[i] = do() })
	}
	for waiting := 0; waiting < len(run); {
		err := hold.QueryRow(ctx, `SELECT count(*) FROM pg_stat_clear_snapshot(), pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting)
		if err != nil {
			h.t.Fatal(err)
		}
	}
	if err := hold.Commit(ctx); err != nil {
		h.t.Fatal(err)
	}
	wg.Wait()
	return errs
}

func succeeded(errs []error) (n int) {
	for _, err := range errs {
		if err == nil {
			n++
		}
	}
	return n
}

func TestA56_TheLastTwoAdminsRemoveEachOther(t *testing.T) {
	t.Parallel()
	for name, race := range map[string]func(h *house, a, b authz.Actor, am, bm MembershipID) []func() error{
		"remove": func(h *house, a, b authz.Actor, am, bm MembershipID) []func() error {
			return []func() error{
				func() error { _, err := h.people.Remove(t.Context(), a, bm, Change{Reason: "x"}); return err },
				func() error { _, err := h.people.Remove(t.Context(), b, am, Change{Reason: "x"}); return err },
			}
		},
		"remove themselves": func(h *house, a, b authz.Actor, am, bm MembershipID) []func() error {
			return []func() error{
				func() error { _, err := h.people.Remove(t.Context(), a, am, Change{Reason: "x"}); return err },
				func() error { _, err := h.people.Remove(t.Context(), b, bm, Change{Reason: "x"}); return err },
			}
		},
		"demote and suspend": func(h *house, a, b authz.Actor, am, bm MembershipID) []func() error {
			to := Change{Reason: "x", Role: authz.OPDCAdmin, Agency: h.at["opdc"]}
			return []func() error{
				func() error { _, err := h.people.Edit(t.Context(), a, bm, to); return err },
				func() error { return h.people.Suspend(t.Context(), b, ID(a.StaffID), Order{Reason: "x"}) },
			}
		},
		"suspend": func(h *house, a, b authz.Actor, am, bm MembershipID) []func() error {
			return []func() error{
				func() error { return h.people.Suspend(t.Context(), a, ID(b.StaffID), Order{Reason: "x"}) },
				func() error { return h.people.Suspend(t.Context(), b, ID(a.StaffID), Order{Reason: "x"}) },
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			a, am := h.hire("หนึ่ง", authz.DGAAdmin, "dga")
			b, bm := h.hire("สอง", authz.DGAAdmin, "dga")
			errs := h.together("memberships/dga_admin", race(h, a, b, am, bm)...)
			if n := succeeded(errs); n != 1 {
				t.Errorf("%d succeeded: %v", n, errs)
			}
			for _, err := range errs {
				if err != nil && !problem.Is(err, problem.Conflict) {
					t.Errorf("%v, want Conflict", err)
				}
			}
			left := h.number(`SELECT count(*) FROM memberships m JOIN staff s ON s.id = m.staff_id
				WHERE role = 'dga_admin' AND ended_at IS NULL AND suspended_at IS NULL`)
			if left != 1 {
				t.Errorf("%d admins are left", left)
			}
		})
	}
}

func TestTwoOfficersChangeOneMembership(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first, _ := h.hire("หนึ่ง", authz.CentralOfficer, "dlt")
	second, _ := h.hire("สอง", authz.CentralOfficer, "dlt")
	_, m := h.hire("ปิยะพงษ์", authz.ManualAuthor, "dlt")
	if _, err := h.people.Edit(t.Context(), first, m, Change{Role: authz.ManualReviewer, Agency: h.at["dlt"], Reason: "ปรับหน้าที่"}); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"edit":   second2(h.people.Edit(t.Context(), second, m, Change{Role: authz.ServicePointOfficer, Agency: h.at["point"], Reason: "x"})),
		"remove": second2(h.people.Remove(t.Context(), second, m, Change{Reason: "x"})),
		"form":   second2(h.people.Editing(t.Context(), second, m)),
	} {
		if !problem.Is(err, problem.Conflict) || !strings.Contains(problem.Of(err).Message, "เจ้าหน้าที่ตรวจคู่มือ · กรมการขนส่งทางบก") {
			t.Errorf("%s: %v, want a Conflict that says what it is now", name, err)
		}
	}
	next := MembershipID(h.number(`SELECT id FROM memberships WHERE previous_id = $1`, m))
	if n := h.number(`SELECT count(*) FROM memberships WHERE id = $1 AND ended_by = $2 AND ended_at IS NOT NULL`, m, first.StaffID); n != 1 {
		t.Error("the old membership does not say who ended it")
	}
	if _, err := h.people.Remove(t.Context(), first, next, Change{Reason: "ลาออก"}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.people.Remove(t.Context(), second, next, Change{Reason: "x"}); !problem.Is(err, problem.Conflict) || !strings.Contains(problem.Of(err).Message, "ถูกลบแล้ว") {
		t.Errorf("%v", err)
	}
	if n := h.number(`SELECT count(*) FROM memberships WHERE staff_id <> $1 AND staff_id <> $2`, first.StaffID, second.StaffID); n != 2 {
		t.Errorf("%d memberships, want the old and the new one", n)
	}
	if n := h.number(`SELECT count(*) FROM audit_entries WHERE action IN ('membership.changed', 'membership.ended') AND detail ? 'reason'`); n != 2 {
		t.Errorf("%d entries", n)
	}
}

func second2[T any](_ T, err error) error { return err }

func TestHavingTheRoleThereAlreadyIsAConflict(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	officer, _ := h.hire("หนึ่ง", authz.CentralOfficer, "dlt")
	h.hire("ปิยะพงษ์", authz.ManualReviewer, "dlt")
	_, m := h.hire("ปิยะพงษ์", authz.ManualAuthor, "dlt")
	_, err := h.people.Edit(t.Context(), officer, m, Change{Role: authz.ManualReviewer, Agency: h.at["dlt"], Reason: "x"})
	if !problem.Is(err, problem.Conflict) {
		t.Errorf("%v", err)
	}
	if n := h.number(`SELECT count(*) FROM memberships WHERE ended_at IS NULL`); n != 3 {
		t.Errorf("%d memberships live, want all 3", n)
	}
}

func TestSearchFindsAnySpelling(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, _ := h.hire("ผู้ดูแล", authz.DGAAdmin, "dga")
	h.hire("น้ำทิพย์ แก้วมณี", authz.ServicePointOfficer, "point")
	h.hire("John Smith", authz.ManualAuthor, "doh")
	h.hire("ร้อย % เปอร์เซ็นต์", "", "")
	for text, want := range map[string]string{
		"น้ำทิพย์": "น้ำทิพย์ แก้วมณี", "น\u0e4d้าทิพย์": "น้ำทิพย์ แก้วมณี", "เเก้ว": "น้ำทิพย์ แก้วมณี", "  แก้วมณี ": "น้ำทิพย์ แก้วมณี",
		"SMITH": "John Smith", "น้ำปาด": "น้ำทิพย์ แก้วมณี", "น้ำ\u200bปาด": "น้ำทิพย์ แก้วมณี", "ทางหลวง": "John Smith", "08006": "John Smith",
		"oh": "John Smith", "ฮ": "", "%": "ร้อย % เปอร์เซ็นต์", "_": "", `\`: "", "ปาด": "น้ำทิพย์ แก้วมณี", "ปา": "น้ำทิพย์ แก้วมณี",
	} {
		if got := strings.Join(h.names(admin, Filter{Query: text}), ", "); got != want {
			t.Errorf("%q finds %q, want %q", text, got, want)
		}
	}
	if got := h.names(admin, Filter{Query: "dlt.go.th"}); len(got) != 4 {
		t.Errorf("by e-mail: %v", got)
	}
	officer, _ := h.hire("สมหญิง", authz.CentralOfficer, "dlt")
	for text, want := range map[string]int{"ปา": 1, "น้ำทิพย์": 1, "oh": 0, "Smith": 0, "ทางหลวง": 0, "กรม": 1} {
		if got := h.names(officer, Filter{Query: text}); len(got) != want {
			t.Errorf("an officer's %q finds %v", text, got)
		}
	}
}

func TestListIsSortedTheThaiWayAndPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, _ := h.hire("ฮ", authz.DGAAdmin, "dga")
	want := []string{}
	for i := range 120 {
		want = append(want, fmt.Sprintf("ก%03d", i))
	}
	want = append(want, "เก่ง", "แก้ว", "ไกร", "ขวัญ", "ฮ")
	for _, name := range slices.Backward(want[:len(want)-1]) {
		h.hire(name, authz.ServicePointOfficer, "point")
	}
	h.hire("เก่ง", authz.ManualAuthor, "dlt") // twice on the list
	want = slices.Insert(want, 121, "เก่ง")
	if got := h.pages(admin, false); !slices.Equal(got, want) {
		t.Errorf("onwards: %v", got)
	}
	got := h.pages(admin, true)
	if slices.Reverse(got); !slices.Equal(got, want[:len(want)-1]) { // the last page has 1, the way back begins before it
		t.Errorf("back: %v", got)
	}
}

// pages reads the whole list page by page: onwards, or from the end back.
func (h *house) pages(actor authz.Actor, back bool) (all []string) {
	h.t.Helper()
	c := listing.Cursor{}
	last := ""
	for range 20 {
		rows := h.onePage(actor, c)
		page := listing.Collect(rows, c, PageSize, func(i Item) []string { return i.keys() })
		if !back || c.Back {
			names := []string{}
			for _, r := range page.Rows {
				names = append(names, r.Name)
			}
			if c.Back {
				slices.Reverse(names)
			}
			all = append(all, names...)
		}
		to := page.Next
		if c.Back || to == "" && back {
			to = page.Previous
		}
		if to == "" || to == last {
			break
		}
		last = to
		c, _ = order.Parse(to)
	}
	return all
}

func (h *house) onePage(actor authz.Actor, c listing.Cursor) []Item {
	h.t.Helper()
	q, err := newListQuery(actor, Filter{}, c)
	if err != nil {
		h.t.Fatal(err)
	}
	items, err := q.page(context.Background(), h.pool, PageSize+1)
	if err != nil {
		h.t.Fatal(err)
	}
	return items
}

// TestEveryWayFindsTheSame asks every combination of filters in each of the
// ways a page can be found, and the tables themselves.
func TestEveryWayFindsTheSame(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, _ := h.hire("ผู้ดูแล", authz.DGAAdmin, "dga")
	officer, _ := h.hire("สมหญิง", authz.CentralOfficer, "dlt")
	h.hire("กมล", "", "")
	h.hire("สมชาย", authz.ManualAuthor, "dlt")
	h.hire("สมชาย", authz.ServicePointOfficer, "point")
	gone, _ := h.hire("สมศรี", authz.ManualAuthor, "doh")
	if err := h.people.Suspend(t.Context(), admin, ID(gone.StaffID), Order{Reason: "x"}); err != nil {
		t.Fatal(err)
	}
	left, m := h.hire("สมใจ", authz.ManualAuthor, "doh")
	if _, err := h.people.Remove(t.Context(), left, m, Change{Reason: "x"}); err != nil {
		t.Fatal(err)
	}
	compared := 0
	h.hire("สมหญิง สองที่", authz.CentralOfficer, "doh")
	h.hire("สมหญิง สองที่", authz.CentralOfficer, "point")
	double, _ := h.hire("สมหญิง สองที่", authz.CentralOfficer, "dlt") // over one part twice
	h.hire("เเสงเทียน", authz.ManualAuthor, "dlt")                    // as some type แ
	h.hire("Somchai Jaidee", authz.ManualAuthor, "dlt")
	for _, actor := range []authz.Actor{admin, officer, double} {
		for _, text := range []string{"", "ส", "สม", "สมชาย", "กรม", "น้ำปาด", "แสง", "เ", "somchai j", "SOM", "สมชาย some", "100%", "หญิง", "dlt.go"} {
			for _, role := range []authz.Role{"", authz.ManualAuthor} {
				for _, unit := range []string{"", "ministry", "dlt", "point"} {
					for _, state := range []State{"", Active, Suspended, Without} {
						for _, from := range []listing.Cursor{{}, {Keys: []string{"สมช", "0", "0"}}, {Back: true, Keys: []string{"สมศ", "0", "0"}}} {
							f := Filter{text, role, h.at[unit], state}
							compared += h.compare(actor, f, from)
						}
					}
				}
			}
		}
	}
	if compared < 100 {
		t.Errorf("only %d rows were compared", compared)
	}
}

func (h *house) compare(actor authz.Actor, f Filter, from listing.Cursor) int {
	h.t.Helper()
	q, err := newListQuery(actor, f, from)
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.people.List(context.Background(), actor, f, from.String()); err != nil {
		h.t.Fatalf("%+v: %v", f, err)
	}
	ways := []string{q.all(5)}
	if q.text != "" {
		ways = []string{q.scanNext(5), q.byIndex(5), q.scanAll(5)}
	}
	want := h.plainly(q, f, from)
	for _, sql := range ways {
		a, err := q.read(context.Background(), h.pool, sql)
		if err != nil {
			h.t.Fatalf("%+v: %v\n%s", f, err, sql)
		}
		text := ""
		for _, i := range a.items {
			text += fmt.Sprint(i.Name, i.MembershipID, " ")
		}
		if text != want {
			h.t.Errorf("%+v from %v: %q, want %q", f, from, text, want)
		}
	}
	return strings.Count(want, " ")
}

// plainly asks the tables themselves.
func (h *house) plainly(q *listQuery, f Filter, from listing.Cursor) (text string) {
	h.t.Helper()
	compare, direction := order.Compare(from), order.Direction(from)
	name, roots := "", q.reach.Roots
	if !from.First() {
		name = from.Keys[0]
	} else {
		compare = ">"
	}
	if roots == nil {
		roots = []authz.AgencyID{}
	}
	err := h.pool.QueryRow(context.Background(), `SELECT coalesce(string_agg(name || id || ' ', '' ORDER BY n), '') FROM (
		SELECT s.name, coalesce(m.id, 0) AS id, row_number() OVER (ORDER BY s.name `+direction+`, s.id `+direction+`, m.id `+direction+`) AS n
		FROM staff s LEFT JOIN memberships m ON m.staff_id = s.id AND m.ended_at IS NULL LEFT JOIN agencies a ON a.id = m.agency_id
		WHERE (strpos(s.search, search_key($1)) > 0 OR strpos(a.search, search_key($1)) > 0) AND $2 IN ('', m.role)
			AND ($3 = 0 OR EXISTS (SELECT FROM agency_paths WHERE agency_id = m.agency_id AND ancestor_id = $3))
			AND ($4 OR EXISTS (SELECT FROM agency_paths WHERE agency_id = m.agency_id AND ancestor_id = ANY ($5)))
			AND ($3 = 0 OR $4 OR EXISTS (SELECT FROM agency_paths WHERE agency_id = $3 AND ancestor_id = ANY ($5)))
			AND CASE $6 WHEN '' THEN true WHEN 'active' THEN m.id > 0 AND s.suspended_at IS NULL
				WHEN 'none' THEN m.id IS NULL AND s.suspended_at IS NULL ELSE s.suspended_at IS NOT NULL END
			AND (s.name, s.id) `+compare+` ($7, 0)) t WHERE n <= 5`,
		f.Query, f.Role, f.Unit, q.reach.Everywhere, roots, f.State, name).Scan(&text)
	if err != nil {
		h.t.Fatal(err)
	}
	return text
}

func TestDossierTellsHowEachRoleWasGot(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, _ := h.hire("ผู้ดูแล", authz.DGAAdmin, "dga")
	officer, _ := h.hire("สมหญิง", authz.CentralOfficer, "dlt")
	author, m := h.hire("ปิยะพงษ์", authz.ManualAuthor, "dlt")
	h.hire("ปิยะพงษ์", authz.ManualAuthor, "doh") // elsewhere
	if _, err := h.people.Edit(t.Context(), officer, m, Change{Role: authz.ManualReviewer, Agency: h.at["dlt"], Reason: "ปรับหน้าที่"}); err != nil {
		t.Fatal(err)
	}
	all, err := h.people.Dossier(t.Context(), admin, ID(author.StaffID))
	if err != nil || len(all.Held) != 2 || len(all.Before) != 1 || all.Partly || !all.MayOrder {
		t.Fatalf("%+v, %v", all, err)
	}
	part, err := h.people.Dossier(t.Context(), officer, ID(author.StaffID))
	if err != nil || len(part.Held) != 1 || len(part.Before) != 1 || part.MayOrder {
		t.Fatalf("%+v, %v", part, err)
	}
	if got := part.Held[0]; got.Way() != ByChange || got.GivenBy != "สมหญิง" || got.PreviousRole != authz.ManualAuthor || !got.MayEdit {
		t.Errorf("%+v", got)
	}
	if got := part.Before[0]; got.Way() != ByCommand || got.EndedBy != "สมหญิง" {
		t.Errorf("%+v", got)
	}
	if len(part.History) == 0 || part.History[0].Action != ActionMembershipChanged || part.History[0].Reason != "ปรับหน้าที่" || part.History[0].By != "สมหญิง" {
		t.Errorf("%+v", part.History)
	}
	if len(part.History) >= len(all.History) {
		t.Errorf("%d entries of %d are the department's: what happened elsewhere is among them", len(part.History), len(all.History))
	}
	stranger, _ := h.hire("วิชัย", authz.CentralOfficer, "doh")
	if _, err := h.people.Dossier(t.Context(), stranger, ID(officer.StaffID)); !problem.Is(err, problem.NotFound) {
		t.Errorf("out of reach: %v", err)
	}
}
