package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portal/internal/dev/testdb"
	"portal/internal/kit/authz"
	"portal/internal/kit/ratelimit"
	"portal/web/kit"
)

// at most so many while a test runs.
func atMost(n int) ratelimit.Rate { return ratelimit.Rate{Most: n, In: 24 * time.Hour} }

// tooMany checks that an answer is a Thai 429 that says when to come back and has
// all of want.
func tooMany(t *testing.T, name string, res *http.Response, body string, want ...string) {
	t.Helper()
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" || res.Header.Get("Retry-After") == "0" {
		t.Errorf("%s: %d, Retry-After %q", name, res.StatusCode, res.Header.Get("Retry-After"))
	}
	for _, w := range append(want, "กรุณารอ") {
		if !strings.Contains(body, w) {
			t.Errorf("%s: no %s in %s", name, w, body)
		}
	}
}

// TestRateLimitsHoldAcrossServers sends to two servers of one database at once.
func TestRateLimitsHoldAcrossServers(t *testing.T) {
	t.Parallel()
	pool := testdb.New(t)
	other, _ := testdb.NewLink(t, pool)
	servers := []*site{newSiteOn(t, pool, "https://id.invalid"), newSiteOn(t, other, "https://id.invalid")}
	for _, s := range servers {
		s.limits.Search.Address.Rate, s.limits.Patience = atMost(20), time.Minute
		if err := s.contents.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var found, refused atomic.Int64
	var wg sync.WaitGroup
	for i := range 120 {
		wg.Go(func() {
			r := httptest.NewRequest("GET", baseURL+ask("จุดบริการ"), nil)
			w := httptest.NewRecorder()
			servers[i%2].handler.ServeHTTP(w, r)
			switch w.Code {
			case http.StatusOK:
				found.Add(1)
			case http.StatusTooManyRequests:
				refused.Add(1)
			}
		})
	}
	wg.Wait()
	if found.Load() != 20 || refused.Load() != 100 {
		t.Errorf("%d found, %d refused", found.Load(), refused.Load())
	}
}

// TestEachLimitGivesItsFormBack goes beyond each of the limits, each by itself.
func TestEachLimitGivesItsFormBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	l := s.limits
	l.Search.Address.Rate, l.SignIn.Address.Rate, l.Feedback.Address.Rate, l.Upload.Rate = atMost(1), atMost(1), atMost(1), atMost(1)
	admin := s.person("uploader", authz.DGAAdmin)
	file := func(header map[string]string) (*http.Response, string) {
		return s.uploadFiles(admin, header, sent{"ป้าย.png", encodedPNG(photo(4, 4))})
	}
	vote := func() *http.Response {
		return s.post("/backend/faq/devices/helpful", nil, url.Values{"answer": {"yes"}})
	}
	start := func() *http.Response { return s.get("/backend/login/digitalid?return=/backend/profile", nil) }
	stored, _ := file(nil)
	for name, res := range map[string]*http.Response{"search": s.get(ask("Token"), nil), "vote": vote(), "start": start(), "file": stored} {
		if res.StatusCode == http.StatusTooManyRequests {
			t.Errorf("%s: refused the first time", name)
		}
	}
	res := s.get(ask("จุดบริการ"), nil)
	tooMany(t, "search", res, text(t, res), `value="จุดบริการ"`, "<h1", "ค้นหาบ่อยเกินไป")
	res = vote()
	tooMany(t, "vote", res, text(t, res), "<h1", "ส่งความเห็นบ่อยเกินไป")
	res = start()
	tooMany(t, "sign-in", res, text(t, res), `href="/backend/login/digitalid?return=%2Fbackend%2Fprofile"`, "บ่อยเกินไป")
	res, body := file(nil)
	tooMany(t, "file", res, body, `type="file"`, "ส่งไฟล์บ่อยเกินไป")
	res, body = file(map[string]string{"Accept": "application/json"})
	tooMany(t, "file by script", res, body, `"refused":[{"name":"","why":"ส่งไฟล์`)
	res, body = s.upload(admin, "/backend/agencies/import", "หน่วยงาน.csv", []byte("a,b\n"))
	tooMany(t, "import", res, body, `type="file"`, "ส่งไฟล์บ่อยเกินไป")
	if res := s.get("/backend/search", nil); res.StatusCode != http.StatusOK {
		t.Errorf("the empty form: %d", res.StatusCode)
	}
	if res, _ := s.uploadFiles(s.person("another", authz.DGAAdmin), nil, sent{"ป้าย.png", encodedPNG(photo(5, 5))}); res.StatusCode != http.StatusSeeOther {
		t.Errorf("another person's upload: %d", res.StatusCode)
	}
	s.now = s.now.Add(25 * time.Hour)
	if _, err := s.pool.Exec(t.Context(), `UPDATE rate_limits SET free_at = free_at - interval '25 hours'`); err != nil {
		t.Fatal(err)
	}
	if res := s.get(ask("จุดบริการ"), nil); res.StatusCode != http.StatusOK {
		t.Errorf("when the time is over: %d", res.StatusCode)
	}
}

// TestAnOfficeBehindOneAddressIsNotShutOut floods from within: browsers that are
// known go on, each with its own limit.
func TestAnOfficeBehindOneAddressIsNotShutOut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.limits.Search.Address.Rate, s.limits.Search.Own.Rate = atMost(3), atMost(2)
	for range 10 {
		s.get(ask("x"), nil)
	}
	known := func(key []byte, id string) *http.Cookie {
		s := kit.New(kit.Config{BaseURL: baseURL, BrowserKeys: [][]byte{key}})
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/", nil)
		s.RememberBrowser(w, r)
		c := cookieOf(w.Result(), "__Host-portal-known")
		if id != "" {
			_, seal, _ := strings.Cut(c.Value, ".")
			c.Value = id + "." + seal
		}
		return c
	}
	right, wrong := make([]byte, 32), []byte(strings.Repeat("x", 32))
	colleague, other := known(right, ""), known(right, "")
	for i, want := range []int{200, 200, 429, 429} {
		if res := s.get(ask("x"), colleague); res.StatusCode != want {
			t.Errorf("search %d of a colleague: %d, want %d", i+1, res.StatusCode, want)
		}
	}
	if res := s.get(ask("x"), other); res.StatusCode != http.StatusOK {
		t.Errorf("another colleague: %d", res.StatusCode)
	}
	for name, c := range map[string]*http.Cookie{"another key": known(wrong, ""), "another number": known(right, "AAAA"), "none": nil,
		"no seal": {Name: "__Host-portal-known", Value: "AAAA"}, "empty": {Name: "__Host-portal-known", Value: "."}} {
		if res := s.get(ask("x"), c); res.StatusCode != http.StatusTooManyRequests {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
	}
}

// TestAMondayMorning: 200 people of one office come to sign in at once, each
// twice, and search while they wait.
func TestAMondayMorning(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for range 200 {
		for _, path := range []string{"/backend/login/digitalid", "/backend/login/digitalid", ask("เข้าสู่ระบบ"), ask("Token")} {
			if res := s.get(path, nil); res.StatusCode == http.StatusTooManyRequests {
				t.Fatalf("%s is refused", path)
			}
		}
	}
}

// TestStrangersFillNoAuditLog sends callbacks that fit no attempt.
func TestStrangersFillNoAuditLog(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.limits.Refusals.Address.Rate, s.limits.RefusalsOfAll.Rate = atMost(4), atMost(6)
	refused := func(address string) {
		r := httptest.NewRequest("GET", baseURL+"/backend/login/callback?state=x&code=y", nil)
		r.RemoteAddr = address
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, r)
		if w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", address, w.Code)
		}
	}
	entries := func() int { return s.count(`SELECT count(*) FROM audit_entries WHERE action = 'signin.refused'`) }
	for range 30 {
		refused("192.0.2.1:1")
	}
	if n := entries(); n != 4 {
		t.Errorf("%d entries of one address", n)
	}
	refused("192.0.2.2:1")
	if n := s.count(`SELECT (detail->>'unrecorded')::int FROM audit_entries ORDER BY id DESC LIMIT 1`); n != 26 {
		t.Errorf("%d were not recorded", n)
	}
	for i := range 30 {
		refused(fmt.Sprintf("192.0.3.%d:1", i))
	}
	if n := entries(); n != 6 {
		t.Errorf("%d entries of many addresses", n)
	}
}

// TestRefusalsOfOnePersonAreLimited: a signed-in person cannot fill it either.
func TestRefusalsOfOnePersonAreLimited(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.limits.Refusals.Own.Rate = atMost(3)
	c := s.person("curious", authz.ManualAuthor)
	for i := range 10 {
		if res := s.get(fmt.Sprint("/backend/audit/", i+1), c); res.StatusCode != http.StatusForbidden {
			t.Fatalf("%d", res.StatusCode)
		}
	}
	if n := s.count(`SELECT count(*) FROM audit_entries WHERE action = 'access.refused'`); n != 3 {
		t.Errorf("%d entries", n)
	}
}

// TestA44_LimitsGoByThePeer: nobody gets more by writing another address.
func TestA44_LimitsGoByThePeer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.limits.Search.Address.Rate = atMost(2)
	last := 0
	for i := range 4 {
		claimed := fmt.Sprintf("198.51.100.%d", i)
		last = s.do(request{method: "GET", path: ask("x"), header: map[string]string{
			"X-Forwarded-For": claimed, "X-Real-IP": claimed, "True-Client-IP": claimed, "Forwarded": "for=" + claimed}}).StatusCode
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("%d", last)
	}
}

// TestSearchAnswersWithoutItsLimits: the database is frozen, then gone.
func TestSearchAnswersWithoutItsLimits(t *testing.T) {
	t.Parallel()
	behind, link := testdb.NewLink(t, testdb.New(t))
	s := newSiteOn(t, behind, "https://id.invalid")
	if err := s.contents.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, breakIt := range map[string]func(){"frozen": link.Freeze, "gone": link.Cut} {
		breakIt()
		began := time.Now()
		for range 10 {
			if res := s.get(ask("จุดบริการ"), nil); res.StatusCode != http.StatusOK {
				t.Errorf("%s: %d", name, res.StatusCode)
			}
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%s: %s for ten", name, took)
		}
	}
}
