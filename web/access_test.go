package web

import (
	"cmp"
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
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
		path := strings.NewReplacer("{hash}", hash, "*", "x", "/export", "/export?format=csv").Replace(route)
		for _, whose := range whoseObjects(route) {
			line := fmt.Sprintf("%-26s %-4s", strings.TrimSpace(route+" "+whose), method)
			for _, role := range roles {
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
				if find := objects[route]; find != nil {
					q.path = strings.ReplaceAll(path, "{id}", find(s, subject, whose))
				}
				line += fmt.Sprintf(" %s=%s", cmp.Or(role, "visitor"), outcome(s.do(q)))
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

// objects find what stands for {id} in a route, for the person with subject
// ("" for a visitor): an object that is their own business, or a foreign one.
var objects = map[string]func(s *site, subject, whose string) string{
	"/backend/profile/sessions/{id}/end": func(s *site, subject, whose string) string {
		if whose == "foreign" || subject == "" {
			subject = "somebody else"
		}
		return strconv.FormatInt(s.sessionID(s.person(subject, "")), 10)
	},
	"/backend/audit/{id}": func(s *site, _, whose string) string {
		if whose == "foreign" { // to the central officer
			return strconv.FormatInt(s.record(authz.DGAAdmin, nil), 10)
		}
		return strconv.FormatInt(s.record(authz.CentralOfficer, nil), 10)
	},
}

func whoseObjects(route string) []string {
	if objects[route] == nil {
		return []string{""}
	}
	return []string{"own", "foreign"}
}

func outcome(res *http.Response) string {
	outcome := fmt.Sprint(res.StatusCode)
	if to := res.Header.Get("Location"); to != "" && !strings.Contains(to, "/static/") { // hashed names change with their content
		outcome += "→" + strings.SplitN(to, "?", 2)[0]
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
