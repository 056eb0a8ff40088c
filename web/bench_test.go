package web

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/testdb"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/ops/seed"
)

var (
	country  = flag.String("country", "small", "size of the made-up country to measure on: small, or full as Thailand")
	database = flag.String("country-database", "", "address of a database that has its country already, to measure on as it is")
	only     = flag.String("office-pages", "", "part of the name of the pages to measure, such as 'officer audit'; all unless given")
)

var countries = map[string]seed.DemoSize{
	"small": {ServicePoints: 1200, Accounts: 3000, AuditEntries: 3000},
	"full":  {ServicePoints: 60_000, Accounts: 300_000, AuditEntries: 1_000_000},
}

// People at once, how often each of them asks, and how long one who is quick
// looks at a page on average. Then the same without any pause: what the machine
// can do at most.
const (
	benchPeople = 16
	benchRounds = 25
	benchPause  = 200 * time.Millisecond
)

// statement is one query of a request, to be asked again without the request.
type statement struct {
	sql  string
	args []any
}

// recorder notes the queries of the request it listens to.
type recorder struct {
	mu        sync.Mutex
	listening bool
	heard     []statement
}

func (r *recorder) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.listening {
		r.heard = append(r.heard, statement{d.SQL, d.Args})
	}
	return ctx
}

func (r *recorder) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// pool is a test's database whose queries r hears.
func (r *recorder) pool(b *testing.B) *pgxpool.Pool {
	b.Helper()
	open := func() (*pgxpool.Pool, error) { return testdb.New(b), nil }
	if *database != "" {
		open = func() (*pgxpool.Pool, error) { return db.Open(b.Context(), *database) }
	}
	plain, err := open()
	if err != nil {
		b.Fatal(err)
	}
	cfg := plain.Config()
	cfg.ConnConfig.Tracer = r
	pool, err := pgxpool.NewWithConfig(b.Context(), cfg)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	return pool
}

// BenchmarkOffice measures the office's pages as a whole department uses them
// on a Monday: 16 people at once. Beside each page stands what its queries take
// in Postgres alone. With -country full, or on a
// filled database given by -country-database, it tells of real sizes.
func BenchmarkOffice(b *testing.B) {
	heard := &recorder{}
	s := newSiteOn(b, heard.pool(b), "https://id.invalid")
	if *database == "" {
		plantCountry(b, s)
	}
	server := httptest.NewServer(s.handler)
	b.Cleanup(server.Close)
	for b.Loop() { // once: it measures within
		benchOffice(b, s, server, heard)
	}
}

func plantCountry(b *testing.B, s *site) {
	b.Helper()
	if _, err := seed.New(s.pool, s.log).Demo(b.Context(), authz.System("bench"), countries[*country]); err != nil {
		b.Fatal(err)
	}
	conn, err := s.pool.Acquire(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Release()
	for _, sql := range []string{"SET statement_timeout = 0", "VACUUM ANALYZE", "RESET statement_timeout"} {
		if _, err := conn.Exec(b.Context(), sql); err != nil {
			b.Fatal(err)
		}
	}
}

func benchOffice(b *testing.B, s *site, server *httptest.Server, heard *recorder) {
	out := &strings.Builder{}
	fmt.Fprintf(out, "\n%5s %8s %8s %8s %8s %8s %4s  %s\n", "KB", "p50", "p99", "busy p50", "busy p99", "bare", "SQL", "page")
	for _, c := range benchCases(b, s) {
		name, err := url.QueryUnescape(c.name)
		if err != nil {
			b.Fatal(err)
		}
		if !strings.Contains(name, *only) {
			continue
		}
		m := measure(b, s, server, heard, c)
		fmt.Fprintf(out, "%5d %8s %8s %8s %8s %8s %4d  %s\n", m.bytes>>10, round(m.p50), round(m.p99), round(m.busy50), round(m.busy99), round(m.bare), m.queries, name)
	}
	b.Log(out.String())
}

type benchCase struct {
	name   string
	cookie *http.Cookie
	path   string
}

// benchCases are each list as the people see it who have most to see, first page
// and deep inside, each filter, and searches from two letters to a full name.
func benchCases(b *testing.B, s *site) []benchCase {
	b.Helper()
	run := s.now.Format(time.RFC3339Nano) // the database may know the people of an earlier run
	admin, officer := s.person("bench admin "+run, authz.DGAAdmin), s.person("bench officer "+run, authz.CentralOfficer)
	ministry := fmt.Sprint(s.number(`SELECT id FROM agencies WHERE name = 'กระทรวงมหาดไทย'`))
	department := s.agencyID(seed.CodeDLT)
	name := url.QueryEscape(s.word(`SELECT name FROM staff WHERE issuer = 'demo' ORDER BY id OFFSET 777 LIMIT 1`))
	all := []benchCase{{"profile", officer, "/backend/profile"}}
	add := func(who string, cookie *http.Cookie, list string, queries ...string) {
		for _, q := range queries {
			all = append(all, benchCase{who + " " + strings.TrimPrefix(list, "/backend/") + q, cookie, list + q})
		}
		for range 20 { // a page deep inside
			next, _, _ := strings.Cut(after(s.page(cookie, list), `rel="next" href="`), `"`)
			if next == "" {
				break
			}
			list = html.UnescapeString(next)
		}
		if strings.Contains(list, "page=") {
			path, _, _ := strings.Cut(list, "?")
			all = append(all, benchCase{who + " " + strings.TrimPrefix(path, "/backend/") + " page 20", cookie, list})
		}
	}
	thai := func(q string) string { return "?q=" + url.QueryEscape(q) }
	unit := func(q string) string { return "?unit_q=" + url.QueryEscape(q) }
	add("admin", admin, "/backend/staff", "", thai("สม"), thai("สมช"), thai("สมชาย"), "?q="+name, thai("ขนส่ง"), "?q=staff777", "?unit="+ministry, "?unit="+department, "?role=central_officer", "?role=manual_author", "?state=suspended")
	add("officer", officer, "/backend/staff", "", thai("สม"), thai("สมชาย"), "?q="+name, "?role=service_point_officer")
	add("admin", admin, "/backend/tokens", "", unit("ขนส่ง"), "?state=none", "?role=central_officer")
	add("officer", officer, "/backend/tokens", "", unit("เชียง"), "?role=service_point_officer", "?state=none")
	add("admin", admin, "/backend/agencies", "", "?under="+ministry, thai("ขน"), thai("ขนส่ง"), thai("สำนักงานปศุสัตว์จังหวัดเชียงใหม่"), "?kind=service_point", "?state=hidden&kind=department")
	add("officer", officer, "/backend/agencies", "", thai("เชียง"))
	add("admin", admin, "/backend/audit", "", thai("สม"), "?person="+name, "?action=staff.signed_in", "?action=membership.ended", "?unit="+ministry, "?unit="+department, "?from=2026-01-01&until=2026-01-31")
	add("officer", officer, "/backend/audit", "", thai("สม"), thai("สมชาย"), "?person="+name, "?action=staff.signed_in")
	return all
}

func after(text, mark string) string { _, rest, _ := strings.Cut(text, mark); return rest }

func (s *site) page(cookie *http.Cookie, path string) string { return text(s.t, s.get(path, cookie)) }

func (s *site) word(sql string) (w string) {
	s.t.Helper()
	if err := s.pool.QueryRow(s.t.Context(), sql).Scan(&w); err != nil {
		s.t.Fatal(err)
	}
	return w
}

type measured struct {
	p50, p99, busy50, busy99, bare time.Duration
	queries, bytes                 int
}

func measure(b *testing.B, s *site, server *httptest.Server, heard *recorder, c benchCase) measured {
	b.Helper()
	var m measured
	m.bytes = fetch(b, server, c) // warm
	heard.heard, heard.listening = nil, true
	fetch(b, server, c)
	heard.listening = false
	m.queries = len(heard.heard)
	m.bare = bare(b, s.pool, heard.heard)
	m.busy50, m.busy99 = crowd(b, server, c, 0) // first: a connection is slow until it has touched the tables
	m.p50, m.p99 = crowd(b, server, c, benchPause)
	return m
}

// crowd is people who ask for the page at once, again and again, each after a
// pause of up to twice the one given.
func crowd(b *testing.B, server *httptest.Server, c benchCase, pause time.Duration) (p50, p99 time.Duration) {
	b.Helper()
	var mu sync.Mutex
	var took []time.Duration
	var wg sync.WaitGroup
	for range benchPeople {
		wg.Go(func() {
			for range benchRounds {
				time.Sleep(time.Duration(rand.Float64() * 2 * float64(pause))) // #nosec G404 -- no secret
				start := time.Now()
				fetch(b, server, c)
				mu.Lock()
				took = append(took, time.Since(start))
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	slices.Sort(took)
	return took[len(took)/2], took[len(took)*99/100]
}

func fetch(b *testing.B, server *httptest.Server, c benchCase) int {
	r, err := http.NewRequest(http.MethodGet, server.URL+c.path, nil)
	if err != nil {
		b.Error(err)
		return 0
	}
	r.Host = strings.TrimPrefix(baseURL, "https://")
	r.AddCookie(c.cookie)
	res, err := benchClient.Do(r)
	if err != nil {
		b.Error(err)
		return 0
	}
	defer func() { _ = res.Body.Close() }()
	n, err := io.Copy(io.Discard, res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		b.Errorf("%s: %d, %v", c.path, res.StatusCode, err)
	}
	return int(n)
}

var benchClient = &http.Client{
	Transport:     &http.Transport{MaxIdleConnsPerHost: benchPeople},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// bare asks a request's queries one after the other, with nothing around them.
func bare(b *testing.B, pool *pgxpool.Pool, all []statement) time.Duration {
	b.Helper()
	const rounds = 21
	var took []time.Duration
	for range rounds {
		start := time.Now()
		for _, q := range all {
			rows, err := pool.Query(b.Context(), q.sql, q.args...)
			if err != nil {
				b.Fatal(err)
			}
			for rows.Next() {
			}
			rows.Close()
		}
		took = append(took, time.Since(start))
	}
	slices.SortFunc(took, cmp.Compare)
	return took[rounds/2]
}

func round(d time.Duration) string { return d.Round(10 * time.Microsecond).String() }
