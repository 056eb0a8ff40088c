package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"portal/internal/kit/authz"
)

func TestA21_BackChannelTellsNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cookie := s.person("somchai", authz.DGAAdmin)
	for name, tt := range map[string]struct {
		q    request
		want int
	}{
		"GET":             {request{method: "GET"}, http.StatusMethodNotAllowed},
		"no token":        {request{method: "POST", form: url.Values{"other": {"x"}}}, http.StatusBadRequest},
		"two tokens":      {request{method: "POST", form: url.Values{"logout_token": {"x", "y"}}}, http.StatusBadRequest},
		"in the address":  {request{method: "POST", path: "?logout_token=x"}, http.StatusBadRequest},
		"1 MB":            {request{method: "POST", form: url.Values{"logout_token": {strings.Repeat("x", 1<<20)}}}, http.StatusBadRequest},
		"silent":          {request{method: "POST", form: url.Values{"logout_token": {"x"}}, header: map[string]string{"Sec-Fetch-Site": ""}}, http.StatusBadRequest},
		"from a web site": {request{method: "POST", form: url.Values{"logout_token": {"x"}}, header: map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}}, http.StatusBadRequest},
	} {
		tt.q.path, tt.q.cookie = "/backend/logout/backchannel"+tt.q.path, cookie
		res := s.do(tt.q)
		if res.StatusCode != tt.want || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d, want %d; %v", name, res.StatusCode, tt.want, res.Header["Cache-Control"])
		}
		if body := text(t, res); tt.want == http.StatusBadRequest && body != "" {
			t.Errorf("%s: %s", name, body)
		}
	}
	if !s.alive(cookie) {
		t.Error("the session ended")
	}
	beside := s.do(request{method: "POST", path: "/backend/logout", cookie: cookie, header: map[string]string{"Sec-Fetch-Site": "cross-site"}})
	if beside.StatusCode != http.StatusForbidden {
		t.Errorf("another address than the exception: %d", beside.StatusCode)
	}
	if strings.Contains(s.logs.String(), "xxxx") {
		t.Error("a token is in the log")
	}
}
