package web

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"portal/internal/kit/authz"
)

// TestA41_ReadingChangesNothing opens every address that can be read, as those
// who may most, and compares what the tables hold. What is written while one
// reads is left out: sessions, logs, counts.
func TestA41_ReadingChangesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	people := []*http.Cookie{s.person("admin", authz.DGAAdmin), s.person("officer", authz.CentralOfficer), nil}
	all := s.addresses()
	before, read := s.sums(), 0
	for _, a := range all {
		for _, cookie := range people {
			if res := s.get(a.path, cookie); res.StatusCode < 400 {
				read++
			}
		}
	}
	if read < 150 {
		t.Errorf("only %d pages were read: it proves nothing", read)
	}
	if changed := differ(before, s.sums()); len(changed) > 0 {
		t.Errorf("reading has changed %v", changed)
	}
}

// TestA42_OtherSitesSeeNothing asks for what only signed-in people get, as the
// browser of somebody signed in does for a page of another site.
func TestA42_OtherSitesSeeNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cookie := s.person("admin", authz.DGAAdmin)
	for _, path := range []string{"/backend/profile", "/backend/staff/export?format=csv", "/backend/content/files", "/backend/faq"} {
		for _, dest := range []string{"image", "script", "iframe", "empty"} {
			res := s.do(request{method: "GET", path: path, cookie: cookie, header: map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": dest}})
			h := res.Header
			if res.StatusCode != http.StatusForbidden &&
				(h.Get("Cross-Origin-Resource-Policy") != "same-origin" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Access-Control-Allow-Origin") != "") {
				t.Errorf("%s as %s: %d %v", path, dest, res.StatusCode, h)
			}
			if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") {
				t.Errorf("%s may be framed: %q", path, csp)
			}
		}
	}
}

func TestA45_MethodsAreNotOverridden(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cookie := s.person("admin", authz.DGAAdmin)
	for _, name := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"} {
		if res := s.do(request{method: "GET", path: "/backend/logout?_method=POST", cookie: cookie, header: map[string]string{name: "POST"}}); res.StatusCode != http.StatusMethodNotAllowed || res.Header.Get("Allow") == "" {
			t.Errorf("%s: %d, Allow %q", name, res.StatusCode, res.Header.Get("Allow"))
		}
	}
	for _, method := range []string{"TRACE", "PUT", "DELETE", "PATCH"} {
		if res := s.do(request{method: method, path: "/backend/profile", cookie: cookie}); res.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", method, res.StatusCode)
		}
	}
	if res := s.get("/backend/profile", cookie); res.StatusCode != http.StatusOK {
		t.Errorf("signed out by a header: %d", res.StatusCode)
	}
}

// TestA46_AmbiguousRequests sends bytes that a proxy and a server could take for
// different requests, with a second request behind them. A folded line is not
// among them: RFC 9112 (5.2) lets a server read it as one, as Go does.
func TestA46_AmbiguousRequests(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	server := httptest.NewServer(s.handler)
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(baseURL, "https://")
	const second = "GET /backend/faq HTTP/1.1\r\nHost: %[1]s\r\nConnection: close\r\n\r\n"
	for name, text := range map[string]string{
		"two lengths":           "POST /backend/display HTTP/1.1\r\nHost: %[1]s\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n" + second,
		"length and chunks":     "POST /backend/display HTTP/1.1\r\nHost: %[1]s\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + second,
		"chunks twice":          "POST /backend/display HTTP/1.1\r\nHost: %[1]s\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + second,
		"unknown coding":        "POST /backend/display HTTP/1.1\r\nHost: %[1]s\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + second,
		"two hosts":             "GET /backend HTTP/1.1\r\nHost: %[1]s\r\nHost: evil.example\r\n\r\n" + second,
		"space before colon":    "GET /backend HTTP/1.1\r\nHost: %[1]s\r\nContent-Length : 50\r\n\r\n" + second,
		"a length with a sign":  "POST /backend/display HTTP/1.1\r\nHost: %[1]s\r\nContent-Length: +5\r\n\r\nabcde" + second,
		"a bare LF in a header": "GET /backend HTTP/1.1\r\nHost: %[1]s\r\nX-A: b\rContent-Length: 50\r\n\r\n" + second,
	} {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		if _, err := fmt.Fprintf(conn, text, host); err != nil {
			t.Fatal(err)
		}
		in, answers, first := bufio.NewReader(conn), 0, 0
		for {
			res, err := http.ReadResponse(in, nil)
			if err != nil {
				break
			}
			if _, err := io.Copy(io.Discard, res.Body); err != nil {
				break
			}
			if answers++; answers == 1 {
				first = res.StatusCode
			}
			if res.Close {
				break
			}
		}
		_ = conn.Close()
		if answers > 1 || answers == 1 && first != http.StatusBadRequest && first != http.StatusNotImplemented {
			t.Errorf("%s: %d answers, the first %d", name, answers, first)
		}
	}
}
