package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/people/session"
)

func (s *site) alive(c *http.Cookie) bool {
	s.t.Helper()
	return s.get("/backend/profile", c).StatusCode == http.StatusOK
}

func endPath(id int64) string { return fmt.Sprintf("/backend/profile/sessions/%d/end", id) }

func TestA36_OwnDevices(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	desk, phone := s.person("somchai", authz.CentralOfficer), s.person("somchai", "")
	stranger := s.person("somsri", authz.DGAAdmin)
	if _, err := s.pool.Exec(t.Context(), `UPDATE staff_sessions SET address = '192.0.2.44', user_agent = $2 WHERE id = $1`, s.sessionID(phone),
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"); err != nil {
		t.Fatal(err)
	}
	body := text(t, s.get("/backend/profile", desk))
	for _, want := range []string{"เครื่องนี้", "Safari 18 · iOS 18", "192.0.2.44", endPath(s.sessionID(phone)), "ออกจากระบบในอุปกรณ์อื่นทั้งหมด"} {
		if !strings.Contains(body, want) {
			t.Errorf("the profile lacks %s", want)
		}
	}
	if strings.Contains(body, endPath(s.sessionID(desk))) || strings.Contains(body, endPath(s.sessionID(stranger))) {
		t.Error("a button for this session or for somebody else's")
	}
	if res := s.do(request{method: "POST", path: endPath(s.sessionID(stranger)), cookie: desk}); res.StatusCode != http.StatusNotFound || !s.alive(stranger) {
		t.Errorf("somebody else's session: %d", res.StatusCode)
	}
	end := request{method: "POST", path: endPath(s.sessionID(phone)), cookie: desk, form: url.Values{"form_key": {"k"}, "return": {"/backend/profile"}}}
	for range 2 { // the second press changes nothing
		if res := s.do(end); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/backend/profile" {
			t.Errorf("%d → %s", res.StatusCode, res.Header.Get("Location"))
		}
	}
	if s.alive(phone) {
		t.Error("the telephone is still signed in")
	}
	if body := text(t, s.get("/backend/profile", desk)); !strings.Contains(body, "ออกจากระบบในอุปกรณ์ที่เลือกแล้ว") || strings.Contains(body, "192.0.2.44") {
		t.Error("the profile does not say what happened, or still lists the telephone")
	}
	if n := s.count(`SELECT count(*) FROM audit_entries WHERE action = $1 AND detail->'before'->>'address' = '192.0.2.44'`, session.ActionEnded); n != 1 {
		t.Errorf("%d entries, want 1", n)
	}
}

func TestA36_EndAllOthers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	this := s.person("somchai", authz.CentralOfficer)
	others := []*http.Cookie{s.person("somchai", ""), s.person("somchai", "")}
	stranger := s.person("somsri", "")
	press := request{method: "POST", path: "/backend/profile/sessions/end-others", cookie: this, form: url.Values{"form_key": {"k"}, "return": {"//evil.example"}}}
	res := s.do(press)
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/backend/profile" {
		t.Errorf("%d → %s", res.StatusCode, res.Header.Get("Location"))
	}
	if !strings.Contains(text(t, s.get("/backend/profile", this)), "ออกจากระบบในอุปกรณ์อื่นทั้งหมดแล้ว 2 อุปกรณ์") {
		t.Error("the profile does not say what happened")
	}
	if s.alive(others[0]) || s.alive(others[1]) || !s.alive(stranger) {
		t.Error("not the others, and the others alone, ended")
	}
	s.do(press)
	if n := s.count(`SELECT count(*) FROM audit_entries WHERE action = $1`, audit.SessionsEnded); n != 1 {
		t.Errorf("%d entries, want 1", n)
	}
}

// TestA34_SlowRequest holds a redemption at the person's row, ends all their
// sessions meanwhile and lets it go on.
func TestA34_SlowRequest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx := t.Context()
	slow, other := s.person("somchai", ""), s.person("somchai", "")
	hold, err := s.pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hold.Exec(ctx, `SELECT FROM staff WHERE subject = 'somchai' FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	code := s.issue(authz.CentralOfficer)
	var res *http.Response
	var wg sync.WaitGroup
	wg.Go(func() {
		res = s.do(request{method: "POST", path: "/backend/token", cookie: slow, form: url.Values{"token": {code}}})
	})
	for waiting := 0; waiting == 0; {
		err := hold.QueryRow(ctx, `SELECT count(*) FROM pg_stat_clear_snapshot(), pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
	}
	// The key needs the person's row, too; the button works without one.
	if res := s.do(request{method: "POST", path: "/backend/profile/sessions/end-others", cookie: other}); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("ending the others: %d", res.StatusCode)
	}
	if err := hold.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if to := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/backend/login") {
		t.Errorf("the slow request: %d → %s", res.StatusCode, to)
	}
	if s.alive(slow) || cookieOf(res, "__Host-portal-session") != nil && s.alive(cookieOf(res, "__Host-portal-session")) {
		t.Error("the session came back")
	}
	if n := s.count(`SELECT count(*) FROM staff_sessions WHERE ended_at IS NULL`); n != 1 {
		t.Errorf("%d open sessions, want the one that ended the others", n)
	}
	if n := s.count(`SELECT count(*) FROM memberships`); n != 0 {
		t.Error("the code was used up for somebody who was put out")
	}
}

// TestA37_DatabaseHoldsNoCookie looks at all that signing in, a new id and a
// kept form leave behind.
func TestA37_DatabaseHoldsNoCookie(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	old := s.person("somchai", authz.CentralOfficer)
	if _, err := s.pool.Exec(t.Context(), `UPDATE memberships SET ended_at = now()`); err != nil {
		t.Fatal(err)
	}
	renewed := cookieOf(s.get("/backend/profile", old), "__Host-portal-session")
	if renewed == nil {
		t.Fatal("no new id")
	}
	s.now = s.now.Add(time.Hour)
	form := cookieOf(s.do(request{method: "POST", path: "/backend/token", cookie: renewed, form: url.Values{"token": {"7KQF-M3TX"}}}), "__Host-portal-form")
	if form == nil {
		t.Fatal("the form was not kept")
	}
	var dump string
	err := s.pool.QueryRow(t.Context(), `SELECT (SELECT string_agg(to_jsonb(s)::text || encode(s.data, 'escape'), '') FROM staff_sessions s)
		|| (SELECT string_agg(to_jsonb(k)::text || encode(k.sealed, 'escape'), '') FROM kept_forms k)
		|| (SELECT string_agg(to_jsonb(a)::text, '') FROM audit_entries a)`).Scan(&dump)
	if err != nil {
		t.Fatal(err)
	}
	for name, secret := range map[string]string{"the old id": old.Value, "the new id": renewed.Value, "the form's key": form.Value, "what was typed": "7KQF"} {
		if strings.Contains(dump, secret) || strings.Contains(s.logs.String(), secret) {
			t.Errorf("%s is in the database or the log", name)
		}
	}
}

// TestNewIDThatCannotBeKept has the database refuse the new id: the person is told
// so on a whole page, and gets one with the next.
func TestNewIDThatCannotBeKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	old := s.person("somchai", "")
	s.person("somchai", authz.CentralOfficer)
	s.alter(`ALTER TABLE staff_sessions ADD CONSTRAINT none CHECK (previous_hash IS NULL) NOT VALID`)
	if res := s.get("/backend/profile", old); res.StatusCode != http.StatusInternalServerError {
		t.Errorf("%d", res.StatusCode)
	} else if page := text(t, res); !strings.Contains(page, "</html>") {
		t.Errorf("half a page:\n%s", page)
	}
	if strings.Contains(s.logs.String(), "panic") {
		t.Errorf("the log tells of\n%s", s.logs.String())
	}
	s.alter(`ALTER TABLE staff_sessions DROP CONSTRAINT none`)
	if res := s.get("/backend/profile", old); res.StatusCode != http.StatusOK || cookieOf(res, old.Name) == nil {
		t.Errorf("afterwards: %d, no new id", res.StatusCode)
	}
}

func TestNewIDAfterAChangeOfRights(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	old := s.person("somchai", "")
	if c := cookieOf(s.get("/backend/profile", old), old.Name); c != nil {
		t.Fatal("a new id although nothing changed")
	}
	s.person("somchai", authz.CentralOfficer) // elsewhere: the same person gets a role
	for name, q := range map[string]request{
		"a form":                      {method: "POST", path: "/backend/session/extend", cookie: old},
		"a request in the background": {method: "GET", path: "/backend/profile", cookie: old, header: map[string]string{"Sec-Fetch-Mode": "cors"}},
	} {
		if res := s.do(q); res.StatusCode >= 300 || cookieOf(res, old.Name) != nil {
			t.Errorf("%s: %d, cookies %v", name, res.StatusCode, res.Cookies())
		}
	}
	var ends, after time.Time
	if err := s.pool.QueryRow(t.Context(), `SELECT ends_at FROM staff_sessions WHERE id = $1`, s.sessionID(old)).Scan(&ends); err != nil {
		t.Fatal(err)
	}
	// Several tabs at once: all are answered, one gets the new id.
	var wg sync.WaitGroup
	answers := make([]*http.Response, 8)
	for i := range answers {
		wg.Go(func() { answers[i] = s.get("/backend/profile", old) })
	}
	wg.Wait()
	var renewed *http.Cookie
	for _, res := range answers {
		if res.StatusCode != http.StatusOK {
			t.Errorf("a tab was put out: %d", res.StatusCode)
		}
		if c := cookieOf(res, old.Name); c != nil {
			if renewed != nil {
				t.Error("two new ids")
			}
			renewed = c
		}
	}
	if renewed == nil || renewed.Value == old.Value {
		t.Fatal("no new id")
	}
	if c := cookieOf(s.get("/backend/profile", renewed), old.Name); c != nil {
		t.Error("another new id without another change")
	}
	if err := s.pool.QueryRow(t.Context(), `SELECT ends_at FROM staff_sessions WHERE id = $1`, s.sessionID(renewed)).Scan(&after); err != nil || !after.Equal(ends) {
		t.Errorf("A33: the end moved from %s to %s, %v", ends, after, err)
	}
	if !s.alive(old) {
		t.Error("a request that was on its way is put out")
	}
	s.now = s.now.Add(31 * time.Second)
	if s.alive(old) || !s.alive(renewed) {
		t.Error("after half a minute the old id must be dead and the new one alive")
	}
}

func TestEndedSessionDiesUnderBothIDs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	old := s.person("somchai", "")
	s.person("somchai", authz.CentralOfficer)
	renewed := cookieOf(s.get("/backend/profile", old), old.Name)
	if renewed == nil {
		t.Fatal("no new id")
	}
	s.do(request{method: "POST", path: "/backend/logout", cookie: renewed})
	if s.alive(old) || s.alive(renewed) {
		t.Error("still signed in after sign-out")
	}
}

func TestExtend(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.now = s.now.Truncate(time.Second)
	cookie := s.person("somchai", "")
	if body := text(t, s.get("/backend/profile", cookie)); !strings.Contains(body, `data-idle="900"`) || !strings.Contains(body, `data-end="43200"`) {
		t.Error("the page does not say how long the session lasts")
	}
	s.now = s.now.Add(30 * time.Second) // less than what makes a page count
	if body := text(t, s.get("/backend/profile", cookie)); !strings.Contains(body, `data-idle="870"`) {
		t.Error("the page promises more than the server keeps")
	}
	s.now = s.now.Add(14 * time.Minute)
	res := s.do(request{method: "POST", path: "/backend/session/extend", cookie: cookie})
	if res.StatusCode != http.StatusNoContent || res.Header.Get("Session-Idle") != "900" || res.Header.Get("Session-End") != "42330" {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
	s.now = s.now.Add(14 * time.Minute)
	if !s.alive(cookie) {
		t.Error("the session was not extended")
	}
	s.now = s.now.Add(15 * time.Minute)
	if res := s.do(request{method: "POST", path: "/backend/session/extend", cookie: cookie}); res.StatusCode != http.StatusSeeOther {
		t.Errorf("after the end: %d", res.StatusCode)
	}
	if s.alive(cookie) {
		t.Error("the session came back")
	}
}

func TestDescribeDevice(t *testing.T) {
	for agent, want := range map[string][2]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":                                {"Chrome 140 · Windows", "monitor"},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0":                  {"Edge 140 · Windows", "monitor"},
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15":                          {"Safari 18 · macOS", "monitor"},
		"Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0":                                                                         {"Firefox 143 · Linux", "monitor"},
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":                                {"Chrome 140 · Android 10", "smartphone"},
		"Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36": {"Samsung Browser 28 · Android 14", "smartphone"},
		"Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1":                 {"Safari 17 · iOS 17", "smartphone"},
		"": {"ไม่ทราบชนิดอุปกรณ์", "monitor"},
	} {
		if name, icon := describeDevice(agent); name != want[0] || icon != want[1] {
			t.Errorf("%s\n%s %s, want %s", agent, name, icon, want)
		}
	}
}
