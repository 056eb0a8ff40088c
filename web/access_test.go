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
		line := fmt.Sprintf("%-26s %-4s", route, method)
		for _, role := range roles {
			q := request{method: method, path: strings.NewReplacer("{hash}", hash, "{slug}", "token-usage", "*", "x").Replace(route)}
			switch role {
			case "visitor":
			case "newcomer":
				q.cookie = s.person(route+method, "")
			default:
				q.cookie = s.person(route+method+string(role), role)
			}
			res := s.do(q)
			outcome := fmt.Sprint(res.StatusCode)
			if to := res.Header.Get("Location"); to != "" && !strings.Contains(to, "/static/") { // hashed names change with their content
				outcome += "→" + strings.SplitN(to, "?", 2)[0]
			}
			line += fmt.Sprintf(" %s=%s", cmp.Or(role, "visitor"), outcome)
		}
		lines = append(lines, line+"\n")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines) // chi walks methods in map order
	golden(t, "testdata/access.golden", strings.Join(lines, ""))
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
