//go:build torture

package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"portal/internal/kit/authz"
)

// odd are values that are no text, no number, no date or no choice, or that an
// interpreter would take for its own words.
var odd = []string{
	"\x00", "\xff\xfe", "\xe0\xb8", "1e30", "-1", "0", "99999999999999999999", "NaN", "Infinity", "'", `"`, "\\", "%", "_", "';SELECT pg_sleep(9)--", `' OR '1'='1`,
	"1 OR 1=1", "1);--", "{{7*7}}", "${7*7}", "../../../etc/passwd", "%2e%2e%2f", "\r\nX-Evil: 1", "<script>alert(1)</script>", "ก\u0e38\u0e38\u0e38", "\u202e", "😀", strings.Repeat("ก", 20_000),
	"9999-99-99", "0000-00-00", "2026-02-30T25:61", "[]", "{}", "null", "true", "\ufeff",
}

// parameters are all names that an address of the portal may have, and some.
var parameters = []string{"q", "page", "unit", "unit_q", "unit_for", "role", "state", "kind", "under", "from", "until", "action", "person", "text", "format", "return", "days", "width", "a", "b",
	"used", "pick", "saved", "download", "view", "set", "code", "iss", "error", "token", "id"}

// TestA50_Torture_EveryParameter puts each odd value into each parameter of each
// address, once alone and once twice with a good one.
func TestA50_Torture_EveryParameter(t *testing.T) {
	s := newSite(t).freely()
	admin := s.somebody(authz.DGAAdmin)
	asked := 0
	for _, a := range s.addresses() {
		if strings.HasPrefix(a.route, "/backend/static") {
			continue
		}
		path, query, _ := strings.Cut(a.path, "?")
		for i, name := range parameters {
			for j := range 3 { // all of them over the parameters
				v := odd[(i*3+j+len(a.path))%len(odd)]
				q, _ := url.ParseQuery(query)
				q.Set(name, v)
				if j%3 == 0 {
					q.Add(name, "1")
				}
				res := s.get(path+"?"+q.Encode(), admin)
				asked++
				if res.StatusCode >= 500 && !(strings.HasSuffix(a.route, "digitalid") && res.StatusCode == http.StatusServiceUnavailable) || res.Header.Get("X-Evil") != "" {
					t.Errorf("%s?%s=%.40q: %d", path, name, v, res.StatusCode)
				}
			}
		}
		for _, v := range odd { // as a part of the address
			part := url.PathEscape(v)
			if len(part) > 2000 {
				continue
			}
			if res := s.get(strings.NewReplacer("{id}", part, "{key}", part, "{slug}", part, "{hash}", part, "*", part).Replace(a.route), admin); res.StatusCode >= 500 && !strings.HasSuffix(a.route, "digitalid") {
				t.Errorf("%s with %.40q: %d", a.route, v, res.StatusCode)
			}
			asked++
		}
	}
	t.Logf("%d requests", asked)
}

// TestA50_Torture_EveryField puts each odd value into each field of each form.
// Nothing of it may be an internal error, and a refusal changes nothing.
func TestA50_Torture_EveryField(t *testing.T) {
	s := newSite(t).freely()
	sent := 0
	for n, f := range everyForm() {
		q := s.ready(f)
		before := s.sums()
		names := make([]string, 0, len(q.form))
		for name := range q.form {
			names = append(names, name)
		}
		slices.Sort(names)
		for i, name := range append(names, "nothing_of_ours") {
			refused := ""
			for j := range 4 { // all of them over the fields
				v := odd[(n*5+i*4+j)%len(odd)]
				bad := q
				bad.form = url.Values{}
				for k, values := range q.form {
					bad.form[k] = slices.Clone(values)
				}
				bad.form.Set(name, v)
				if j%4 == 0 {
					bad.form.Add(name, "1")
				}
				res := s.do(bad)
				sent++
				if res.StatusCode >= 500 {
					t.Errorf("%s, %s=%.40q: %d\n%s", f.route, name, v, res.StatusCode, lastError(s))
				}
				if went(res) {
					q = s.ready(f) // the form has been used
					before, refused = s.sums(), ""
				} else {
					refused += name + "=" + v[:min(len(v), 20)] + " "
				}
			}
			if changed := differ(before, s.sums()); len(changed) > 0 && f.route != "/backend/token" { // which counts wrong codes
				t.Errorf("%s was refused with %q, but changed %v", f.route, refused, changed)
				before = s.sums()
			}
		}
	}
	t.Logf("%d forms", sent)
}

func lastError(s *site) string {
	lines := strings.Split(s.logs.String(), "\n")
	slices.Reverse(lines)
	for _, line := range lines {
		if strings.Contains(line, `"ERROR"`) {
			return line
		}
	}
	return ""
}
