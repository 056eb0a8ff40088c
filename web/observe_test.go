package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"portal/internal/kit/authz"
)

// counts is an Observer that remembers.
type counts struct {
	mu  sync.Mutex
	all map[string]int
}

func newCounts() *counts { return &counts{all: map[string]int{}} }

func (c *counts) add(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all[what]++
}

func (c *counts) of(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all[what]
}

func (c *counts) Request(method, route string, status int, _ time.Duration) {
	c.add(fmt.Sprint(method, " ", route, " ", status))
}

func (c *counts) SignIn(outcome string) { c.add("signin " + outcome) }

func (c *counts) Redemption(outcome string) { c.add("token " + outcome) }

// TestRequestsAreCountedByRoute asks with addresses that say something of a
// person or a secret, and looks for them in what is counted.
func TestRequestsAreCountedByRoute(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.person("admin", authz.DGAAdmin)
	for path, want := range map[string]string{
		"/backend/faq":          "GET /backend/faq 200",
		"/backend/faq?secret=1": "GET /backend/faq 200",
		"/backend/login/callback?code=secret&state=secret": "GET /backend/login/callback 400",
		"/backend/staff/123456":                            "GET /backend/staff/{id} 404",
		"/backend/secret":                                  "GET unmatched 404",
		"/secret":                                          "GET unmatched 404",
		"/backend/static/secret.css":                       "GET /backend/static/* 404",
		"/backend/file/secret":                             "GET /backend/file/{hash} 404",
		"/livez":                                           "GET /livez 200",
	} {
		before := s.counts.of(want)
		s.get(path, admin)
		if s.counts.of(want) != before+1 {
			t.Errorf("%s is not counted as %s: %v", path, want, s.counts.all)
		}
	}
	if n := s.counts.of("signin refused"); n != 1 {
		t.Errorf("%d refused sign-ins counted", n)
	}
	if got := s.do(request{method: "DELETE", path: "/backend/faq"}); got.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("DELETE: %d", got.StatusCode)
	}
	for what := range s.counts.all {
		if strings.Contains(what, "secret") || strings.Contains(what, "123456") {
			t.Errorf("counted under %q", what)
		}
	}
}

// TestTokensAreCounted redeems one and sends one wrong.
func TestTokensAreCounted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cookie := s.person("newcomer", "")
	code := s.issue(authz.CentralOfficer)
	s.post("/backend/token", cookie, map[string][]string{"token": {"ABCD"}, "form_key": {"ABCDEFGHIJKLMNOPQRSTUVWXYZ"}})
	s.post("/backend/token", cookie, map[string][]string{"token": {code}, "form_key": {"ABCDEFGHIJKLMNOPQRSTUVWXYZ"}})
	if s.counts.of("token refused") != 1 || s.counts.of("token redeemed") != 1 {
		t.Errorf("%v", s.counts.all)
	}
}

// parts of the server that fail are named at /readyz, and nothing of why that a
// stranger should not read; /livez does not care.
func TestReadinessNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if res := s.get("/readyz", nil); res.StatusCode != 200 || text(t, res) != "ready\n" {
		t.Errorf("a good server: %d", res.StatusCode)
	}
	s.broken = errors.New("dial tcp db.internal: password=secret")
	res := s.get("/readyz", nil)
	body := text(t, res)
	if res.StatusCode != 503 || !strings.Contains(body, "database: does not work") || strings.Contains(body, "secret") || strings.Contains(body, "internal") {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	s.broken = nil
	s.server.Stop()
	if res := s.get("/readyz", nil); res.StatusCode != 503 || !strings.Contains(text(t, res), "stopping") {
		t.Errorf("a stopping server: %d", res.StatusCode)
	}
	if res := s.get("/livez", nil); res.StatusCode != 200 {
		t.Errorf("/livez: %d", res.StatusCode)
	}
}
