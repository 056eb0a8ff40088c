package web

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"portal/internal/kit/authz"
	"portal/internal/site/content"
	"portal/web/kit"
)

func TestPublicPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	titles := map[string]string{}
	for _, path := range publicPaths {
		res := s.get(path, nil)
		body := text(t, res)
		if res.StatusCode != http.StatusOK || !strings.Contains(body, `lang="th"`) || strings.Count(body, "<h1") != 1 {
			t.Errorf("%s: %d, %d headings", path, res.StatusCode, strings.Count(body, "<h1"))
		}
		_, rest, _ := strings.Cut(body, "<title>")
		title, _, _ := strings.Cut(rest, "</title>")
		if other := titles[title]; title == "" || other != "" {
			t.Errorf("%s and %s share the title %q", path, other, title)
		}
		titles[title] = path
		if len(res.Cookies()) != 0 {
			t.Errorf("%s sets cookies for a visitor: %v", path, res.Cookies())
		}
		if !strings.Contains(body, `<meta name="description" content="`) || !strings.Contains(body, `rel="canonical" href="`+baseURL+path+`"`) {
			t.Errorf("%s lacks a description or its canonical address", path)
		}
		again := s.do(request{method: http.MethodGet, path: path, header: map[string]string{"If-None-Match": res.Header.Get("ETag")}})
		if again.StatusCode != http.StatusNotModified {
			t.Errorf("%s: %d for a copy that is still good", path, again.StatusCode)
		}
	}
}

func TestLandingShowsItsParts(t *testing.T) {
	t.Parallel()
	body := text(t, newSite(t).get("/backend", nil))
	at := 0
	for _, part := range []string{"แนวทางปฏิบัติ", "FAQ", "ดาวน์โหลดคู่มือการใช้งาน", "ที่มาโครงการ", "ติดต่อสอบถาม", "ข้อตกลงการใช้งาน"} {
		i := strings.Index(body[at:], part)
		if i < 0 {
			t.Errorf("%q is missing or out of order", part)
			continue
		}
		at += i
	}
	for _, link := range []string{"https://info.go.th", "/backend/login", "/backend/policy/privacy"} {
		if !strings.Contains(body, `href="`+link+`"`) {
			t.Errorf("no link to %s", link)
		}
	}
}

func TestErrorPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, tt := range map[string]struct {
		q    request
		want int
	}{
		"unknown page":   {request{method: "GET", path: "/backend/nowhere"}, 404},
		"unknown file":   {request{method: "GET", path: "/backend/file/xyz"}, 404},
		"wrong method":   {request{method: "PUT", path: "/backend/faq"}, 405},
		"TRACE":          {request{method: "TRACE", path: "/backend"}, 405},
		"logout by GET":  {request{method: "GET", path: "/backend/logout"}, 405},
		"cross-site":     {request{method: "POST", path: "/backend/token", header: map[string]string{"Sec-Fetch-Site": "cross-site"}}, 403},
		"too large":      {request{method: "POST", path: "/backend/display", form: url.Values{"set": {strings.Repeat("x", kit.MaxForm+1)}}}, 413},
		"no such choice": {request{method: "POST", path: "/backend/display", form: url.Values{"set": {"x"}}}, 400},
	} {
		res := s.do(tt.q)
		body := text(t, res)
		if res.StatusCode != tt.want || !strings.Contains(body, "<h1") || !strings.Contains(body, "02 612 6060") {
			t.Errorf("%s: %d, want %d with a page and the Contact Center", name, res.StatusCode, tt.want)
		}
		if tt.want == 405 && res.Header.Get("Allow") == "" {
			t.Errorf("%s: no Allow", name)
		}
	}
}

func TestA49_PanicAndInternalError(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	srv := New(Config{BaseURL: baseURL, Now: time.Now, Log: slog.New(slog.NewJSONHandler(&log, nil))}, Services{Content: content.New(nil, "", time.Now)})
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, baseURL+"/backend/faq", nil) // no services: a nil pointer
	r.Header.Set("X-Request-Id", "theirs")
	srv.Handler().ServeHTTP(w, r)
	body := w.Body.String()
	if w.Code != http.StatusInternalServerError || !strings.Contains(body, "<h1") || strings.Contains(body, "goroutine") || strings.Contains(body, ".go:") {
		t.Errorf("%d: %s", w.Code, body)
	}
	number := regexp.MustCompile(`class="reference">([A-Z2-7]{5}-[A-Z2-7]{5})<`).FindStringSubmatch(body)
	if number == nil || !strings.Contains(log.String(), `"id":"`+number[1]+`"`) || strings.Contains(log.String(), "theirs") {
		t.Errorf("no number of ours to tell, or not in the log: %v\n%s", number, log.String())
	}
}

func TestA40_UnsafeRequestsFromElsewhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cookie := s.person("somchai", "")
	code := s.issue(authz.CentralOfficer)
	for _, path := range []string{"/backend/token", "/backend/logout"} {
		for name, header := range map[string]map[string]string{
			"cross-site":  {"Sec-Fetch-Site": "cross-site"},
			"same-site":   {"Sec-Fetch-Site": "same-site"},
			"null origin": {"Sec-Fetch-Site": "", "Origin": "null"},
			"evil origin": {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
			"silent":      {"Sec-Fetch-Site": ""},
		} {
			res := s.do(request{method: "POST", path: path, cookie: cookie, header: header, form: url.Values{"token": {code}}})
			if res.StatusCode != http.StatusForbidden {
				t.Errorf("%s %s: %d", path, name, res.StatusCode)
			}
		}
	}
	var changed int
	err := s.pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM memberships) + (SELECT count(*) FROM staff_sessions WHERE ended_at IS NOT NULL)`).Scan(&changed)
	if err != nil || changed != 0 {
		t.Errorf("%d changes, %v", changed, err)
	}
}

func TestA43_OtherHost(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := httptest.NewRequest(http.MethodGet, "https://evil.example/backend", nil)
	r.Header.Set("X-Forwarded-Host", "evil.example")
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	if w.Code != http.StatusMisdirectedRequest || strings.Contains(w.Body.String(), "evil.example") {
		t.Errorf("%d", w.Code)
	}
}

func TestA38_Headers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{"/backend", "/backend/nowhere", "/", "/backend/profile", "/backend/static/x", "/livez"} {
		h := s.get(path, nil).Header
		for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Strict-Transport-Security"} {
			if h.Get(name) == "" {
				t.Errorf("%s: no %s", path, name)
			}
		}
		if csp := h.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %s", path, csp)
		}
	}
}

func TestRedeemThroughThePages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cookie := s.person("newcomer", "")
	if res := s.get("/backend/profile", cookie); res.StatusCode != http.StatusOK {
		t.Errorf("own profile without a role: %d", res.StatusCode)
	}
	code := s.issue(authz.CentralOfficer)
	slip := s.do(request{method: "POST", path: "/backend/token", cookie: cookie, form: url.Values{"token": {"7kqf m3tx"}}})
	if body := text(t, slip); slip.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, "7kqf m3tx") || !strings.Contains(body, "16 ตัวอักษร") {
		t.Errorf("a slip: %d; the text typed must stay", slip.StatusCode)
	}
	res := s.do(request{method: "POST", path: "/backend/token", cookie: cookie, form: url.Values{"token": {strings.ToLower(code)}, "form_key": {"k"}}})
	renewed := cookieOf(res, "__Host-portal-session")
	if res.StatusCode != http.StatusSeeOther || renewed == nil || renewed.Value == cookie.Value {
		t.Fatalf("%d %v", res.StatusCode, renewed)
	}
	if c := renewed; !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("A32: %+v", c)
	}
	if body := text(t, s.get("/backend/profile", renewed)); !strings.Contains(body, "เจ้าหน้าที่ส่วนกลาง") || !strings.Contains(body, "กรมการขนส่งทางบก") {
		t.Error("the profile does not show the new role")
	} else if !strings.Contains(body, "ยืนยันสิทธิ์เรียบร้อยแล้ว") {
		t.Error("the profile does not say what happened")
	}
	if strings.Contains(text(t, s.get("/backend/profile", renewed)), "ยืนยันสิทธิ์เรียบร้อยแล้ว") {
		t.Error("the message comes a second time")
	}
	if res := s.get("/backend/profile", cookie); res.StatusCode != http.StatusSeeOther {
		t.Errorf("A17: the old session id still works: %d", res.StatusCode)
	}
}

func TestA19_SignOut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cookie := s.person("somchai", authz.DGAAdmin)
	res := s.do(request{method: "POST", path: "/backend/logout", cookie: cookie})
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Clear-Site-Data") == "" {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
	if res := s.get("/backend/profile", cookie); res.StatusCode != http.StatusSeeOther {
		t.Errorf("after sign-out: %d", res.StatusCode)
	}
	for _, path := range []string{"/backend/logout/done", "/backend/logout/done?state=wrong"} {
		if res := s.get(path, nil); res.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

func TestA33_SessionEnds(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	start := s.now
	cookie := s.person("somchai", authz.DGAAdmin)
	alive := func() bool { return s.get("/backend/profile", cookie).StatusCode == http.StatusOK }
	for s.now.Sub(start) < 12*time.Hour-10*time.Minute {
		s.now = s.now.Add(10 * time.Minute)
		if !alive() {
			t.Fatalf("ended after %s although in use", s.now.Sub(start))
		}
	}
	s.now = start.Add(12 * time.Hour)
	if alive() {
		t.Error("alive after 12 hours")
	}
	idle := s.person("somsri", authz.DGAAdmin)
	s.now = s.now.Add(15 * time.Minute)
	if res := s.get("/backend/profile", idle); res.StatusCode != http.StatusSeeOther {
		t.Errorf("after 15 idle minutes: %d", res.StatusCode)
	}
}

func TestDisplayIsRemembered(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	res := s.do(request{method: "POST", path: "/backend/display", form: url.Values{"set": {"text-large"}, "return": {"/backend/faq"}}})
	c := cookieOf(res, "__Host-portal-display")
	if res.Header.Get("Location") != "/backend/faq" || c == nil {
		t.Fatalf("%v %v", res.Header, c)
	}
	res = s.do(request{method: "POST", path: "/backend/display", cookie: c, form: url.Values{"set": {"contrast-on"}, "return": {"//evil.example"}}})
	c = cookieOf(res, "__Host-portal-display")
	if strings.Contains(res.Header.Get("Location"), "evil") {
		t.Error("leads to another site")
	}
	body := text(t, s.get("/backend/faq", c))
	head, _, _ := strings.Cut(body, "<head>")
	if !strings.Contains(head, "text-large") || !strings.Contains(head, "contrast") {
		t.Errorf("the page begins %q", head)
	}
}

func TestFileDownload(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var hash, name string
	if err := s.pool.QueryRow(t.Context(), `SELECT encode(sha256, 'hex'), name FROM files WHERE media_type = 'application/pdf' ORDER BY sha256 LIMIT 1`).Scan(&hash, &name); err != nil {
		t.Fatal(err)
	}
	path := "/backend/file/" + hash + "?download"
	res := s.get(path, nil)
	h := res.Header
	if res.StatusCode != 200 || h.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment; filename*=utf-8''") || !strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%d %v", res.StatusCode, h)
	}
	part := s.do(request{method: "GET", path: path, header: map[string]string{"Range": "bytes=0-3"}})
	if part.StatusCode != http.StatusPartialContent || text(t, part) != "%PDF" {
		t.Errorf("range: %d", part.StatusCode)
	}
	same := s.do(request{method: "GET", path: path, header: map[string]string{"If-None-Match": h.Get("ETag")}})
	if same.StatusCode != http.StatusNotModified {
		t.Errorf("same: %d", same.StatusCode)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.broken = errors.New("secret-host refused")
	if res := s.get("/livez", nil); res.StatusCode != 200 {
		t.Errorf("/livez: %d", res.StatusCode)
	}
	if res := s.get("/readyz", nil); res.StatusCode != 503 || strings.Contains(text(t, res), "secret") {
		t.Errorf("/readyz: %d", res.StatusCode)
	}
}

func TestA29_PauseAfterWrongCodes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cookie := s.person("newcomer", "")
	stale := s.issue(authz.CentralOfficer)
	live := s.issue(authz.CentralOfficer)
	send := func(code string) *http.Response {
		return s.do(request{method: "POST", path: "/backend/token", cookie: cookie, form: url.Values{"token": {code}}})
	}
	for range 5 {
		if res := send(stale); res.StatusCode != http.StatusUnprocessableEntity {
			t.Fatalf("wrong code: %d", res.StatusCode)
		}
	}
	res := send(live)
	body := text(t, res)
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" || !strings.Contains(body, "กรุณารอ 15 นาที") || !strings.Contains(body, live) {
		t.Errorf("%d, Retry-After %q; the page must say how long to wait and keep the code", res.StatusCode, res.Header.Get("Retry-After"))
	}
	s.now = s.now.Add(16 * time.Minute)
	cookie = s.person("newcomer", "")
	if res := send(live); res.StatusCode != http.StatusSeeOther {
		t.Errorf("after the pause: %d", res.StatusCode)
	}
}

func TestA32_VisitorsGetNoCookie(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range append([]string{"/", "/backend/login", "/backend/nowhere", "/backend/logout/done"}, publicPaths...) {
		if got := s.get(path, nil).Cookies(); len(got) != 0 {
			t.Errorf("%s: %v", path, got)
		}
	}
}

func TestA17_UnknownSessionIsForgotten(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	planted := &http.Cookie{Name: "__Host-portal-session", Value: "set-by-an-attacker"}
	res := s.get("/backend/login", planted)
	if c := cookieOf(res, planted.Name); c == nil || c.MaxAge >= 0 {
		t.Errorf("the planted cookie stays: %v", res.Cookies())
	}
	var rows int
	if err := s.pool.QueryRow(t.Context(), `SELECT count(*) FROM staff_sessions`).Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d sessions, %v", rows, err)
	}
}
