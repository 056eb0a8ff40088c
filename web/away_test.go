package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestA10_ProviderMistakenAboutItsName(t *testing.T) {
	t.Parallel()
	var right atomic.Bool
	provider := httptest.NewUnstartedServer(nil)
	provider.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		own := "http://" + provider.Listener.Addr().String()
		issuer := own
		if !right.Load() {
			issuer = "https://evil.example"
		}
		_ = json.NewEncoder(w).Encode(map[string]any{
			"issuer": issuer, "authorization_endpoint": own + "/authorize", "token_endpoint": own + "/token", "jwks_uri": own + "/keys",
		})
	})
	provider.Start()
	t.Cleanup(provider.Close)
	s := newSiteAt(t, provider.URL)
	for _, path := range append([]string{"/backend/login", "/readyz"}, publicPaths...) {
		if res := s.get(path, nil); res.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	signIn := func() *http.Response { return s.get("/backend/login/digitalid", nil) }
	res := signIn()
	if body := text(t, res); res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" ||
		!strings.Contains(body, "ติดต่อ Digital ID ไม่ได้ในขณะนี้") || strings.Contains(body, "evil") {
		t.Errorf("sign-in: %d, Retry-After %q, %s", res.StatusCode, res.Header.Get("Retry-After"), body)
	}
	if n := s.counts.of("signin away"); n != 1 {
		t.Errorf("counted %d times", n)
	}
	right.Store(true)
	if res := signIn(); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("before the pause is over: %d", res.StatusCode)
	}
	s.now = s.now.Add(3 * time.Second)
	res = signIn()
	if to := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, provider.URL+"/authorize?") {
		t.Errorf("once it has healed: %d to %q", res.StatusCode, to)
	}
	if cookieOf(res, "__Host-portal-signin") == nil {
		t.Error("no attempt began")
	}
}
