package housekeeping

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/ratelimit"
	"portal/internal/ops/auditlog"
	"portal/internal/ops/trafficlog"
	"portal/internal/org/agency"
	"portal/internal/people/session"
	"portal/internal/people/signin"
	"portal/internal/people/token"
)

// bench is a server's housekeeping on a clock that the test moves.
type bench struct {
	*Service
	t    *testing.T
	pool *pgxpool.Pool
	now  time.Time
	out  bytes.Buffer
	dir  string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, pool: testdb.New(t), now: time.Now(), dir: t.TempDir()}
	clock := func() time.Time { return b.now }
	keys, err := token.ParseKeys(base64.StdEncoding.EncodeToString(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	traffic, err := trafficlog.Open(b.dir, io.Discard, clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = traffic.Close() })
	log := audit.New(b.pool)
	sessions := session.New(b.pool, log, session.DefaultLimits, clock)
	b.Service = New(b.pool, Parts{
		Log: log, Limits: ratelimit.New(b.pool, ratelimit.Limits{}, clock), Agencies: agency.New(b.pool, log), Sessions: sessions, SignIn: signin.New(signin.Config{Now: clock}, b.pool, log, sessions), Audit: auditlog.New(b.pool, log, clock), Tokens: token.New(b.pool, log, keys, nil, clock), Traffic: traffic,
	}, Keep{Audit: 2 * 365 * 24 * time.Hour, Traffic: 90 * 24 * time.Hour}, clock)
	return b
}

func (b *bench) exec(sql string, args ...any) {
	b.t.Helper()
	if _, err := b.pool.Exec(context.Background(), sql, args...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) count(sql string) (n int) {
	b.t.Helper()
	if err := b.pool.QueryRow(context.Background(), sql).Scan(&n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

// pass lets time go by and does what is due.
func (b *bench) pass(d time.Duration) {
	b.now = b.now.Add(d)
	b.due(b.t.Context(), slog.New(slog.NewJSONHandler(&b.out, nil)))
}

// lines are what was logged with the message since the last call.
func (b *bench) lines(message string) []map[string]any {
	b.t.Helper()
	var found []map[string]any
	for d := json.NewDecoder(&b.out); ; {
		var line map[string]any
		if err := d.Decode(&line); errors.Is(err, io.EOF) {
			return found
		} else if err != nil {
			b.t.Fatal(err)
		}
		if line["msg"] == message {
			found = append(found, line)
		}
	}
}

func TestHeadIsAnchoredWhenItChanged(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.pass(time.Minute)
	if got := b.lines("audit head"); len(got) != 0 {
		t.Errorf("an empty log: %v", got)
	}
	b.exec(`INSERT INTO audit_entries (action, subject) VALUES ('content.seeded', 'x')`)
	b.pass(time.Minute)
	got := b.lines("audit head")
	if len(got) != 1 {
		t.Fatalf("%v", got)
	}
	anchor, err := auditlog.ParseAnchor(got[0]["anchor"].(string))
	if err != nil || anchor.ID != 1 {
		t.Fatalf("%v, %v", anchor, err)
	}
	if _, err := b.parts.Audit.Verify(t.Context(), actor, &anchor, nil); err != nil {
		t.Error(err)
	}
	b.pass(time.Minute)
	if got := b.lines("audit head"); len(got) != 0 {
		t.Errorf("nothing changed: %v", got)
	}
}

func TestRetention(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(`INSERT INTO staff (id, issuer, subject, name) OVERRIDING SYSTEM VALUE VALUES (1, 'test', 'a', 'ก')`)
	b.exec(`INSERT INTO token_tries (staff_id, address, at) VALUES (1, '', now() - interval '8 days'), (1, '', now() - interval '5 days')`)
	b.exec(`INSERT INTO rate_limits (key, free_at) VALUES ('old', now() - interval '1 second'), ('new', now() + interval '1 hour')`)
	b.exec(`INSERT INTO form_results (staff_id, form_key, at) VALUES (1, 'old', now() - interval '8 days'), (1, 'new', now() - interval '5 days')`)
	b.exec(`INSERT INTO signin_attempts (state_hash, browser_hash, nonce, verifier, return_path, expires_at) VALUES
		('a', '', '', '', '', now() - interval '2 days'), ('b', '', '', '', '', now() + interval '2 days')`)
	b.exec(`INSERT INTO agencies (id, code, kind, name) OVERRIDING SYSTEM VALUE VALUES (1, '01001000', 'department', 'กรม')`)
	b.exec(`INSERT INTO role_tokens (agency_id, role, code_hash, sealed_code, issued_at, expires_at) VALUES
		(1, 'manual_author', 'a', 'a', now() - interval '60 days', now() - interval '30 days'),
		(1, 'manual_reviewer', 'b', 'b', now() - interval '1 day', now() + interval '29 days')`)
	b.exec(`INSERT INTO audit_entries (at, action, subject) VALUES (now() - interval '3 years', 'content.seeded', 'x'), (now() - interval '700 days', 'content.seeded', 'x')`)
	old := filepath.Join(b.dir, "traffic-2020-01-01.jsonl")
	if err := os.WriteFile(old, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b.pass(firstRun)
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
		if got := b.count(sql); got != want {
			t.Errorf("%s: %d, want %d", sql, got, want)
		}
	}
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Error("the file of 2020 is still there")
	}
	entries := b.count(`SELECT count(*) FROM audit_entries`)
	b.pass(daily)
	if n := b.count(`SELECT count(*) FROM audit_entries`); n != entries {
		t.Errorf("%d entries for doing nothing", n-entries)
	}
	if got := b.lines("housekeeping failed"); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func TestAJobRunsOnOneServerAtATime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := make(chan struct{})
	leave := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := alone(t.Context(), b.pool, "x", func() error { close(at); <-leave; return nil }); err != nil {
			t.Error(err)
		}
	})
	<-at
	ran := func(name string) (yes bool) {
		if err := alone(t.Context(), b.pool, name, func() error { yes = true; return nil }); err != nil {
			t.Error(err)
		}
		return yes
	}
	if ran("x") || !ran("y") {
		t.Error("the same job ran twice at once, or another one waited")
	}
	close(leave)
	wg.Wait()
	if !ran("x") {
		t.Error("the lock was not given back")
	}
}

func TestAFailingJobComesAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	runs := 0
	b.jobs = nil
	b.every(often, "bad", func(context.Context, *slog.Logger) error {
		if runs++; runs == 1 {
			panic("dead end")
		}
		return errors.New("no luck")
	})
	later := 0
	b.every(often, "good", func(context.Context, *slog.Logger) error { later++; return nil })
	if ran := b.Jobs(); len(ran) != 2 || !ran[0].At.IsZero() || ran[0].Failed {
		t.Errorf("before the first run: %+v", ran)
	}
	b.pass(often)
	b.pass(often)
	if ran := b.Jobs(); ran[0].Name != "bad" || !ran[0].Failed || ran[1].Failed || ran[1].At.IsZero() || ran[1].Every != often {
		t.Errorf("%+v", ran)
	}
	failed := b.lines("housekeeping failed")
	if runs != 2 || later != 2 || len(failed) != 2 || !strings.Contains(failed[0]["err"].(string), "dead end") || failed[1]["err"] != "no luck" {
		t.Errorf("%d runs, %d of the next job, %v", runs, later, failed)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.tick = time.Millisecond
	b.jobs = nil
	ctx, cancel := context.WithCancel(t.Context())
	b.every(0, "x", func(context.Context, *slog.Logger) error { cancel(); return nil })
	b.Run(ctx, slog.New(slog.DiscardHandler)) // or the test's own time runs out
}
