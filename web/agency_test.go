package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"portal/internal/authz"
)

func TestA55_UnitSuggestions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for role, want := range map[authz.Role]string{
		authz.DGAAdmin:       "08004000 080040005001",
		authz.CentralOfficer: "08004000 080040005001",
	} {
		cookie := s.person(string(role), role)
		if got := s.suggested(cookie, "ขนส่ง"); got != want {
			t.Errorf("%s: %s, want %s", role, got, want)
		}
	}
	if got := s.suggested(s.person("x", authz.CentralOfficer), "สำนักงานพัฒนารัฐบาลดิจิทัล"); got != "" {
		t.Errorf("a foreign unit is suggested: %s", got)
	}
}

// suggested lists the codes of the units suggested for text.
func (s *site) suggested(cookie *http.Cookie, text string) string {
	s.t.Helper()
	res := s.get("/backend/agencies/suggest?q="+url.QueryEscape(text), cookie)
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
		s.t.Fatalf("%s: %d %s", text, res.StatusCode, res.Header.Get("Content-Type"))
	}
	var answer struct{ Units []suggestion }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		s.t.Fatal(err)
	}
	var codes []string
	for _, u := range answer.Units {
		_, after, _ := strings.Cut(u.About, "รหัส ")
		codes = append(codes, strings.Fields(after)[0])
	}
	return strings.Join(codes, " ")
}
