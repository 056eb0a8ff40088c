package web

import (
	"cmp"
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"portal/internal/authz"
	"portal/internal/seed"
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
	objects := s.objects()
	roles := append([]authz.Role{"visitor", "newcomer"}, authz.Roles...)
	var lines []string
	err := chi.Walk(s.handler.(chi.Router), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if strings.HasSuffix(route, "/*") && method != http.MethodGet {
			return nil
		}
		for _, object := range objectsOf(objects, route) {
			line := fmt.Sprintf("%-26s %-4s", route+object.label, method)
			for _, role := range roles {
				path := strings.ReplaceAll(strings.ReplaceAll(route, "{hash}", hash), "*", "x")
				q := request{method: method, path: strings.ReplaceAll(path, object.parameter, object.value)}
				switch role {
				case "visitor":
				case "newcomer":
					q.cookie = s.person(route+method, "")
				default:
					q.cookie = s.person(route+method+object.label+string(role), role)
				}
				res := s.do(q)
				outcome := fmt.Sprint(res.StatusCode)
				if to := res.Header.Get("Location"); to != "" && !strings.Contains(to, "/static/") { // hashed names change with their content
					outcome += "→" + strings.SplitN(to, "?", 2)[0]
				}
				line += fmt.Sprintf(" %s=%s", cmp.Or(role, "visitor"), outcome)
			}
			lines = append(lines, line+"\n")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines) // chi walks methods in map order
	golden(t, "testdata/access.golden", strings.Join(lines, ""))
}

// object stands for a parameter of the routes that begin with prefix.
type object struct{ prefix, parameter, value, label string }

// objects are, for each parameter, one of the sample central officer's own
// department and a foreign one.
func (s *site) objects() []object {
	return []object{
		{"/backend/agencies/{id}", "{id}", s.agencyID(seed.CodeDLTChiangMai), " own"},
		{"/backend/agencies/{id}", "{id}", s.agencyID(authz.CodeOPDC), " foreign"},
	}
}

// objectsOf are those that a route is tried with.
func objectsOf(all []object, route string) []object {
	var tried []object
	for _, o := range all {
		if strings.HasPrefix(route, o.prefix) {
			tried = append(tried, o)
		}
	}
	if len(tried) == 0 {
		return []object{{parameter: "{}"}}
	}
	return tried
}

func (s *site) agencyID(code string) string {
	s.t.Helper()
	a, err := s.agencies.ByCode(s.t.Context(), code)
	if err != nil {
		s.t.Fatal(err)
	}
	return fmt.Sprint(a.ID)
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
