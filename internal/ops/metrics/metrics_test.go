package metrics

import (
	"context"
	"io"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/jobs"
	"portal/internal/ops/auditlog"
	"portal/internal/ops/status"
	"portal/internal/people/session"
	"portal/internal/people/signin"
	"portal/internal/site/content"
	"portal/internal/site/search"
)

func newMetrics(t testing.TB, pool *pgxpool.Pool) *Metrics {
	t.Helper()
	log := audit.New(pool)
	contents := content.New(pool, "", time.Now)
	all := func(context.Context) ([]jobs.State, error) {
		return []jobs.State{{Name: "sessions", Every: time.Hour, At: time.Now(), Failed: true, Waiting: 2, Discarded: 1}, {Name: "sign-ins"}}, nil
	}
	state := status.New(status.Sources{
		BaseURL: "http://localhost", Idle: time.Minute, Read: pool, Jobs: all, Audit: auditlog.New(pool, log, time.Now), Content: contents,
		Search: search.New(contents, pool, pool, time.Now), Now: time.Now,
		SignIn: signin.New(signin.Config{Issuer: "http://127.0.0.1:1", Now: time.Now}, pool, log, session.New(pool, log, session.DefaultLimits, time.Now)),
	})
	if err := contents.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return New(Sources{Pools: map[string]*pgxpool.Pool{"read": pool}, Content: contents, Status: state, Jobs: all, Now: time.Now})
}

func scrape(t testing.TB, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	b, err := io.ReadAll(w.Result().Body)
	if err != nil || w.Code != 200 {
		t.Fatalf("%d %v", w.Code, err)
	}
	return string(b)
}

func TestMetricsAreTold(t *testing.T) {
	m := newMetrics(t, testdb.New(t))
	m.Request("GET", "/backend/staff/{id}", 200, 30*time.Millisecond)
	m.Request("GET", "/backend/staff/{id}", 200, 3*time.Millisecond)
	m.Request("MADEUP", "unmatched", 405, time.Second)
	m.SignIn("done")
	m.Redemption("refused")
	text := scrape(t, m)
	for _, want := range []string{
		`portal_http_requests_total{method="GET",route="/backend/staff/{id}",status="200"} 2`,
		`portal_http_requests_total{method="other",route="unmatched",status="405"} 1`,
		`portal_http_request_duration_seconds_bucket{route="/backend/staff/{id}",le="0.005"} 1`,
		`portal_http_request_duration_seconds_count{route="/backend/staff/{id}"} 2`,
		`portal_signins_total{outcome="done"} 1`, `portal_signins_total{outcome="away"} 0`,
		`portal_token_redemptions_total{outcome="refused"} 1`, `portal_token_redemptions_total{outcome="redeemed"} 0`,
		`portal_database_up 1`, `portal_sessions_live 0`, `portal_backup_last_timestamp_seconds 0`, `portal_drafts_overdue 0`,
		`portal_content_away 0`, `portal_notifications_total 0`, `portal_db_pool_max_connections{pool="read"}`,
		`portal_db_pool_connections{pool="read",state="used"}`, `portal_housekeeping_failed{task="sessions"} 1`,
		`portal_housekeeping_last_run_timestamp_seconds{task="sign-ins"} 0`, `portal_jobs_waiting{task="sessions"} 2`, `portal_jobs_discarded{task="sessions"} 1`, `portal_build_info{`, "go_goroutines ", "process_open_fds ",
	} {
		if !strings.Contains(text, "\n"+want) {
			t.Errorf("no %s", want)
		}
	}
	if age := regexp.MustCompile(`(?m)^portal_content_age_seconds (\S+)$`).FindStringSubmatch(text); age == nil {
		t.Error("no age of the content")
	}
	if strings.Contains(text, "MADEUP") {
		t.Error("a client's word is a label")
	}
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/debug/pprof/", nil))
	if w.Code != 404 {
		t.Errorf("something else than metrics: %d", w.Code)
	}
}

// TestA72_ADatabaseThatDoesNotAnswerIsTold freezes it: the rest is told in time.
func TestA72_ADatabaseThatDoesNotAnswerIsTold(t *testing.T) {
	pool, link := testdb.NewLink(t, testdb.New(t))
	m := newMetrics(t, pool)
	link.Freeze()
	start := time.Now()
	text := scrape(t, m)
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("after %s", took)
	}
	if !strings.Contains(text, "\nportal_database_up 0") || strings.Contains(text, "\nportal_sessions_live") || !strings.Contains(text, "\ngo_goroutines") {
		t.Error(text)
	}
}

// TestCountingARequestCostsNoAllocation is what lets prepared pages be counted.
func TestCountingARequestCostsNoAllocation(t *testing.T) {
	r := newRequests()
	once := func() { r.add("GET", "/backend/faq", 200, time.Millisecond) }
	once()
	if n := testing.AllocsPerRun(200, once); n > 0 {
		t.Errorf("%.1f allocations", n)
	}
}

func BenchmarkCountingARequest(b *testing.B) {
	r := newRequests()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r.add("GET", "/backend/faq", 200, time.Millisecond)
		}
	})
}
