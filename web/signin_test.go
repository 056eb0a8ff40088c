package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"portal/internal/dev/digitalid"
	"portal/internal/kit/authz"
	"portal/internal/people/session"
)

// newSignInSite is a site with a provider that knows one person.
func newSignInSite(t *testing.T) *site {
	t.Helper()
	provider := httptest.NewUnstartedServer(nil)
	issuer := "http://" + provider.Listener.Addr().String()
	id, err := digitalid.New(digitalid.Options{Issuer: issuer, ClientID: clientID, ClientSecret: clientSecret, RedirectURIs: []string{baseURL + "/backend/login/callback"},
		People: []digitalid.Person{{Sub: "victim", GivenName: "สมหญิง", FamilyName: "ใจดี", Email: "a@example.go.th", IAL: "2.3"}}})
	if err != nil {
		t.Fatal(err)
	}
	provider.Config.Handler = id
	provider.Start()
	t.Cleanup(provider.Close)
	s := newSiteAt(t, issuer)
	s.live = true
	return s
}

// callback signs the person in at the provider, in a browser that has cookies, and
// returns the way back to the portal.
func (s *site) callback(cookies ...*http.Cookie) (back string, all []*http.Cookie) {
	s.t.Helper()
	res := s.do(request{method: http.MethodGet, path: "/backend/login/digitalid?return=" + url.QueryEscape("/backend/profile"), header: cookieHeader(cookies)})
	all = append(cookies, res.Cookies()...)
	for hop, to := 0, res.Header.Get("Location"); hop < 6; hop, to = hop+1, res.Header.Get("Location") {
		if back, is := strings.CutPrefix(to, baseURL); is {
			return back, all
		}
		u, err := url.Parse(to)
		if err != nil || to == "" {
			s.t.Fatalf("led to %q with %d", to, res.StatusCode)
		}
		method, form := http.MethodGet, url.Values(nil)
		if strings.HasSuffix(u.Path, "/login") {
			method, form = http.MethodPost, url.Values{"id": {u.Query().Get("id")}, "sub": {"victim"}}
		}
		if res, err = knock(s.t.Context(), method, to, form, nil); err != nil {
			s.t.Fatal(err)
		}
	}
	s.t.Fatal("never came back")
	return "", nil
}

func cookieHeader(cookies []*http.Cookie) map[string]string {
	var pairs []string
	for _, c := range cookies {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	return map[string]string{"Cookie": strings.Join(pairs, "; ")}
}

// TestA17_SignInGivesAnotherID plants a session into a browser before its person
// signs in: an unknown one, and one that is alive, as an attacker's own is.
func TestA17_SignInGivesAnotherID(t *testing.T) {
	t.Parallel()
	for name, plant := range map[string]func(*site) *http.Cookie{
		"unknown": func(*site) *http.Cookie {
			return &http.Cookie{Name: "__Host-portal-session", Value: strings.Repeat("A", 26)}
		},
		"alive": func(s *site) *http.Cookie { return s.person("attacker", authz.DGAAdmin) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSignInSite(t)
			planted := plant(s)
			back, cookies := s.callback(planted)
			res := s.do(request{method: http.MethodGet, path: back, header: cookieHeader(cookies)})
			own := cookieOf(res, planted.Name)
			if res.StatusCode != http.StatusSeeOther || own == nil || own.Value == planted.Value || len(own.Value) < 26 {
				t.Fatalf("%d %v", res.StatusCode, res.Cookies())
			}
			if !own.Secure || !own.HttpOnly || own.SameSite != http.SameSiteLaxMode || own.Domain != "" {
				t.Errorf("A32: %+v", own)
			}
			if s.alive(planted) {
				t.Error("the session that was planted lives on")
			}
			if body := text(t, s.get("/backend/profile", own)); !strings.Contains(body, "สมหญิง") {
				t.Error("the new session is not the person's")
			}
			if n := s.count(`SELECT count(*) FROM staff_sessions WHERE ended_at IS NULL`); n != 1 {
				t.Errorf("%d sessions", n)
			}
			again := s.do(request{method: http.MethodGet, path: back, header: cookieHeader(cookies)})
			if again.StatusCode != http.StatusBadRequest || cookieOf(again, planted.Name) != nil {
				t.Errorf("A13: the same answer again: %d", again.StatusCode)
			}
		})
	}
}

// TestA12_A15_AnswersThatFitNothing go through the pages: nothing is echoed, nobody
// is signed in, and the provider is not asked.
func TestA12_A15_AnswersThatFitNothing(t *testing.T) {
	t.Parallel()
	s := newSignInSite(t)
	back, cookies := s.callback()
	good, err := url.Parse(back)
	if err != nil {
		t.Fatal(err)
	}
	const bad = `<script>alert(1)</script>`
	for name, q := range map[string]struct {
		change  func(url.Values)
		cookies []*http.Cookie
	}{
		"another browser": {func(url.Values) {}, nil},
		"no state":        {func(v url.Values) { v.Del("state") }, cookies},
		"another state":   {func(v url.Values) { v.Set("state", strings.Repeat("A", 43)) }, cookies},
		"an error of words": {func(v url.Values) {
			v.Set("error", bad)
			v.Set("error_description", bad)
			v.Set("error_uri", "javascript:alert(1)")
		}, cookies},
		"an error for no state": {func(v url.Values) { v.Set("error", bad); v.Set("error_description", bad); v.Del("state") }, nil},
	} {
		values := good.Query()
		q.change(values)
		res := s.do(request{method: http.MethodGet, path: good.Path + "?" + values.Encode(), header: cookieHeader(q.cookies)})
		body := text(t, res)
		if res.StatusCode != http.StatusBadRequest || strings.Contains(body, "alert(1)") || !strings.Contains(body, `href="/backend/login/digitalid?return=`) || cookieOf(res, "__Host-portal-session") != nil {
			t.Errorf("%s: %d\n%s", name, res.StatusCode, body)
		}
		if known := name == "an error of words"; known != strings.Contains(body, "?return=%2Fbackend") {
			t.Errorf("%s: the way back is known: %t\n%s", name, known, body)
		}
	}
	if n := s.count(`SELECT count(*) FROM staff_sessions`); n != 0 {
		t.Errorf("%d sessions", n)
	}
}

// TestSignInPromisesTheWayBackOnlyToWhoCameFromSomewhere looks for the sentence.
func TestSignInPromisesTheWayBackOnlyToWhoCameFromSomewhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for path, want := range map[string]bool{
		"/backend/login": false, "/backend/login?return=//evil.example": false, "/backend/login?return=/backend/tokens": true,
	} {
		if got := strings.Contains(text(t, s.get(path, nil)), "ท่านจะกลับไปยังหน้าที่เปิดไว้"); got != want {
			t.Errorf("%s: %t", path, got)
		}
	}
}

// TestA44_TheLogKeepsThePeer: who may speak for others is the trusted proxy alone,
// and of what it says counts what it saw itself.
func TestA44_TheLogKeepsThePeer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		trusted  []string
		peer     string
		chain    []string
		recorded string
	}{
		{nil, "192.0.2.1:1234", []string{"198.51.100.9"}, "192.0.2.1"},
		{[]string{"10.0.0.0/8"}, "192.0.2.1:1234", []string{"198.51.100.9"}, "192.0.2.1"},
		{[]string{"10.0.0.0/8"}, "10.0.0.5:1234", []string{"198.51.100.9"}, "198.51.100.9"},
		{[]string{"10.0.0.0/8"}, "10.0.0.5:1234", []string{"203.0.113.66, 198.51.100.9"}, "198.51.100.9"},
		{[]string{"10.0.0.0/8"}, "10.0.0.5:1234", []string{"203.0.113.66", "198.51.100.9, 10.0.0.7"}, "198.51.100.9"},
	} {
		s := newSite(t)
		cookie := s.person("somchai", authz.CentralOfficer)
		s.server.cfg.TrustedProxies = tt.trusted
		s.server.proxies = prefixes(tt.trusted)
		handler := s.server.Handler()
		r := httptest.NewRequest(http.MethodPost, baseURL+"/backend/logout", nil)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.RemoteAddr = tt.peer
		r.Header["X-Forwarded-For"] = tt.chain
		for _, name := range []string{"X-Real-Ip", "True-Client-Ip", "Cf-Connecting-Ip", "Forwarded", "X-Client-Ip"} {
			r.Header.Set(name, "203.0.113.66")
		}
		r.AddCookie(cookie)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if at := s.words(`SELECT address FROM audit_entries WHERE action = '` + string(session.ActionSignedOut) + `'`); len(at) != 1 || at[0] != tt.recorded {
			t.Errorf("%+v: recorded %v", tt, at)
		}
		if logs := s.logs.String(); strings.Contains(logs, "203.0.113.66") || !strings.Contains(logs, `"address":"`+tt.recorded+`"`) {
			t.Errorf("%+v: the traffic log says %s", tt, logs)
		}
	}
}

// TestA19_SignOutAtTheProvider signs out of a session that the provider knows: it
// is led there with the exact way back, and whatever comes of that the session here
// has ended.
func TestA19_SignOutAtTheProvider(t *testing.T) {
	t.Parallel()
	s := newSignInSite(t)
	back, cookies := s.callback()
	own := cookieOf(s.do(request{method: http.MethodGet, path: back, header: cookieHeader(cookies)}), "__Host-portal-session")
	if own == nil || !s.alive(own) {
		t.Fatal("not signed in")
	}
	res := s.post("/backend/logout", own, url.Values{})
	to, err := url.Parse(res.Header.Get("Location"))
	if err != nil || res.StatusCode != http.StatusSeeOther || res.Header.Get("Clear-Site-Data") != `"cache", "storage"` {
		t.Fatalf("%d %v %v", res.StatusCode, res.Header, err)
	}
	q := to.Query()
	if !strings.Contains(to.Path, "endsession") || q.Get("post_logout_redirect_uri") != baseURL+"/backend/logout/done" || q.Get("client_id") != clientID || q.Get("id_token_hint") == "" || len(q.Get("state")) < 20 {
		t.Errorf("led to %s", to)
	}
	if c := cookieOf(res, own.Name); c == nil || c.MaxAge >= 0 || s.alive(own) {
		t.Errorf("the session lives, or its cookie: %v", c)
	}
	if n := s.count(`SELECT count(*) FROM staff_sessions WHERE ended_at IS NOT NULL AND data = ''`); n != 1 {
		t.Errorf("%d sessions ended", n)
	}
	for _, state := range []string{"", "?state=" + q.Get("state"), "?state=wrong", "?state=%3Cscript%3Ealert(1)%3C/script%3E"} {
		if res := s.get("/backend/logout/done"+state, own); res.StatusCode != http.StatusOK || strings.Contains(text(t, res), "alert") {
			t.Errorf("%s: %d", state, res.StatusCode)
		}
	}
	if again := s.post("/backend/logout", own, url.Values{}); again.StatusCode != http.StatusSeeOther || again.Header.Get("Location") != "/backend/logout/done" {
		t.Errorf("once more: %d %s", again.StatusCode, again.Header.Get("Location"))
	}
}
