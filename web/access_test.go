package web

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"portal/internal/kit/authz"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestA54_Access visits every route as everybody and compares the outcomes with
// testdata/access.golden, so that a change in who may do what shows in review.
// Routes that lead to an object are visited with one of the sample department's
// own and a foreign one.
func TestA54_Access(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var lines []string
	err := chi.Walk(s.handler.(chi.Router), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if strings.HasSuffix(route, "/*") && method != http.MethodGet {
			return nil
		}
		for _, whose := range []string{"own", "foreign"} {
			find := objectOf(method, route)
			if find == nil {
				if whose == "own" {
					lines = append(lines, s.visits(method, route, "", nil))
				}
				continue
			}
			lines = append(lines, s.visits(method, route, whose, find))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines) // chi walks methods in map order
	golden(t, "testdata/access.golden", strings.Join(lines, ""))
}

// visits is the line of the golden file for a route: everybody's outcome.
func (s *site) visits(method, route, whose string, find finder) string {
	s.t.Helper()
	var hash string
	if err := s.pool.QueryRow(s.t.Context(), `SELECT encode(sha256, 'hex') FROM files ORDER BY sha256 LIMIT 1`).Scan(&hash); err != nil {
		s.t.Fatal(err)
	}
	path := strings.NewReplacer("{hash}", hash, "{slug}", "token-usage", "*", "x", "/export", "/export?format=csv").Replace(route)
	if find == nil {
		path = strings.ReplaceAll(path, "{key}", keyOf(route))
	}
	line := fmt.Sprintf("%-26s %-4s", strings.TrimSpace(route+" "+whose), method)
	for _, role := range append([]authz.Role{"visitor", "newcomer"}, authz.Roles...) {
		q, subject := request{method: method, path: path}, ""
		switch role {
		case "visitor":
		case "newcomer":
			subject = route + method + whose
			q.cookie = s.person(subject, "")
		default:
			subject = route + method + whose + string(role)
			q.cookie = s.person(subject, role)
		}
		if find != nil {
			o := find(s, subject, whose)
			q.path, q.form = o.in(path), o.form
		}
		line += fmt.Sprintf(" %s=%s", role, outcome(s.do(q)))
	}
	return line + "\n"
}

// contentKeys are items of each kind, of which the administrators of the OPDC may
// edit the announcement, the question and the manual.
var contentKeys = map[string]string{"banner": "start", "announcement": "new-portal", "faq": "closed-service-point", "faq-group": "usage",
	"manual": "opdc-admin", "page": "about", "site": "contact"}

// keyOf stands for {key} in a route.
func keyOf(route string) string {
	if rest, ok := strings.CutPrefix(route, "/backend/content/"); ok {
		return contentKeys[strings.SplitN(rest, "/", 2)[0]]
	}
	return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
}

var numberInPath = regexp.MustCompile(`/([A-Z2-7]{26}|[0-9]+)`)

// outcome is the status, and the address it leads to with its numbers hidden.
func outcome(res *http.Response) string {
	outcome := fmt.Sprint(res.StatusCode)
	if to := res.Header.Get("Location"); to != "" && !strings.Contains(to, "/static/") { // hashed names change with their content
		outcome += "→" + numberInPath.ReplaceAllString(strings.SplitN(to, "?", 2)[0], "/{id}")
	}
	return outcome
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || got != string(want) {
		t.Errorf("%s differs (run with -update if intended)\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}
