package app

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/config"
	"portal/internal/kit/ratelimit"
	"portal/internal/ops/auditlog"
	"portal/internal/ops/trafficlog"
	"portal/internal/org/agency"
	"portal/internal/people/session"
	"portal/internal/people/signin"
	"portal/internal/people/token"
)

// withJobs is an App with what its jobs need.
func withJobs(t *testing.T, pool *pgxpool.Pool, dir string) *App {
	t.Helper()
	keys, err := token.ParseKeys(base64.StdEncoding.EncodeToString(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	traffic, err := trafficlog.Open(dir, io.Discard, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = traffic.Close() })
	log := audit.New(pool)
	sessions := session.New(pool, log, session.DefaultLimits, time.Now)
	return &App{
		cfg: config.Config{AuditKeep: 2 * 365 * 24 * time.Hour, TrafficKeep: 90 * 24 * time.Hour},
		log: log, limits: ratelimit.New(pool, ratelimit.Limits{}, time.Now), agencies: agency.New(pool, log), Sessions: sessions,
		signin: signin.New(signin.Config{Now: time.Now}, pool, log, sessions), Audit: auditlog.New(pool, log, time.Now),
		Tokens: token.New(pool, log, keys, nil, time.Now), traffic: traffic,
	}
}

func exec(t *testing.T, pool *pgxpool.Pool, sql string) {
	t.Helper()
	if _, err := pool.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, pool *pgxpool.Pool, sql string) (n int) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// expired are rows of each table that has a retention: some are old enough to go.
var expired = []string{
	`INSERT INTO staff (id, issuer, subject, name) OVERRIDING SYSTEM VALUE VALUES (1, 'test', 'a', 'ก')`,
	`INSERT INTO token_tries (staff_id, address, at) VALUES (1, '', now() - interval '8 days'), (1, '', now() - interval '5 days')`,
	`INSERT INTO rate_limits (key, free_at) VALUES ('old', now() - interval '1 second'), ('new', now() + interval '1 hour')`,
	`INSERT INTO form_results (staff_id, form_key, at) VALUES (1, 'old', now() - interval '8 days'), (1, 'new', now() - interval '5 days')`,
	`INSERT INTO signin_attempts (state_hash, browser_hash, nonce, verifier, return_path, expires_at) VALUES
		('a', '', '', '', '', now() - interval '2 days'), ('b', '', '', '', '', now() + interval '2 days')`,
	`INSERT INTO agencies (id, code, kind, name) OVERRIDING SYSTEM VALUE VALUES (1, '01001000', 'department', 'กรม')`,
	`INSERT INTO role_tokens (agency_id, role, code_hash, sealed_code, issued_at, expires_at) VALUES
		(1, 'manual_author', 'a', 'a', now() - interval '60 days', now() - interval '30 days'),
		(1, 'manual_reviewer', 'b', 'b', now() - interval '1 day', now() + interval '29 days')`,
	`INSERT INTO audit_entries (at, action, subject) VALUES (now() - interval '3 years', 'content.seeded', 'x'), (now() - interval '700 days', 'content.seeded', 'x')`,
}

func TestRetention(t *testing.T) {
	t.Parallel()
	pool, dir := testdb.New(t), t.TempDir()
	a := withJobs(t, pool, dir)
	for _, sql := range expired {
		exec(t, pool, sql)
	}
	old := filepath.Join(dir, "traffic-2020-01-01.jsonl")
	if err := os.WriteFile(old, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(ctx context.Context) {
		t.Helper()
		for _, j := range a.jobs() {
			if err := j.Do(ctx, slog.New(slog.DiscardHandler)); err != nil {
				t.Errorf("%s: %v", j.Name(), err)
			}
		}
	}
	run(t.Context())
	for sql, want := range map[string]int{
		`SELECT count(*) FROM token_tries`:           1,
		`SELECT count(*) FROM form_results`:          1,
		`SELECT count(*) FROM rate_limits`:           1,
		`SELECT count(*) FROM signin_attempts`:       1,
		`SELECT count(sealed_code) FROM role_tokens`: 1,
		`SELECT count(*) FROM audit_entries WHERE action = 'audit.pruned' AND job = 'housekeeping' AND (detail->>'count')::int = 1`:      1,
		`SELECT count(*) FROM audit_entries WHERE action = 'retention.cleaned' AND job = 'housekeeping'`:                                 5,
		`SELECT count(*) FROM audit_entries WHERE subject = 'trafficlog' AND detail->'before'->'files' = '["traffic-2020-01-01.jsonl"]'`: 1,
		`SELECT count(*) FROM audit_entries WHERE subject = 'x'`:                                                                         1,
	} {
		if got := count(t, pool, sql); got != want {
			t.Errorf("%s: %d, want %d", sql, got, want)
		}
	}
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Error("the file of 2020 is still there")
	}
	entries := count(t, pool, `SELECT count(*) FROM audit_entries`)
	run(t.Context()) // as a server of the last release beside this one may
	if n := count(t, pool, `SELECT count(*) FROM audit_entries`); n != entries {
		t.Errorf("%d entries for doing nothing", n-entries)
	}
}

// TestTwoSweepsAtOnce sweeps twice at the same time, as a server of release 0.2.0
// and one of this may: rows go once, and each that goes is recorded once.
func TestTwoSweepsAtOnce(t *testing.T) {
	t.Parallel()
	pool := testdb.New(t)
	a := withJobs(t, pool, t.TempDir())
	for _, sql := range expired {
		exec(t, pool, sql)
	}
	failed := make(chan error)
	sweep := func() {
		var all error
		for _, j := range a.jobs() {
			if !strings.HasPrefix(j.Name(), "traffic") { // each server has its own files
				all = errors.Join(all, j.Do(t.Context(), slog.New(slog.DiscardHandler)))
			}
		}
		failed <- all
	}
	go sweep()
	go sweep()
	if err := errors.Join(<-failed, <-failed); err != nil {
		t.Error(err)
	}
	for sql, want := range map[string]int{
		`SELECT sum((detail->>'count')::int) FROM audit_entries WHERE action = 'audit.pruned'`: 1,
		`SELECT count(*) FROM audit_entries WHERE action = 'audit.pruned'`:                     1,
		`SELECT count(*) FROM audit_entries WHERE action = 'retention.cleaned'`:                4,
	} {
		if n := count(t, pool, sql); n != want {
			t.Errorf("%s: %d, want %d", sql, n, want)
		}
	}
}
