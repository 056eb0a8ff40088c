package status

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/jobs"
	"portal/internal/kit/problem"
	"portal/internal/ops/auditlog"
	"portal/internal/people/session"
	"portal/internal/people/signin"
	"portal/internal/site/content"
	"portal/internal/site/search"
)

var admin = authz.Actor{StaffID: 1, Grants: []authz.Grant{{Role: authz.DGAAdmin}}}

// newService looks at pool and at a provider at issuer.
func newService(t *testing.T, pool *pgxpool.Pool, issuer, baseURL string) *Service {
	t.Helper()
	log := audit.New(pool)
	contents := content.New(pool, "", time.Now)
	return New(Sources{
		Build: Build{Version: "abc", Go: "go1", Started: time.Now()}, BaseURL: baseURL, Idle: 15 * time.Minute,
		Read: pool, Pools: func() []Pool { return []Pool{{"อ่าน", 1, 20}} }, Jobs: func(context.Context) ([]jobs.State, error) { return nil, nil },
		Audit: auditlog.New(pool, log, time.Now), Content: contents, Search: search.New(contents, pool, pool, time.Now),
		SignIn: signin.New(signin.Config{Issuer: issuer, Now: time.Now}, pool, log, session.New(pool, log, session.DefaultLimits, time.Now)),
		Now:    time.Now,
	})
}

// line finds a line of a report.
func (r Report) line(t *testing.T, key string) Line {
	t.Helper()
	for _, l := range r.Lines {
		if l.Key == key {
			return l
		}
	}
	t.Fatalf("no line %s in %+v", key, r.Lines)
	return Line{}
}

func report(t *testing.T, s *Service) Report {
	t.Helper()
	start := time.Now()
	r, err := s.Report(t.Context(), admin)
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("took %s", took)
	}
	if len(r.Lines) != 12 {
		t.Errorf("%d lines", len(r.Lines))
	}
	for _, l := range r.Lines {
		if l.Title == "" || l.Key == "" || l.Text == "" {
			t.Errorf("an empty line: %+v", l)
		}
	}
	return r
}

func record(t *testing.T, pool *pgxpool.Pool, n int) {
	t.Helper()
	for range n {
		err := audit.New(pool).Change(t.Context(), authz.System("test"), func(tx *audit.Tx) error {
			return tx.Record(audit.RowsCleaned, audit.Subject{Key: "test"}, nil)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func exec(t *testing.T, pool *pgxpool.Pool, sql string) {
	t.Helper()
	if _, err := pool.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

// goodProvider answers what discovery and the keys are.
func goodProvider(t *testing.T) *httptest.Server {
	t.Helper()
	var p *httptest.Server
	p = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/keys" {
			_, _ = w.Write([]byte(`{"keys":[{}]}`))
			return
		}
		_, _ = w.Write([]byte(`{"issuer":"` + p.URL + `","jwks_uri":"` + p.URL + `/keys"}`))
	}))
	t.Cleanup(p.Close)
	return p
}

func TestOnlyAdministratorsAreTold(t *testing.T) {
	s := newService(t, testdb.New(t), "https://id.invalid", "http://localhost")
	for role, want := range map[authz.Role]bool{authz.DGAAdmin: true, authz.OPDCAdmin: false, authz.CentralOfficer: false, authz.ServicePointOfficer: false} {
		a := authz.Actor{StaffID: 1, Grants: []authz.Grant{{Role: role}}}
		if _, err := s.Report(t.Context(), a); (err == nil) != want || !want && !problem.Is(err, problem.Forbidden) {
			t.Errorf("%s: %v", role, err)
		}
		if _, err := s.Numbers(t.Context(), a); (err == nil) != want {
			t.Errorf("%s, numbers: %v", role, err)
		}
	}
}

func TestReportOfAGoodServer(t *testing.T) {
	pool := testdb.New(t)
	s := newService(t, pool, goodProvider(t).URL, "http://localhost")
	if err := s.Content.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	record(t, pool, 3)
	exec(t, pool, `INSERT INTO staff (issuer, subject, name) VALUES ('x', 'x', 'x')`)
	exec(t, pool, `INSERT INTO staff_sessions (token_hash, staff_id, epoch, auth_time, last_seen_at, ends_at, ended_at)
		SELECT sha256(n::text::bytea), (SELECT max(id) FROM staff), 0, now(),
			now() - CASE n WHEN 2 THEN interval '20 minutes' ELSE '0' END,
			now() + CASE n WHEN 3 THEN interval '-1 minute' ELSE '1 hour' END, CASE n WHEN 4 THEN now() END
		FROM generate_series(1, 4) n`)
	r := report(t, s)
	for _, l := range r.Lines {
		if want := map[bool]State{true: Check, false: Good}[l.Key == "backup"]; l.State != want {
			t.Errorf("%s: %s %s", l.Key, l.State.Name(), l.Text)
		}
	}
	for key, want := range map[string]string{"sessions": "1 อุปกรณ์", "audit": "3 รายการล่าสุด", "backup": "ยังไม่เคยสำรองข้อมูล", "provider": "เมื่อสักครู่"} {
		if l := r.line(t, key); !strings.Contains(l.Text, want) {
			t.Errorf("%s: %s", key, l.Text)
		}
	}
	if r.Count(Check) != 1 || r.Count(Bad) != 0 {
		t.Errorf("%d to look at, %d bad", r.Count(Check), r.Count(Bad))
	}
}

// TestBackupsAreRead reads the table that a backup fills in, in whatever version
// of the schema: a transaction of the test's own, so that nobody else sees it.
func TestBackupsAreRead(t *testing.T) {
	pool := testdb.New(t)
	s := newService(t, pool, "https://id.invalid", "http://localhost")
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.Background()) }()
	_, err = tx.Exec(t.Context(), `DROP TABLE IF EXISTS backups; CREATE TABLE backups (id bigint, at timestamptz, bytes bigint, manifest_sha256 text)`)
	if err != nil {
		t.Fatal(err)
	}
	s.Read = tx
	if l, err := s.backup(t.Context()); err != nil || !strings.Contains(l.Text, "ยังไม่เคย") {
		t.Errorf("an empty table: %v %+v", err, l)
	}
	if _, err := tx.Exec(t.Context(), `INSERT INTO backups VALUES (1, now() - interval '9 days', 1, ''), (2, now() - interval '3 hours', 4000000, '')`); err != nil {
		t.Fatal(err)
	}
	if l, err := s.backup(t.Context()); err != nil || l.State != Good || !strings.Contains(l.Text, "4.0 MB") {
		t.Errorf("%v %+v", err, l)
	}
}

// TestA68_StatusSeesAChangedEntry changes an entry behind the triggers' back.
func TestA68_StatusSeesAChangedEntry(t *testing.T) {
	pool := testdb.New(t)
	s := newService(t, pool, "https://id.invalid", "http://localhost")
	record(t, pool, 5)
	exec(t, pool, `DO $$ BEGIN SET LOCAL session_replication_role = replica; UPDATE audit_entries SET subject = 'other' WHERE id = 4; END $$`)
	if l := report(t, s).line(t, "audit"); l.State != Bad || !strings.Contains(l.Text, "4") {
		t.Errorf("%+v", l)
	}
	n, err := s.Numbers(t.Context(), admin)
	if err != nil || !n.Chain.Known || n.Chain.Good {
		t.Errorf("%v %+v", err, n.Chain)
	}
}

// TestA16_AHangingProviderHoldsNobodyUp asks a provider that takes the request
// and says nothing, and an address that takes the connection and says nothing.
func TestA16_AHangingProviderHoldsNobodyUp(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	s := newService(t, testdb.New(t), "http://"+silent.Addr().String(), "https://"+silent.Addr().String())
	if err := s.Content.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := report(t, s)
	if l := r.line(t, "provider"); l.State != Bad {
		t.Errorf("%+v", l)
	}
	if l := r.line(t, "certificate"); l.State != Check || !strings.Contains(l.Text, "ตรวจไม่ได้") {
		t.Errorf("%+v", l)
	}
	for _, key := range []string{"database", "content", "audit", "migrations"} {
		if l := r.line(t, key); l.State != Good {
			t.Errorf("%+v", l)
		}
	}
}

// TestA72_AFrozenDatabaseIsTold freezes the link to the database.
func TestA72_AFrozenDatabaseIsTold(t *testing.T) {
	pool, link := testdb.NewLink(t, testdb.New(t))
	s := newService(t, pool, goodProvider(t).URL, "http://localhost")
	if err := s.Content.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	link.Freeze()
	r := report(t, s)
	for _, key := range []string{"database", "migrations", "sessions", "queue", "backup", "audit"} {
		if l := r.line(t, key); l.State != Check || !strings.Contains(l.Text, "ไม่") {
			t.Errorf("%+v", l)
		}
	}
	if l := r.line(t, "provider"); l.State != Good {
		t.Errorf("%+v", l)
	}
	start := time.Now()
	if n, err := s.Numbers(t.Context(), admin); err != nil || n.Answers || time.Since(start) > 2*time.Second {
		t.Errorf("%v %+v after %s", err, n, time.Since(start))
	}
}

// TestNumbersAreKept asks twice at the same moment.
func TestNumbersAreKept(t *testing.T) {
	pool := testdb.New(t)
	s := newService(t, pool, "https://id.invalid", "http://localhost")
	record(t, pool, 1)
	first, err := s.Numbers(t.Context(), admin)
	if err != nil || !first.Answers || first.Bytes == 0 || first.Migration == 0 || first.Chain.Head != 1 {
		t.Fatalf("%v %+v", err, first)
	}
	asked := pool.Stat().AcquireCount()
	for range 10 {
		if _, err := s.Numbers(t.Context(), admin); err != nil {
			t.Fatal(err)
		}
	}
	if n := pool.Stat().AcquireCount() - asked; n != 0 {
		t.Errorf("%d connections taken for what was just asked", n)
	}
}

// TestCertificate asks a server whose certificate nobody vouches for.
func TestCertificate(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	conns := 0
	srv.TLS = &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { conns++; return nil, nil }}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	c := newCertificate(srv.URL, time.Now)
	for range 3 {
		f := c.look(t.Context())
		if !f.Until.Equal(srv.Certificate().NotAfter) || f.Trusted {
			t.Errorf("%+v, want %s", f, srv.Certificate().NotAfter)
		}
	}
	if conns != 1 {
		t.Errorf("asked %d times within the hour", conns)
	}
}
