package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"portal/internal/kit/authz"
	"portal/internal/ops/seed"
)

// addressed is a route that can be read, with an address of something that is there.
type addressed struct{ route, path string }

// addresses are all routes that can be read.
func (s *site) addresses() (all []addressed) {
	s.t.Helper()
	unit, person := s.agencyID(seed.CodeDLT), s.hire(s.name(), authz.ManualAuthor, seed.CodeDLT)
	entry := s.count(`SELECT max(id) FROM audit_entries`)
	err := chi.Walk(s.handler.(chi.Router), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if method != http.MethodGet {
			return nil
		}
		id := fmt.Sprint(person.id)
		switch {
		case strings.HasPrefix(route, "/backend/agencies"):
			id = unit
		case strings.HasPrefix(route, "/backend/audit"):
			id = fmt.Sprint(entry)
		case strings.Contains(route, "memberships"):
			id = fmt.Sprint(person.membership)
		}
		all = append(all, addressed{route, strings.ReplaceAll(s.pathTo(route), "{id}", id)})
		return nil
	})
	if err != nil || len(all) < 90 {
		s.t.Fatalf("%d routes, %v", len(all), err)
	}
	return all
}

// TestA45_OtherMethodsAtEveryAddress also shows that asking what is allowed, or
// for the head alone, does nothing.
func TestA45_OtherMethodsAtEveryAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cookie := s.somebody(authz.DGAAdmin)
	all := s.addresses()
	before := s.sums()
	for _, a := range all {
		for _, method := range []string{"TRACE", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"} {
			if strings.HasSuffix(a.route, "/*") { // the files' handler takes what it is given, and answers like GET or not at all
				continue
			}
			if res := s.do(request{method: method, path: a.path, cookie: cookie}); res.StatusCode != http.StatusMethodNotAllowed || !strings.Contains(strings.Join(res.Header.Values("Allow"), ","), "GET") {
				t.Errorf("%s %s: %d, Allow %q", method, a.path, res.StatusCode, res.Header.Values("Allow"))
			}
		}
	}
	if changed := differ(before, s.sums()); len(changed) > 0 {
		t.Errorf("changed %v", changed)
	}
}

// TestA48_NothingOfAPersonIsKept asks for every page as somebody signed in, and as
// a cache would like it to be called.
func TestA48_NothingOfAPersonIsKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cookie := s.somebody(authz.DGAAdmin)
	for _, a := range s.addresses() {
		res := s.get(a.path, cookie)
		keep, body := res.Header.Get("Cache-Control"), text(t, res)
		mayKeep := strings.Contains(keep, "public") || strings.Contains(keep, "max-age") && !strings.Contains(keep, "private")
		if personal := strings.Contains(body, s.named) || len(res.Cookies()) > 0; mayKeep && personal {
			t.Errorf("%s: %s, with %s in it", a.path, keep, s.named)
		}
		if visitor := s.get(a.path, nil); visitor.StatusCode != http.StatusOK && keep != "no-store" && !strings.HasPrefix(keep, "private") {
			t.Errorf("%s is for nobody else: %q", a.path, keep)
		}
		for _, name := range []string{"/x.css", "/x.js", "%2fx.css", ";x.css", "/..%2fx.css"} {
			path, _, _ := strings.Cut(a.path, "?")
			if strings.Contains(a.route, "{key}") || strings.HasSuffix(a.route, "/*") || strings.HasSuffix(a.route, "{hash}") || path == "/" {
				continue
			}
			if res := s.get(path+name, cookie); res.StatusCode != http.StatusNotFound || res.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s%s: %d, %s", path, name, res.StatusCode, res.Header.Get("Cache-Control"))
			}
		}
	}
}

// TestA43_NothingIsBuiltForAnotherHost asks for every page under other names, and
// for nothing of them in what comes back.
func TestA43_NothingIsBuiltForAnotherHost(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cookie := s.somebody(authz.DGAAdmin)
	for _, a := range s.addresses() {
		for name, change := range map[string]func(*http.Request){
			"host": func(r *http.Request) { r.Host = "evil.example" },
			"port": func(r *http.Request) { r.Host += ":8443" },
			"forwarded": func(r *http.Request) {
				for _, header := range []string{"X-Forwarded-Host", "X-Forwarded-Server", "X-Host", "X-Original-Url", "X-Rewrite-Url", "Forwarded", "Referer"} {
					r.Header.Set(header, "host=evil.example;proto=http")
				}
				r.Header.Set("X-Forwarded-Proto", "http")
			},
			"absolute": func(r *http.Request) { r.URL.Host, r.Host = "evil.example", "evil.example" },
		} {
			r := httptest.NewRequest(http.MethodGet, baseURL+a.path, nil)
			r.AddCookie(cookie)
			change(r)
			w := httptest.NewRecorder()
			s.handler.ServeHTTP(w, r)
			res := w.Result()
			health := a.path == "/livez" || a.path == "/readyz" // whoever shares out requests asks by address
			if refused := res.StatusCode == http.StatusMisdirectedRequest; refused != (name != "forwarded") && !health {
				t.Errorf("%s, %s: %d", a.path, name, res.StatusCode)
			}
			if strings.Contains(text(t, res), "evil.example") || strings.Contains(fmt.Sprint(res.Header), "evil.example") {
				t.Errorf("%s, %s: repeats it", a.path, name)
			}
		}
	}
}

// TestA51_EveryFieldOfEveryForm types markup wherever something can be typed, and
// reads every page for what would run.
func TestA51_EveryFieldOfEveryForm(t *testing.T) {
	t.Parallel()
	s := newSite(t).freely()
	const bad = `"'><script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)>[x](javascript:alert(1))`
	person := s.person(`<script>alert("name")</script>`, authz.DGAAdmin)
	s.exec(`UPDATE staff SET name = $1, email = $1 WHERE subject LIKE '<script>%'`, bad)
	typed := 0
	for _, f := range everyForm() {
		q := s.ready(f)
		q.header = with2(q.header, "User-Agent", bad)
		for name, values := range q.form {
			if len(values) != 1 || slices.Contains([]string{"form_key", "mark", "version", "kind", "code", "unit", "unit_q", "unit_for", "role", "group", "date", "at", "answer", "token", "pair",
				"which", "number", "seen", "agency", "audience", "set", "return", "shown", "map", "link", "email", "telephone"}, name) ||
				strings.Contains(name, ".file") || strings.Contains(name, ".url") || strings.Contains(name, ".icon") || slices.Contains([]string{"wide", "narrow", "file", "link_text"}, name) {
				continue
			}
			if values[0] != "1" { // a box to tick
				q.form.Set(name, bad)
				typed++
			}
		}
		if res := s.do(q); res.StatusCode >= 500 {
			t.Errorf("%s: %d", f.route, res.StatusCode)
		} else if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			nothingInline(t, f.route, text(t, res))
		}
	}
	s.reread()
	pages := 0
	for _, a := range append(s.addresses(), addressed{"", "/backend/search?q=" + url.QueryEscape(bad)}, addressed{"", "/backend/staff?q=" + url.QueryEscape(bad)}) {
		res := s.get(a.path, person)
		if body := text(t, res); strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			nothingInline(t, a.path, body)
			pages++
		} else if strings.Contains(res.Header.Get("Content-Type"), "xml") && strings.Contains(body, "<script") {
			t.Errorf("%s shows markup", a.path)
		}
	}
	if typed < 60 || pages < 60 || s.count(`SELECT count(*) FROM audit_entries WHERE detail::text LIKE '%<script>%'`) < 20 {
		t.Errorf("typed %d times, seen on %d pages: it proves nothing", typed, pages)
	}
}

func with2(header map[string]string, name, value string) map[string]string {
	all := map[string]string{name: value}
	for k, v := range header {
		all[k] = v
	}
	return all
}

// TestA80_NothingBesideThePages asks for what programs and their makers leave
// lying about.
func TestA80_NothingBesideThePages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.somebody(authz.DGAAdmin)
	for _, at := range []string{"", "/backend", "/backend/static"} {
		for _, name := range []string{"/.git/HEAD", "/.git/config", "/.env", "/.env.example", "/.DS_Store", "/debug/pprof/", "/debug/pprof/heap", "/debug/vars", "/metrics", "/server-status",
			"/actuator/health", "/swagger.json", "/openapi.json", "/graphql", "/go.mod", "/main.go", "/Dockerfile", "/backup.zip", "/dump.sql", "/phpinfo.php", "/WEB-INF/web.xml", "/css/", "/js/",
			"/%2e%2e/go.mod", "/..%2fgo.mod", "/css/..%2f..%2fgo.mod", "/css/%2e%2e/%2e%2e/static.go", "/static.go"} {
			for _, cookie := range []*http.Cookie{nil, admin} {
				if res := s.get(at+name, cookie); res.StatusCode != http.StatusNotFound || strings.Contains(text(t, res), "<pre>") {
					t.Errorf("%s%s: %d", at, name, res.StatusCode)
				}
			}
		}
	}
}
