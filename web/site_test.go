package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/testdb/seeded"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/config"
	"portal/internal/kit/jobs"
	"portal/internal/kit/ratelimit"
	"portal/internal/ops/auditlog"
	"portal/internal/ops/seed"
	"portal/internal/ops/status"
	"portal/internal/org/agency"
	"portal/internal/people/onboarding"
	"portal/internal/people/session"
	"portal/internal/people/signin"
	"portal/internal/people/staff"
	"portal/internal/people/token"
	"portal/internal/site/content"
	"portal/internal/site/editing"
	"portal/internal/site/feedback"
	"portal/internal/site/file"
	"portal/internal/site/search"
)

const baseURL = "https://portal.example"

// What the portal and the provider know each other by.
const (
	clientID     = "portal"
	clientSecret = "secret" // #nosec G101 -- of a test
)

// site is the whole portal on a database of its own, seeded.
type site struct {
	t        testing.TB
	pool     *pgxpool.Pool
	log      *audit.Log
	sessions *session.Service
	tokens   *token.Service
	agencies *agency.Service
	search   *search.Service
	contents *content.Service
	status   *status.Service
	counts   *counts
	limits   *ratelimit.Service
	server   *Server
	handler  http.Handler
	now      time.Time
	live     bool  // the time is the real one, not now
	broken   error // what /readyz reports
	logs     strings.Builder
	names    int    // how many name has given out
	named    string // whom somebody signed in last
}

func newSite(t testing.TB) *site { t.Helper(); return newSiteAt(t, "https://id.invalid") }

// newSiteAt is a site whose people sign in at issuer.
func newSiteAt(t testing.TB, issuer string) *site {
	t.Helper()
	return newSiteOn(t, seeded.New(t), issuer)
}

func newSiteOn(t testing.TB, pool *pgxpool.Pool, issuer string) *site {
	t.Helper()
	s := &site{t: t, pool: pool, now: time.Now()}
	clock := func() time.Time {
		if s.live {
			return time.Now()
		}
		return s.now
	}
	s.log = audit.New(s.pool)
	if _, err := seed.New(s.pool, s.log).Content(context.Background(), authz.System("test")); err != nil {
		t.Fatal(err)
	}
	keys, err := token.ParseKeys(base64.StdEncoding.EncodeToString(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	s.sessions = session.New(s.pool, s.log, session.DefaultLimits, clock)
	s.agencies = agency.New(s.pool, s.log)
	s.tokens = token.New(s.pool, s.log, keys, s.agencies.Lineage, clock)
	s.contents = content.New(s.pool, "", clock)
	s.search = search.New(s.contents, s.pool, s.pool, clock)
	s.limits = ratelimit.New(s.pool, ratelimit.Of(config.Defaults().Limits), clock)
	sign := signin.New(signin.Config{
		MayRecord: s.limits.MayRecord, Issuer: issuer, ClientID: clientID, ClientSecret: clientSecret, Scopes: config.DefaultScopes(), Now: clock,
		RedirectURL: baseURL + "/backend/login/callback", LogoutURL: baseURL + "/backend/logout/done",
	}, s.pool, s.log, s.sessions)
	trail := auditlog.New(s.pool, s.log, clock)
	s.status = status.New(status.Sources{
		Build: status.Build{Version: "abc", Go: "go", Started: s.now}, BaseURL: "http://localhost", Idle: session.DefaultLimits.Idle,
		Read: s.pool, Pools: func() []status.Pool { return []status.Pool{{Name: "อ่าน", Used: 1, Max: 20}} },
		Jobs:  func(context.Context) ([]jobs.State, error) { return nil, nil },
		Audit: trail, Content: s.contents, Search: s.search, SignIn: sign, Now: clock,
	})
	s.counts = newCounts()
	s.server = New(
		Config{
			BaseURL: baseURL, Issuer: issuer, Now: clock, BrowserKeys: [][]byte{make([]byte, 32)},
			Observer: s.counts,
			Log:      slog.New(slog.NewJSONHandler(&s.logs, nil)),
			Ready:    []Part{{"database", func(context.Context) error { return s.broken }}},
		},
		Services{
			Content: s.contents, Files: file.New(s.pool, s.log), Limits: s.limits,
			Onboarding: onboarding.New(s.log, s.tokens, clock), Sessions: s.sessions, Staff: staff.New(s.pool, s.log, clock),
			Agencies: s.agencies, Tokens: s.tokens, AuditLog: trail, Status: s.status, SignIn: sign,
			Editing: editing.New(s.pool, s.log, clock), Search: s.search, Feedback: feedback.New(s.pool, s.pool, clock),
		})
	s.handler = s.server.Handler()
	return s
}

// person signs somebody in who holds role, or none, and returns their cookie.
func (s *site) person(subject string, role authz.Role) *http.Cookie {
	s.t.Helper()
	ctx := context.Background()
	value := ""
	err := s.log.Change(ctx, authz.System("test"), func(tx *audit.Tx) error {
		p, err := staff.SignIn(ctx, tx, staff.Identity{Issuer: "test", Subject: subject, Name: "สมชาย รักงาน", Email: "somchai@example.go.th"}, s.now)
		if err != nil {
			return err
		}
		if role != "" {
			a, err := agency.IDOf(ctx, tx, seed.SampleAgency[role])
			if err != nil {
				return err
			}
			if err := staff.Join(ctx, tx, staff.Joining{Staff: p.ID, Agency: a, Role: role, Since: s.now}); err != nil {
				return err
			}
		}
		value, err = s.sessions.Open(ctx, tx, session.Start{StaffID: int64(p.ID), Epoch: p.Epoch, AuthTime: s.now})
		if err != nil {
			return err
		}
		return tx.Record(staff.ActionSignedIn, audit.Person(int64(p.ID)), nil)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return &http.Cookie{Name: "__Host-portal-session", Value: value}
}

// sessionID is the row of the session that a cookie stands for.
func (s *site) sessionID(c *http.Cookie) (id int64) {
	s.t.Helper()
	h := sha256.Sum256([]byte(c.Value))
	if err := s.pool.QueryRow(context.Background(), `SELECT id FROM staff_sessions WHERE token_hash = $1`, h[:]).Scan(&id); err != nil {
		s.t.Fatal(err)
	}
	return id
}

// request is one request to the site, sent as a browser would.
type request struct {
	method, path string
	form         url.Values
	body         string // instead of form
	cookie       *http.Cookie
	header       map[string]string
}

func (s *site) do(q request) *http.Response {
	s.t.Helper()
	var body io.Reader = strings.NewReader(q.body)
	if q.form != nil {
		body = strings.NewReader(q.form.Encode())
	}
	r := httptest.NewRequest(q.method, baseURL+q.path, body)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if q.form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for k, v := range q.header {
		if v == "" {
			r.Header.Del(k)
		} else {
			r.Header.Set(k, v)
		}
	}
	if q.cookie != nil {
		r.AddCookie(q.cookie)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w.Result()
}

func (s *site) get(path string, cookie *http.Cookie) *http.Response {
	return s.do(request{method: http.MethodGet, path: path, cookie: cookie})
}

func (s *site) issue(role authz.Role) string {
	s.t.Helper()
	a, err := s.agencies.ByCode(context.Background(), seed.SampleAgency[role])
	if err != nil {
		s.t.Fatal(err)
	}
	c, err := s.tokens.Issue(context.Background(), authz.System("test"), a.ID, role)
	if err != nil {
		s.t.Fatal(err)
	}
	return c.String()
}

func text(t testing.TB, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func cookieOf(res *http.Response, name string) *http.Cookie {
	for _, c := range res.Cookies() {
		if c.Name == name {
			return c
		}
	}
	return nil
}

func (s *site) count(sql string, args ...any) (n int) {
	s.t.Helper()
	if err := s.pool.QueryRow(s.t.Context(), sql, args...).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *site) post(path string, cookie *http.Cookie, form url.Values) *http.Response {
	s.t.Helper()
	return s.do(request{method: http.MethodPost, path: path, cookie: cookie, form: form})
}

// agencyID is the id of the agency that has code, as it stands in forms.
func (s *site) agencyID(code string) string {
	s.t.Helper()
	a, err := s.agencies.ByCode(s.t.Context(), code)
	if err != nil {
		s.t.Fatal(err)
	}
	return fmt.Sprint(a.ID)
}
