package web

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"golang.org/x/net/html"

	"portal/internal/kit/authz"
	"portal/static"
	"portal/web/kit"
)

// leastPoints are what the Observatory gives to any answer of ours.
const leastPoints = 130

// answers are all kinds of answers: each route as visitors and administrators
// get it, and each way to be refused.
func (s *site) answers(check func(name string, res *http.Response)) {
	s.t.Helper()
	ask := func(name string, q request) { check(name+" "+q.method+" "+q.path, s.do(q)) }
	err := chi.Walk(s.handler.(chi.Router), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if method == http.MethodConnect || strings.HasSuffix(route, "/*") && method != http.MethodGet {
			return nil
		}
		for _, role := range []authz.Role{"", authz.DGAAdmin, authz.CentralOfficer, authz.OPDCAdmin} {
			q, subject := request{method: method, path: s.pathTo(route)}, ""
			if role != "" {
				subject = route + method + string(role)
				q.cookie = s.person(subject, role)
			}
			if find := objectOf(method, route); find != nil {
				q.path = find(s, subject, "own").in(q.path)
			}
			if method == http.MethodPost {
				q.form = url.Values{"x": {"y"}}
			}
			ask(string(role), q)
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, dir := range []string{"css", "js", "fonts", "images"} {
		err := fs.WalkDir(os.DirFS("../static"), dir, func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				ask("static", request{method: "GET", path: static.Path(name)})
			}
			return err
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
	s.refusals(ask)
}

// refusals are the answers that no route gives when all is well.
func (s *site) refusals(ask func(string, request)) {
	ask("unknown", request{method: "GET", path: "/.git/config"})
	ask("wrong method", request{method: "DELETE", path: "/backend"})
	ask("trace", request{method: "TRACE", path: "/backend"})
	ask("cross-site", request{method: "POST", path: "/backend/display", form: url.Values{}, header: map[string]string{"Sec-Fetch-Site": "cross-site"}})
	ask("too large", request{method: "POST", path: "/backend/display", form: url.Values{"x": {strings.Repeat("x", 2*kit.MaxForm)}}})
	ask("no text", request{method: "GET", path: "/backend/search?q=%00"})
	ask("no slug", request{method: "POST", path: "/backend/faq/nothing/helpful", form: url.Values{"answer": {"yes"}}})
	ask("bad callback", request{method: "GET", path: "/backend/login/callback?error=x"})
	tag := s.get("/backend/faq", nil).Header.Get("ETag")
	ask("known", request{method: "GET", path: "/backend/faq", header: map[string]string{"If-None-Match": tag}})
	ask("head", request{method: "HEAD", path: "/backend/faq"})
	ask("part", request{method: "GET", path: s.pathTo("/backend/file/{hash}"), header: map[string]string{"Range": "bytes=0-9"}})
	s.limits.Search.Address.Rate = atMost(1)
	ask("search", request{method: "GET", path: "/backend/search?q=a"})
	ask("too often", request{method: "GET", path: "/backend/search?q=a"})
	s.broken = errors.New("broken")
	ask("not ready", request{method: "GET", path: "/readyz"})
}

// pathTo is an address of a route, but for {id}.
func (s *site) pathTo(route string) string {
	var hash string
	if err := s.pool.QueryRow(s.t.Context(), `SELECT encode(sha256, 'hex') FROM files ORDER BY sha256 LIMIT 1`).Scan(&hash); err != nil {
		s.t.Fatal(err)
	}
	return strings.NewReplacer("{hash}", hash, "{slug}", "token-usage", "{key}", keyOf(route), "*", "x", "/export", "/export?format=csv").Replace(route)
}

// TestA38_A39_EveryAnswer scores each answer by the Observatory's rules, looks for
// what the rules leave out, and reads each page as a browser does.
func TestA38_A39_EveryAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	seen, pages, statuses := 0, 0, map[int]int{}
	s.answers(func(name string, res *http.Response) {
		name, body := fmt.Sprintf("%s (%d)", name, res.StatusCode), text(t, res)
		seen++
		statuses[res.StatusCode]++
		if points, why := observatory(res.Header, body); points < leastPoints {
			t.Errorf("%s: %d points, %v", name, points, why)
		}
		beyondTheRules(t, name, res)
		trustedTypes(t, name, res, body)
		if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") && body != "" {
			pages++
			nothingInline(t, name, body)
		}
	})
	for _, status := range []int{200, 206, 303, 304, 308, 400, 403, 404, 405, 413, 429, 503} {
		if statuses[status] == 0 {
			t.Errorf("no answer was %d", status)
		}
	}
	if seen < 300 || pages < 150 {
		t.Errorf("only %d answers, %d pages", seen, pages)
	}
}

func beyondTheRules(t *testing.T, name string, res *http.Response) {
	t.Helper()
	for header, want := range map[string]string{
		"Cross-Origin-Opener-Policy": "same-origin", "Strict-Transport-Security": "max-age=63072000; includeSubDomains", "Access-Control-Allow-Origin": "",
	} {
		if got := res.Header.Get(header); got != want {
			t.Errorf("%s: %s: %q", name, header, got)
		}
	}
	for _, c := range res.Cookies() {
		if !strings.HasPrefix(c.Name, "__Host-") || c.Path != "/" || c.Domain != "" {
			t.Errorf("%s: cookie %s", name, c.Name)
		}
	}
}

// trustedTypes: a page that shows the rich editor may make its three policies,
// and no other page may make any.
func trustedTypes(t *testing.T, name string, res *http.Response, body string) {
	t.Helper()
	policy := directives(res.Header.Values("Content-Security-Policy"))
	if _, sandbox := policy["sandbox"]; sandbox { // a file: nothing runs
		return
	}
	want := "'none'"
	if strings.Contains(body, "/js/richtext.") && strings.Contains(body, "data-rich") {
		want = "default richtext dompurify"
	}
	if got := strings.Join(policy["trusted-types"], " "); got != want || strings.Join(policy["require-trusted-types-for"], " ") != "'script'" {
		t.Errorf("%s: trusted-types %s, want %s", name, got, want)
	}
}

func nothingInline(t *testing.T, name, body string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			if bad := inline(n); bad != "" {
				t.Errorf("%s: %s", name, bad)
			}
		}
	}
}

// inline is what the policy would refuse of an element.
func inline(n *html.Node) string {
	attributes := map[string]string{}
	for _, a := range n.Attr {
		attributes[a.Key] = a.Val
		if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" {
			return fmt.Sprintf("<%s %s>", n.Data, a.Key)
		}
		scheme, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(a.Val)), ":")
		if takesAddress[a.Key] && (scheme == "javascript" || scheme == "data" || scheme == "vbscript") {
			return fmt.Sprintf("<%s %s=%q>", n.Data, a.Key, a.Val)
		}
	}
	own := func(address string) bool {
		return strings.HasPrefix(address, "/backend/") && !strings.HasPrefix(address, "//")
	}
	switch n.Data {
	case "style", "base", "object", "embed", "applet":
		return "<" + n.Data + ">"
	case "script":
		if !own(attributes["src"]) || n.FirstChild != nil {
			return "<script> of its own words, or of another site"
		}
	case "img", "iframe", "source", "audio", "video", "track":
		if src, has := attributes["src"]; has && !own(src) {
			return fmt.Sprintf("<%s src=%q>", n.Data, src)
		}
	case "link":
		if strings.Contains(attributes["rel"], "stylesheet") && !own(attributes["href"]) {
			return "a style sheet from " + attributes["href"]
		}
	case "meta":
		if attributes["http-equiv"] != "" {
			return "<meta http-equiv>"
		}
	}
	return ""
}

var takesAddress = map[string]bool{"href": true, "src": true, "action": true, "formaction": true, "poster": true, "data": true, "xlink:href": true}

// TestOnlyFormsWithTheEditorPermitIt: not lists, not previews, not forms of lines.
func TestOnlyFormsWithTheEditorPermitIt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.person("editor", authz.DGAAdmin)
	for path, want := range map[string]string{
		"/backend/content/faq/closed-service-point": "default richtext dompurify", "/backend/content/page/about": "default richtext dompurify",
		"/backend/content/banner/start": "'none'", "/backend/content/faq-group/usage": "'none'", "/backend/content/faq": "'none'",
		"/backend/content/page/about/history": "'none'", "/backend/content/page/about/preview": "'none'", "/backend/content/page/about/preview/page": "'none'",
	} {
		res := s.get(path, admin)
		if got := strings.Join(directives(res.Header.Values("Content-Security-Policy"))["trusted-types"], " "); res.StatusCode != http.StatusOK || got != want {
			t.Errorf("%s: %d, %s", path, res.StatusCode, got)
		}
	}
}
