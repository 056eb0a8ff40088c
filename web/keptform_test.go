package web

import (
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"portal/internal/kit/authz"
	"portal/internal/people/session"
	"portal/web/kit"
)

const kept = "ข้อมูลที่ท่านพิมพ์ไว้ยังอยู่ครบ กรุณาตรวจสอบแล้วส่งอีกครั้ง"

// with adds further cookies to a request.
func with(cookies ...*http.Cookie) map[string]string {
	var all []string
	for _, c := range cookies {
		all = append(all, c.Name+"="+c.Value)
	}
	return map[string]string{"Cookie": strings.Join(all, "; ")}
}

func TestFormComesBackAfterSigningInAgain(t *testing.T) {
	for name, end := range map[string]func(s *site, cookie *http.Cookie){
		"idle":     func(s *site, _ *http.Cookie) { s.now = s.now.Add(15 * time.Minute) },
		"absolute": func(s *site, _ *http.Cookie) { s.now = s.now.Add(12 * time.Hour) },
		"ended from a phone": func(s *site, _ *http.Cookie) {
			s.do(request{method: "POST", path: "/backend/profile/sessions/end-others", cookie: s.person("somchai", "")})
		},
		"signed out": func(s *site, c *http.Cookie) { s.do(request{method: "POST", path: "/backend/logout", cookie: c}) },
		"all ended by an administrator": func(s *site, _ *http.Cookie) {
			if _, err := s.pool.Exec(t.Context(), `UPDATE staff SET epoch = epoch + 1`); err != nil {
				t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			cookie := s.person("somchai", "")
			end(s, cookie)
			res := s.do(request{method: "POST", path: "/backend/token", cookie: cookie, form: url.Values{"token": {"7kqf m3tx"}, "form_key": {"k"}}})
			if to := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || to != "/backend/login?return=%2Fbackend%2Ftoken" {
				t.Fatalf("%d → %s", res.StatusCode, to)
			}
			form := cookieOf(res, "__Host-portal-form")
			if form == nil || !form.Secure || !form.HttpOnly || form.MaxAge != 1800 {
				t.Fatalf("cookie %+v", form)
			}
			again := s.person("somchai", "")
			ahead := with(again, form)
			ahead["Sec-Purpose"] = "prefetch;prerender"
			s.do(request{method: "GET", path: "/backend/token", header: ahead}) // takes nothing
			s.do(request{method: "HEAD", path: "/backend/token", header: with(again, form)})
			body := text(t, s.do(request{method: "GET", path: "/backend/token", header: with(again, form)}))
			if !strings.Contains(body, `value="7kqf m3tx"`) || !strings.Contains(body, kept) || strings.Contains(body, `name="form_key" value="k"`) {
				t.Error("the form is not as typed, or does not say so, or has its old key")
			}
			body = text(t, s.do(request{method: "GET", path: "/backend/token", header: with(again, form)}))
			if strings.Contains(body, "7kqf") || strings.Contains(body, kept) {
				t.Error("what was typed comes a second time")
			}
		})
	}
}

func TestKeptFormIsForItsPersonAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cookie := s.person("somchai", "")
	s.now = s.now.Add(time.Hour)
	send := func() *http.Cookie {
		res := s.do(request{method: "POST", path: "/backend/token", cookie: cookie, form: url.Values{"token": {"7kqf m3tx"}}})
		return cookieOf(res, "__Host-portal-form")
	}
	shows := func(c, form *http.Cookie) bool {
		return strings.Contains(text(t, s.do(request{method: "GET", path: "/backend/token", header: with(c, form)})), "7kqf")
	}
	form := send()
	other, same := s.person("somsri", authz.DGAAdmin), s.person("somchai", "")
	if shows(other, form) {
		t.Error("somebody else sees what was typed")
	}
	if shows(same, &http.Cookie{Name: form.Name, Value: strings.Repeat("A", 26)}) || shows(same, cookie) {
		t.Error("what was typed is shown to another browser")
	}
	if err := s.sessions.DropForms(t.Context(), form.Value, 0); err != nil { // as signing in as somebody else does
		t.Fatal(err)
	}
	if shows(same, form) {
		t.Error("what was typed waits although somebody else signed in")
	}
	form = send()
	s.now = s.now.Add(session.FormLasts)
	if shows(s.person("somchai", ""), form) {
		t.Error("what was typed is still there after half an hour")
	}
}

// TestOtherTab meets the end of the session in one tab before another sends
// its form.
func TestOtherTabMeetsTheEndFirst(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cookie := s.person("somchai", "")
	s.now = s.now.Add(time.Hour)
	res := s.get("/backend/profile", cookie)
	ended := cookieOf(res, "__Host-portal-ended")
	if gone := cookieOf(res, cookie.Name); gone == nil || gone.MaxAge >= 0 || ended == nil {
		t.Fatalf("cookies %v", res.Cookies())
	}
	res = s.do(request{method: "POST", path: "/backend/token", form: url.Values{"token": {"7kqf m3tx"}}, header: with(ended)})
	form := cookieOf(res, "__Host-portal-form")
	if form == nil {
		t.Fatal("the form was not kept")
	}
	login := text(t, s.do(request{method: "GET", path: res.Header.Get("Location"), header: with(ended, form)}))
	if !strings.Contains(login, "การเข้าใช้งานครั้งก่อนสิ้นสุดแล้ว") || !strings.Contains(login, "ระบบจะนำข้อมูลที่ท่านพิมพ์ไว้กลับมาให้") {
		t.Error("the sign-in page does not say why")
	}
	if strings.Contains(text(t, s.do(request{method: "GET", path: "/backend/login", header: with(ended)})), "สิ้นสุดแล้ว") {
		t.Error("the sign-in page says so to somebody who signed out by themself")
	}
	if s.get("/backend/profile", &http.Cookie{Name: cookie.Name, Value: ended.Value}).StatusCode != http.StatusSeeOther {
		t.Error("the remembered id signs in")
	}
	body := text(t, s.do(request{method: "GET", path: "/backend/token", header: with(s.person("somchai", ""), form)}))
	if !strings.Contains(body, `value="7kqf m3tx"`) {
		t.Error("what was typed is lost")
	}
}

func TestWhatIsNotKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cookie := s.person("somchai", "")
	s.now = s.now.Add(time.Hour)
	var file strings.Builder
	w := multipart.NewWriter(&file)
	_ = w.WriteField("token", "x")
	_ = w.Close()
	for name, tt := range map[string]struct {
		q  request
		to string
	}{
		"a button":          {request{path: "/backend/profile/sessions/1/end", form: url.Values{"form_key": {"k"}, "return": {"/backend/profile?page=2"}}}, "/backend/profile?page=2"},
		"a button, evil":    {request{path: "/backend/profile/sessions/1/end", form: url.Values{"return": {"//evil.example"}}}, "/backend/profile"},
		"extend":            {request{path: "/backend/session/extend"}, "/backend/profile"},
		"nothing typed":     {request{path: "/backend/token", form: url.Values{"form_key": {"k"}}}, "/backend/token"},
		"unknown session":   {request{path: "/backend/token", form: url.Values{"token": {"x"}}, cookie: &http.Cookie{Name: cookie.Name, Value: strings.Repeat("A", 26)}}, "/backend/token"},
		"no session at all": {request{path: "/backend/token", form: url.Values{"token": {"x"}}, cookie: &http.Cookie{Name: "x"}}, "/backend/token"},
		"another kind":      {request{path: "/backend/token", form: url.Values{"token": {"x"}}, header: map[string]string{"Content-Type": w.FormDataContentType()}}, "/backend/token"},
	} {
		tt.q.method = "POST"
		if tt.q.cookie == nil {
			tt.q.cookie = cookie
		}
		res := s.do(tt.q)
		to, _ := url.Parse(res.Header.Get("Location"))
		if res.StatusCode != http.StatusSeeOther || to.Path != "/backend/login" || to.Query().Get("return") != tt.to {
			t.Errorf("%s: %d → %s", name, res.StatusCode, to)
		}
		if c := cookieOf(res, "__Host-portal-form"); c != nil {
			t.Errorf("%s: %v", name, c)
		}
	}
	big := s.do(request{method: "POST", path: "/backend/token", cookie: cookie, form: url.Values{"token": {strings.Repeat("x", kit.MaxForm+1)}}})
	if big.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %d", big.StatusCode)
	}
	if n := s.count(`SELECT count(*) FROM kept_forms`); n != 0 {
		t.Errorf("%d forms kept", n)
	}
}

func TestFormsWaitSideBySideUpToALimit(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cookie := s.person("somchai", "")
	s.now = s.now.Add(time.Hour)
	send := func(header map[string]string) *http.Cookie {
		return cookieOf(s.do(request{method: "POST", path: "/backend/token", cookie: cookie, form: url.Values{"token": {"x"}}, header: header}), "__Host-portal-form")
	}
	first := send(nil)
	second := cookieOf(s.do(request{method: "POST", path: "/backend/token", form: url.Values{"token": {"y"}}, header: with(cookie, first)}), "__Host-portal-form")
	if second == nil || second.Value != first.Value {
		t.Error("the second form of a browser has another key: the first one is lost")
	}
	for range 15 {
		send(nil) // always a browser without the cookie
		s.now = s.now.Add(time.Second)
	}
	if n := s.count(`SELECT count(*) FROM kept_forms`); n != 10 {
		t.Errorf("%d forms wait, want 10", n)
	}
}

// TestEveryFormComesBackAsTyped ends the session under each form that has a page
// of its own: after signing in again all that was typed stands in it.
func TestEveryFormComesBackAsTyped(t *testing.T) {
	t.Parallel()
	s, tried := newSite(t), 0
	for _, f := range everyForm() {
		q := f.ready(s)
		typed := typedInto(s.formIn(s.get(q.path, q.cookie), q.path), q.form)
		if len(typed) == 0 {
			continue
		}
		tried++
		who := s.named
		s.exec(`UPDATE staff SET epoch = epoch + 1`)
		q.method = http.MethodPost
		form := cookieOf(s.do(q), "__Host-portal-form")
		if form == nil {
			t.Errorf("%s: not kept", f.route)
			continue
		}
		again := s.formIn(s.do(request{method: http.MethodGet, path: q.path, header: with(s.person(who, ""), form)}), q.path)
		if again == nil {
			t.Errorf("%s: no form", f.route)
			continue
		}
		for name, values := range typedInto(again, controls(again)) {
			if was, sent := typed[name]; sent && strings.Join(values, "|") != strings.Join(was, "|") {
				t.Errorf("%s: %s is %q and was %q", f.route, name, values, was)
			}
			delete(typed, name)
		}
		for name := range typed {
			t.Errorf("%s: %s is lost", f.route, name)
		}
	}
	if tried < 30 {
		t.Errorf("%d forms with something typed: they were not found", tried)
	}
}

// formIn is the form of a page that is sent to path, or nil.
func (s *site) formIn(res *http.Response, path string) *html.Node {
	s.t.Helper()
	page, err := html.Parse(strings.NewReader(text(s.t, res)))
	if err != nil {
		s.t.Fatal(err)
	}
	for n := range page.Descendants() {
		if n.Data == "form" && attribute(n, "method") == "post" && attribute(n, "action") == path {
			return n
		}
	}
	return nil
}

// typedInto are those of the values that stand in fields which people see.
func typedInto(form *html.Node, values url.Values) url.Values {
	seen := url.Values{}
	if form == nil {
		return seen
	}
	for n := range form.Descendants() {
		name, kind := attribute(n, "name"), attribute(n, "type")
		field := n.Data == "input" && kind != "hidden" && kind != "file" || n.Data == "textarea" || n.Data == "select"
		if field && values.Has(name) {
			seen[name] = values[name]
		}
	}
	return seen
}
