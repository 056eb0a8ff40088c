//go:build torture && linux

package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"portal/internal/dev/postgres"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/ops/trafficlog"
	"portal/internal/site/content"
	"portal/internal/site/page"
)

// diskFull reports whether Postgres found no room; any other error is a fault.
func (s *site) diskFull(err error) bool {
	s.t.Helper()
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "53100" {
		return true
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return false
}

// spend uses up the room that pages of the audit log and its indexes still have,
// with entries like those that are there, until hardly anything can be recorded.
func (s *site) spend() {
	s.t.Helper()
	actions := s.words(`SELECT action FROM audit_entries GROUP BY action`)
	for fits := true; fits; {
		fits = false
		for _, action := range actions {
			_, err := s.pool.Exec(s.t.Context(), `INSERT INTO audit_entries (staff_id, job, address, action, subject, subject_name, agencies, detail)
				SELECT staff_id, job, address, action, subject, subject_name, agencies, detail FROM audit_entries WHERE action = $1 ORDER BY id DESC LIMIT 1`, action)
			fits = fits || !s.diskFull(err)
		}
	}
}

// statuses opens every page, as visitors and as those who may most.
func (s *site) statuses(people map[string]*http.Cookie, paths []string) map[string]int {
	s.t.Helper()
	all := map[string]int{}
	for who, cookie := range people {
		for _, path := range paths {
			all[path+" as "+who] = s.get(path, cookie).StatusCode
		}
	}
	return all
}

// readable are addresses of all pages. What is recorded before it is shown, and
// the preview, which is made by a change that is rolled back, are not among them:
// those need room. Nor is the way to the provider.
func (s *site) readable() (paths []string) {
	s.t.Helper()
	for _, a := range s.addresses() {
		needsRoom := slices.ContainsFunc([]string{"/export", "}/preview", "/preview/page", "/csv", "/xlsx", "/print", "/login/digitalid", "/login/callback"},
			func(end string) bool { return strings.HasSuffix(a.route, end) })
		if !needsRoom {
			paths = append(paths, a.path)
		}
	}
	if len(paths) < 80 {
		s.t.Fatalf("%d pages", len(paths))
	}
	return paths
}

// TestA78_Torture_DiskFull fills the disk on which the database lies, reads every
// page and sends every form, makes room and sends the form again. Not parallel.
func TestA78_Torture_DiskFull(t *testing.T) {
	d := onSmallDisk(t, 192<<20)
	if d == nil {
		return
	}
	s := newSiteOn(t, d.database(), "https://id.invalid").freely()
	s.get("/backend", nil)
	t.Run("reading", func(t *testing.T) { s.readWhileFull(t, d) })
	refused := 0
	for _, f := range everyForm() {
		if s.sendWhileFull(t, d, f) == http.StatusServiceUnavailable {
			refused++
		}
	}
	if t.Logf("%d of %d forms were refused", refused, len(everyForm())); refused < len(everyForm())/2 {
		t.Errorf("only %d forms were refused: the disk was not full", refused)
	}
}

// sendWhileFull sends a form that has no room, or finds some and then is saved
// whole, and once more when there is room.
func (s *site) sendWhileFull(t *testing.T, d *disk, f sending) int {
	t.Helper()
	q := s.ready(f)
	d.fill()
	s.spend()
	const ends = `SELECT count(ended_at) FROM staff_sessions`
	before, entries, ended := s.sums(), s.count(`SELECT max(id) FROM audit_entries`), s.count(ends)
	start := time.Now()
	res := s.do(q)
	took, page, written := time.Since(start), text(t, res), s.count(`SELECT max(id) FROM audit_entries`)-entries
	switch {
	case res.StatusCode == http.StatusServiceUnavailable:
		if res.Header.Get("Retry-After") == "" || !strings.Contains(page, "ชั่วคราว") || took > 5*time.Second {
			t.Errorf("%s: after %s, Retry-After %q\n%s", f.route, took, res.Header.Get("Retry-After"), page)
		}
		if changed := differ(before, s.sums()); len(changed) > 0 || s.count(ends) != ended || written > 0 {
			t.Errorf("%s is half saved: %v, %d entries", f.route, changed, written)
		}
	case !went(res) || !f.quiet && written == 0:
		t.Errorf("%s: %d, %d entries", f.route, res.StatusCode, written)
	}
	d.free()
	if res.StatusCode != http.StatusServiceUnavailable {
		return res.StatusCode
	}
	if again := s.do(q); !went(again) {
		t.Errorf("%s with room again: %d\n%s", f.route, again.StatusCode, text(t, again))
	}
	return res.StatusCode
}

// readWhileFull reads with sessions that were last seen some time ago, each with
// a sentence to be shown once: both would like to be written down, and cannot.
func (s *site) readWhileFull(t *testing.T, d *disk) {
	paths := s.readable()
	people := map[string]*http.Cookie{"a visitor": nil, "an administrator": s.somebody(authz.DGAAdmin), "an officer": s.somebody(authz.CentralOfficer)}
	before := s.statuses(people, paths)
	for _, cookie := range people {
		if cookie != nil {
			s.must(request{path: "/backend/profile/sessions/end-others", cookie: cookie, form: url.Values{"return": {"/backend/profile"}}})
		}
	}
	s.now = s.now.Add(5 * time.Minute)
	old, err := s.pool.BeginTx(t.Context(), pgx.TxOptions{IsoLevel: pgx.RepeatableRead}) // keeps what was from being cleared away
	if err == nil {
		_, err = old.Exec(t.Context(), `SELECT count(*) FROM staff`)
	}
	if err != nil {
		t.Fatal(err)
	}
	d.fill()
	s.spend()
	for full := false; !full; {
		_, err := s.pool.Exec(t.Context(), `UPDATE staff_sessions SET last_seen_at = last_seen_at`)
		full = s.diskFull(err)
	}
	for page, status := range s.statuses(people, paths) {
		if status != before[page] {
			t.Errorf("%s: %d, and %d while there was room", page, status, before[page])
		}
	}
	if !strings.Contains(s.logs.String(), "the session's values were not saved") {
		t.Error("everything could be written: it proves nothing")
	}
	if err := old.Rollback(t.Context()); err != nil {
		t.Error(err)
	}
	d.free()
}

// TestA78_Torture_ServerFull lets everything of Postgres lie on one disk. When not
// even its own log finds room, Postgres ends itself; whoever runs it makes room
// and starts it again. Visitors read on all the while, staff are told to wait,
// what was acknowledged is there, and the portal goes on by itself. Not parallel.
func TestA78_Torture_ServerFull(t *testing.T) {
	d := onSmallDisk(t, 512<<20)
	if d == nil {
		return
	}
	options := postgres.Options{Dir: filepath.Join(d.at, "pg"), Log: os.Stderr}
	server, err := postgres.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() }) // it may have ended by itself
	if err := db.Migrate(t.Context(), server.URL()); err != nil {
		t.Fatal(err)
	}
	pool, err := db.Open(t.Context(), server.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	s := newSiteOn(t, pool, "https://id.invalid").freely()
	s.followed()
	admin := s.somebody(authz.DGAAdmin)
	add := s.fill("/backend/agencies/new", "/backend/agencies/new", admin, url.Values{"name": {"หน่วยงาน"}, "kind": {"department"}, "unit_q": {"กระทรวงคมนาคม"}})
	add.method = http.MethodPost
	load := s.read(t, 2)
	var saved []string
	for away := 0; away < 20; { // until Postgres has ended
		if len(saved) == 10 {
			d.fill()
		}
		code := s.freeCode()
		add.form.Set("code", code)
		add.form.Set("form_key", code)
		res := s.do(add)
		switch page := text(t, res); {
		case res.StatusCode == http.StatusSeeOther:
			saved = append(saved, code)
		case res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" || !strings.Contains(page, "ชั่วคราว"):
			t.Fatalf("after %d were saved: %d\n%s", len(saved), res.StatusCode, page)
		}
		if _, err := pool.Exec(t.Context(), `SELECT pg_switch_wal()`); err != nil && len(saved) >= 10 {
			away++
		}
	}
	if res := s.get("/backend/profile", admin); res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
		t.Errorf("an office page without Postgres: %d", res.StatusCode)
	}
	d.free()
	_ = server.Stop() // it has ended already
	if server, err = postgres.Start(t.Context(), options); err != nil {
		t.Fatal(err)
	}
	until(t, 5*time.Second, "healing", func() bool { return s.get("/backend/profile", admin).StatusCode == http.StatusOK })
	if n := s.count(`SELECT count(*) FROM agencies WHERE code = ANY($1)`, saved); n != len(saved) {
		t.Errorf("%d of %d agencies that were acknowledged are there", n, len(saved))
	}
	if res := s.do(add); res.StatusCode != http.StatusSeeOther { // the last one, which was refused
		t.Errorf("with room again: %d", res.StatusCode)
	}
	load.stop()
	if t.Logf("%d saved, %d pages read", len(saved), load.pages.Load()); load.pages.Load() < 100 || load.failures.Load() > 0 {
		t.Errorf("%d of %d public pages failed", load.failures.Load(), load.pages.Load())
	}
}

// TestA78_Torture_OwnDiskFull fills the disk of the portal itself: uploads on their
// way, the traffic log and the copy of the content lie there. Not parallel: it
// moves the folder of temporary files.
func TestA78_Torture_OwnDiskFull(t *testing.T) {
	d := onSmallDisk(t, 64<<20)
	if d == nil {
		return
	}
	s := newSite(t).freely()
	var elsewhere bytes.Buffer
	traffic, err := trafficlog.Open(filepath.Join(d.at, "log"), &elsewhere, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = traffic.Close() })
	s.server.cfg.Traffic = slog.New(slog.NewJSONHandler(traffic, nil))
	t.Setenv("TMPDIR", d.at)
	var said bytes.Buffer
	kept := content.New(s.pool, filepath.Join(d.at, "content.json"), time.Now)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { kept.Keep(ctx, slog.New(slog.NewJSONHandler(&said, nil))); close(done) }()
	until(t, 5*time.Second, "the copy", func() bool { _, err := os.Stat(filepath.Join(d.at, "content.json")); return err == nil })
	q := s.files1(filesPath, "files", "ใหญ่.pdf", smallPDF("("+strings.Repeat("x", 1<<20)+")"))
	q.method = http.MethodPost
	before, admin := s.files(), s.somebody(authz.DGAAdmin)
	s.get("/backend/profile", admin) // so that the log has a page of the disk, and ends within it
	d.fill()
	res := s.do(q)
	if page := text(t, res); res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" || !strings.Contains(page, "ชั่วคราว") || s.files() != before {
		t.Errorf("an upload: %d, %d files more", res.StatusCode, s.files()-before)
	}
	for i := range 300 { // more lines than the last page of the file takes
		if res := s.get([]string{"/backend/profile", "/backend/staff", "/backend/search?q=a"}[i%3], admin); res.StatusCode != http.StatusOK {
			t.Fatalf("a page: %d", res.StatusCode)
		}
	}
	s.exec(`UPDATE pages SET title = 'ชื่อใหม่' WHERE slug = 'about'`)
	until(t, 5*time.Second, "the change", func() bool {
		c, err := kept.Current(t.Context())
		return err == nil && slices.ContainsFunc(c.Pages, func(p page.Page) bool { return p.Title == "ชื่อใหม่" })
	})
	lost := strings.Count(elsewhere.String(), "\n")
	d.free()
	s.do(request{method: http.MethodGet, path: "/backend/profile", cookie: admin, header: map[string]string{"User-Agent": afterwards}})
	if again := s.do(q); again.StatusCode != http.StatusSeeOther || s.files() != before+1 {
		t.Errorf("an upload with room again: %d, %d files more", again.StatusCode, s.files()-before)
	}
	stop()
	<-done
	lines := trafficLines(t, filepath.Join(d.at, "log"))
	if lost == 0 || lines+lost < 300 || !strings.Contains(said.String(), "keeping a copy of the content") {
		t.Errorf("%d lines in the log, %d beside it, %s", lines, lost, said.String())
	}
}

// afterwards is a browser that comes when there is room again.
const afterwards = "when there was room again"

// trafficLines counts the whole lines of a traffic log. The one that was torn when
// the disk was full stands alone, so that the next can be read.
func trafficLines(t *testing.T, folder string) (whole int) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.jsonl"))
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	b, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	found, torn := false, 0
	for line := range bytes.Lines(b) {
		if !json.Valid(line) {
			torn++
			continue
		}
		whole++
		found = found || bytes.Contains(line, []byte(afterwards))
	}
	t.Logf("%d whole, %d torn", whole, torn)
	if torn > 1 || !found {
		t.Errorf("%d torn lines, the first afterwards is whole: %t", torn, found)
	}
	return whole
}
