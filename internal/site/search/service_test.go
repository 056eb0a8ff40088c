package search_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/ops/seed"
	"portal/internal/site/content"
	"portal/internal/site/search"
)

var editor = authz.Actor{StaffID: 1, Grants: []authz.Grant{{Role: authz.DGAAdmin, Agency: 1}}}

func service(pool *pgxpool.Pool, now func() time.Time) (*search.Service, *content.Service) {
	c := content.New(pool, "", now)
	return search.New(c, pool, pool, now), c
}

func seeded(t *testing.T) *pgxpool.Pool {
	t.Helper()
	pool := testdb.New(t)
	if _, err := seed.New(pool, audit.New(pool)).Content(context.Background(), authz.System("test")); err != nil {
		t.Fatal(err)
	}
	return pool
}

func answered(query string, total int) search.Result {
	return search.Result{Query: search.Clip(query), Total: total}
}

func TestAllPublicContentIsFound(t *testing.T) {
	t.Parallel()
	s, _ := service(seeded(t), time.Now)
	for query, want := range map[string]string{
		"ใช้ได้เพียงครั้งเดียว":        "/backend/faq#token-usage",
		"เลขประจำตัวประชาชน ไม่บังคับ": "/backend/guideline#h-การขอรับบัญชีผู้ใช้งาน",
		"แนวทางปฏิบัติ":                "/backend/guideline",
		"ที่มาโครงการ":                 "/backend/about",
		"ผู้ควบคุมข้อมูลส่วนบุคคล":     "/backend/policy/privacy#h-ผู้ควบคุมข้อมูลส่วนบุคคล",
		"คู่มือ เจ้าหน้าที่จุดบริการ":  "/backend/manual#manual-service-point-officer",
		"ถนนรางน้ำ":                    "/backend/contact#office",
		"contact@dga.or.th":            "/backend/contact#center",
		"Contact Center":               "/backend/contact#center",
		"isylz^hg-hk":                  "/backend/policy/privacy",
		"พบกับเว็บไซต์":                "/backend/announcement#",
	} {
		r, err := s.Find(t.Context(), query, "")
		if err != nil {
			t.Fatal(err)
		}
		var paths []string
		for _, g := range r.Groups {
			for _, h := range g.Hits {
				paths = append(paths, h.Path)
			}
		}
		if !strings.Contains(strings.Join(paths, "\n"), want) {
			t.Errorf("%s: %v lack %s", query, paths, want)
		}
	}
	most, err := s.MostRead(t.Context())
	if err != nil || len(most) == 0 {
		t.Errorf("%v, %v", most, err)
	}
}

// TestIndexFollowsTheContent changes, adds and removes without telling anybody.
func TestIndexFollowsTheContent(t *testing.T) {
	t.Parallel()
	pool, ctx, now := seeded(t), t.Context(), time.Now()
	s, contents := service(pool, func() time.Time { return now })
	total := func(query string) int {
		t.Helper()
		if err := contents.Refresh(ctx); err != nil {
			t.Fatal(err)
		}
		r, err := s.Find(ctx, query, "")
		if err != nil {
			t.Fatal(err)
		}
		return r.Total
	}
	change := func(sql string) {
		t.Helper()
		if _, err := pool.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	if total("ฌฌฌฌ") != 0 {
		t.Fatal("found before it was there")
	}
	change(`UPDATE faq_entries SET answer = answer || ' ฌฌฌฌ' WHERE slug = 'devices'`)
	if total("ฌฌฌฌ") != 1 {
		t.Error("a changed answer is not found")
	}
	change(`INSERT INTO pages (slug, title, description, body) VALUES ('new', 'หน้าใหม่', 'ใหม่', 'ฌฌฌฌ')`)
	if total("ฌฌฌฌ") != 2 {
		t.Error("a new page is not found")
	}
	change(`DELETE FROM faq_entries WHERE slug = 'devices'`)
	if total("ฌฌฌฌ") != 1 {
		t.Error("a removed answer is still found")
	}
	tx, err := pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(ctx, `UPDATE pages SET body = 'ฬฬฬฬ' WHERE slug = 'new'`); err != nil {
		t.Fatal(err)
	}
	if total("ฬฬฬฬ") != 0 {
		t.Error("found before it was committed")
	}
	change(`UPDATE settings SET value = value`) // a later transaction commits first
	total("ฬฬฬฬ")
	if err := tx.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	if total("ฬฬฬฬ") != 1 {
		t.Error("not found although committed")
	}
}

// TestA71_SearchWithoutDatabase searches on when Postgres has gone.
func TestA71_SearchWithoutDatabase(t *testing.T) {
	t.Parallel()
	pool := seeded(t)
	away, err := pgxpool.NewWithConfig(t.Context(), pool.Config())
	if err != nil {
		t.Fatal(err)
	}
	s, contents := service(away, time.Now)
	if err := contents.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	away.Close()
	if r, err := s.Find(t.Context(), "Token", ""); err != nil || r.Total == 0 {
		t.Errorf("%d, %v", r.Total, err)
	}
	if err := contents.Refresh(t.Context()); err == nil {
		t.Error("a pool that is closed answers: the test proves nothing")
	}
	s.Count(t.Context(), "token", answered("token", 1))
	if err := s.Flush(t.Context()); err == nil {
		t.Error("counted into a pool that is closed")
	}
	fresh, _ := service(away, time.Now)
	if _, err := fresh.Find(t.Context(), "Token", ""); err == nil {
		t.Error("found without ever having read")
	}
}

func TestSearchesAreCounted(t *testing.T) {
	t.Parallel()
	pool, ctx := testdb.New(t), t.Context()
	now := time.Date(2026, 11, 20, 5, 0, 0, 0, time.UTC)
	s, _ := service(pool, func() time.Time { return now })
	for range 3 {
		s.Count(ctx, " TOKEN ", answered(" TOKEN ", 4))
	}
	s.Count(ctx, "", answered("", 0))
	s.Count(ctx, "ดาวอังคาร", answered("ดาวอังคาร", 0))
	s.Count(ctx, "somchai@example.go.th", answered("somchai@example.go.th", 0))
	s.Count(ctx, "081-234-5678", answered("081-234-5678", 0))
	s.Count(ctx, "1234567890123", answered("1234567890123", 0))
	s.Count(ctx, "dkpaal;vgr", search.Result{Query: "ดาวอังคาร"})  // as it was understood
	s.Count(ctx, "0812345678", search.Result{Query: "จๅ/-ภถุึคต"}) // private as it was typed
	s.Count(ctx, strings.Repeat("ยาว", 40), answered(strings.Repeat("ยาว", 40), 0))
	flush := func() {
		t.Helper()
		if err := s.Flush(ctx); err != nil {
			t.Fatal(err)
		}
	}
	flush()
	now = now.AddDate(0, 0, 1)
	s.Count(ctx, "token", answered("token", 0))
	flush()
	flush() // nothing left
	r, err := s.Report(ctx, editor, 30)
	if err != nil || r.Searches != 8 || r.Empty != 1 || len(r.Missed) != 3 || len(r.Frequent) != 3 {
		t.Fatalf("%+v, %v", r, err)
	}
	if f := r.Frequent[0]; f.Term != "token" || f.Searches != 4 || f.Misses != 1 || f.LastDay.Format(time.DateOnly) != "2026-11-21" {
		t.Errorf("%+v", f)
	}
	if r, err = s.Report(ctx, editor, 1); err != nil || r.Searches != 1 {
		t.Errorf("today: %+v, %v", r, err)
	}
	for _, actor := range []authz.Actor{{}, {StaffID: 2}, {StaffID: 3, Grants: []authz.Grant{{Role: authz.CentralOfficer, Agency: 1}}}} {
		if _, err := s.Report(ctx, actor, 30); err == nil {
			t.Errorf("%+v sees what people look for", actor)
		}
	}
	var private int
	if err := pool.QueryRow(ctx, `SELECT count(*) FROM search_terms WHERE term ~ '@|[0-9]{7}' OR length(term) > 60`).Scan(&private); err != nil || private != 0 {
		t.Errorf("%d private terms, %v", private, err)
	}
	now = now.AddDate(0, 0, 200)
	s.Count(ctx, "later", answered("later", 1))
	flush()
	var rows int
	if err := pool.QueryRow(ctx, `SELECT count(*) FROM search_terms`).Scan(&rows); err != nil || rows != 1 {
		t.Errorf("%d rows after half a year, %v", rows, err)
	}
}

// TestMadeUpWordsDoNotFillTheDatabase asks for more different words than a day
// may keep.
func TestMadeUpWordsDoNotFillTheDatabase(t *testing.T) {
	t.Parallel()
	pool, ctx := testdb.New(t), t.Context()
	s, _ := service(pool, time.Now)
	for round := range 4 {
		for i := range 2500 {
			s.Count(ctx, fmt.Sprintf("word %d x %d", round, i), answered(fmt.Sprintf("word %d x %d", round, i), 0))
		}
		s.Count(ctx, "word 0 x 0", answered("word 0 x 0", 0)) // known: counted on
		if err := s.Flush(ctx); err != nil {
			t.Fatal(err)
		}
	}
	var rows, known int
	if err := pool.QueryRow(ctx, `SELECT count(*), max(searches) FROM search_terms`).Scan(&rows, &known); err != nil || rows > 5000 || rows < 4000 {
		t.Errorf("%d rows, known %d, %v", rows, known, err)
	}
}

// TestCountsAreWrittenAtTheEnd ends the keeper, as a server that stops does.
func TestCountsAreWrittenAtTheEnd(t *testing.T) {
	t.Parallel()
	pool := seeded(t)
	s, _ := service(pool, time.Now)
	ctx, stop := context.WithCancel(t.Context())
	s.Count(ctx, "token", answered("token", 1))
	done := make(chan struct{})
	go func() { s.Keep(ctx, func(err error) { t.Error(err) }); close(done) }()
	stop()
	<-done
	r, err := s.Report(t.Context(), editor, 1)
	if err != nil || r.Searches != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}
