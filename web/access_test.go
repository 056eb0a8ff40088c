package web

import (
	"cmp"
	"flag"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"portal/internal/authz"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestA54_Access visits every route as everybody and compares the outcomes with
// testdata/access.golden, so that a change in who may do what shows in review.
func TestA54_Access(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var hash string
	if err := s.pool.QueryRow(t.Context(), `SELECT encode(sha256, 'hex') FROM files ORDER BY sha256 LIMIT 1`).Scan(&hash); err != nil {
		hash = strings.Repeat("0", 64)
	}
	roles := append([]authz.Role{"visitor", "newcomer"}, authz.Roles...)
	var lines []string
	err := chi.Walk(s.handler.(chi.Router), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if strings.HasSuffix(route, "/*") && method != http.MethodGet {
			return nil
		}
		for _, o := range s.objects(route) {
			lines = append(lines, s.visit(roles, method, route, strings.ReplaceAll(o.path, "{hash}", hash), o.whose))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines) // chi walks methods in map order
	golden(t, "testdata/access.golden", strings.Join(lines, ""))
}

var number = regexp.MustCompile(`/[0-9]+`)

// object is one address behind a route: that of something in the department
// that the sample people belong to, or in another.
type object struct{ path, whose string }

// objects are the addresses to visit for a route. Routes that lead to an object
// are visited with the department's own and a foreign one.
func (s *site) objects(route string) []object {
	if strings.HasPrefix(route, "/backend/staff/") && strings.Contains(route, "{id}") {
		return s.staffObjects(route)
	}
	return []object{{path: route}}
}

// visit is the line of the golden file for one address.
func (s *site) visit(roles []authz.Role, method, route, path, whose string) string {
	line := fmt.Sprintf("%-26s %-4s", route, method)
	if whose != "" {
		line += " " + whose
	}
	for _, role := range roles {
		q := request{method: method, path: strings.ReplaceAll(path, "*", "x")}
		switch role {
		case "visitor":
		case "newcomer":
			q.cookie = s.person(path+method, "")
		default:
			q.cookie = s.person(path+method+string(role), role)
		}
		res := s.do(q)
		outcome := fmt.Sprint(res.StatusCode)
		if to := res.Header.Get("Location"); to != "" && !strings.Contains(to, "/static/") { // hashed names change with their content
			outcome += "→" + number.ReplaceAllString(strings.SplitN(to, "?", 2)[0], "/{id}")
		}
		line += fmt.Sprintf(" %s=%s", cmp.Or(role, "visitor"), outcome)
	}
	return line + "\n"
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
