package web

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"portal/internal/kit/authz"
)

// TestPagesAreValidHTML follows every link, signed in and not, and looks for
// what browsers mend silently and readers of the screen stumble over.
func TestPagesAreValidHTML(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	pages := 0
	for who, cookie := range map[string]*http.Cookie{"visitor": nil, "admin": s.person("admin", authz.DGAAdmin), "officer": s.person("officer", authz.CentralOfficer)} {
		s.crawl(cookie, []string{"/backend", "/backend/profile", "/backend/search?q=token", "/backend/status", "/backend/nowhere"}, func(path string, page *html.Node) {
			pages++
			for _, wrong := range mistakes(page) {
				t.Errorf("%s, %s: %s", who, path, wrong)
			}
		})
	}
	if pages < 150 {
		t.Errorf("%d pages: the links were not followed", pages)
	}
}

var numbers = regexp.MustCompile(`/\d+|[0-9a-f]{64}|(page|key|q|to|compare)=[^&]*`)

// crawl reads each kind of page that links lead to, once.
func (s *site) crawl(cookie *http.Cookie, next []string, visit func(path string, page *html.Node)) {
	s.t.Helper()
	seen := map[string]bool{}
	for len(next) > 0 {
		path, kind := next[0], numbers.ReplaceAllString(next[0], "N")
		next = next[1:]
		if seen[kind] || strings.Contains(path, "/static/") || strings.Contains(path, "/login/digitalid") {
			continue
		}
		seen[kind] = true
		res := s.get(path, cookie)
		if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			continue
		}
		page, err := html.Parse(strings.NewReader(text(s.t, res)))
		if err != nil {
			s.t.Fatal(path, err)
		}
		visit(path, page)
		for n := range page.Descendants() {
			if href, _, _ := strings.Cut(attribute(n, "href"), "#"); n.DataAtom == atom.A && strings.HasPrefix(href, "/backend") {
				next = append(next, href)
			}
		}
	}
}

// phrases are elements that hold text and what stands in a line of it alone
// (HTML, phrasing content).
var (
	phrases = []atom.Atom{atom.Span, atom.P, atom.Button, atom.Label, atom.Strong, atom.Em, atom.Small, atom.H1, atom.H2, atom.H3, atom.H4, atom.Dt}
	blocks  = []atom.Atom{atom.H1, atom.H2, atom.H3, atom.H4, atom.P, atom.Div, atom.Ul, atom.Ol, atom.Dl, atom.Table, atom.Form, atom.Section, atom.Details, atom.Fieldset, atom.Nav, atom.Address}
)

// demands reports whether browsers refuse to send a form that is not filled in.
// Half a date is none to the server: there they shall.
func demands(form *html.Node) (required bool) {
	for n := range form.Descendants() {
		if attribute(n, "type") == "datetime-local" {
			return false
		}
		required = required || has(n, "required")
	}
	return required
}

// mistakes are ids given twice, references to ids that are not there, and blocks
// within lines of text.
func mistakes(page *html.Node) (all []string) {
	ids := map[string]int{}
	for n := range page.Descendants() {
		if id := attribute(n, "id"); id != "" {
			ids[id]++
		}
	}
	for id, times := range ids {
		if times > 1 {
			all = append(all, fmt.Sprintf("id %q %d times", id, times))
		}
	}
	for n := range page.Descendants() {
		if n.DataAtom == atom.Form && !has(n, "novalidate") && demands(n) {
			all = append(all, fmt.Sprintf("the browser answers for form %s, in its own language", attribute(n, "action")))
		}
		for _, name := range []string{"for", "aria-labelledby", "aria-describedby", "aria-controls", "popovertarget", "list", "form"} {
			for id := range strings.FieldsSeq(attribute(n, name)) {
				if ids[id] == 0 {
					all = append(all, fmt.Sprintf("%s of <%s> names %q, which is not there", name, n.Data, id))
				}
			}
		}
		if n.Parent != nil && slices.Contains(blocks, n.DataAtom) && slices.Contains(phrases, n.Parent.DataAtom) {
			all = append(all, fmt.Sprintf("<%s> within <%s>", n.Data, n.Parent.Data))
		}
	}
	return all
}
