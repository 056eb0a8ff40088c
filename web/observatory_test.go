package web

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The points that MDN's HTTP Observatory gives (its SCORE_TABLE of November
// 2026), for an answer of a site that is reached by HTTPS alone. Extra points
// count from 90 on. Not scored here: preloading, which is for whole domains, and
// redirection from HTTP, which the proxy does (docs/deploy/nginx.conf).
func observatory(h http.Header, body string) (points int, why []string) {
	base, extra := 100, 0
	score := func(name string, n int) {
		if n > 0 {
			extra += n
		} else {
			base += n
		}
		why = append(why, name+" "+strconv.Itoa(n))
	}
	policy := directives(h.Values("Content-Security-Policy"))
	score("policy", policyPoints(policy))
	score("frames", framePoints(policy, h.Get("X-Frame-Options")))
	score("transport", transportPoints(h.Get("Strict-Transport-Security")))
	score("cookies", cookiePoints(h))
	score("sharing", map[bool]int{true: -50}[h.Get("Access-Control-Allow-Credentials") != "" && h.Get("Access-Control-Allow-Origin") != ""])
	score("referrer", referrerPoints(h.Get("Referrer-Policy")))
	score("types", map[bool]int{false: -5}[strings.EqualFold(h.Get("X-Content-Type-Options"), "nosniff")])
	score("resource", map[string]int{"same-origin": 10, "same-site": 10, "cross-origin": 0, "": 0}[h.Get("Cross-Origin-Resource-Policy")])
	if strings.HasPrefix(h.Get("Content-Type"), "text/html") {
		score("scripts", scriptPoints(body))
	}
	if base >= 90 {
		base += extra
	}
	return base, why
}

// directives are the policies' sources; of a directive given twice the first
// counts, as in browsers.
func directives(policies []string) map[string][]string {
	all := map[string][]string{}
	for _, policy := range policies {
		for part := range strings.SplitSeq(policy, ";") {
			if words := strings.Fields(part); len(words) > 0 && all[words[0]] == nil {
				all[words[0]] = append([]string{}, words[1:]...)
			}
		}
	}
	return all
}

var broad = []string{"ftp:", "http:", "https:", "*", "http://*", "http://*.*", "https://*", "https://*.*"}

func policyPoints(policy map[string][]string) int {
	or := func(name string) []string {
		if s, ok := policy[name]; ok {
			return s
		}
		if s, ok := policy["default-src"]; ok {
			return s
		}
		return []string{"*"}
	}
	has := func(list []string, any ...string) bool {
		return slices.ContainsFunc(list, func(s string) bool { return slices.Contains(any, s) })
	}
	inline := append([]string{"'unsafe-inline'", "data:"}, broad...)
	plain := false
	for _, sources := range policy {
		plain = plain || slices.ContainsFunc(sources, func(s string) bool { return strings.HasPrefix(s, "http:") || strings.HasPrefix(s, "ftp:") })
	}
	switch {
	case len(policy) == 0:
		return -25
	case has(or("script-src"), inline...), has(or("object-src"), broad...), plain:
		return -20
	case has(append(slices.Clone(or("script-src")), or("style-src")...), "'unsafe-eval'"):
		return -10
	case has(or("style-src"), inline...):
		return 0
	case slices.Equal(policy["default-src"], []string{"'none'"}):
		return 10
	}
	return 5
}

func framePoints(policy map[string][]string, option string) int {
	switch {
	case policy["frame-ancestors"] != nil:
		return 5
	case slices.Contains([]string{"deny", "sameorigin"}, strings.ToLower(option)):
		return 0
	}
	return -20
}

var maxAge = regexp.MustCompile(`^max-age=(\d+)(?:;|$)`)

func transportPoints(header string) int {
	found := maxAge.FindStringSubmatch(header)
	if found == nil {
		return -20
	}
	if seconds, err := strconv.Atoi(found[1]); err != nil || seconds < 15_768_000 {
		return -10
	}
	return 0
}

func cookiePoints(h http.Header) int {
	points := 5
	res := http.Response{Header: h}
	if len(res.Cookies()) == 0 {
		return 0
	}
	for _, c := range res.Cookies() {
		switch {
		case !c.Secure:
			points = min(points, -40)
		case !c.HttpOnly:
			points = min(points, -30)
		case c.SameSite != http.SameSiteLaxMode && c.SameSite != http.SameSiteStrictMode:
			points = min(points, -20)
		}
	}
	return points
}

func referrerPoints(header string) int {
	switch header {
	case "no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin":
		return 5
	case "":
		return 0
	}
	return -5
}

var scriptTag = regexp.MustCompile(`<script[^>]*>`)

// scriptPoints: scripts of our own origin need no integrity.
func scriptPoints(body string) int {
	for _, tag := range scriptTag.FindAllString(body, -1) {
		if !regexp.MustCompile(`\ssrc="/[^/]`).MatchString(tag) {
			return -50
		}
	}
	return 0
}

// TestTheObservatoryTakesPoints holds the scoring against headers of known worth.
func TestTheObservatoryTakesPoints(t *testing.T) {
	good := map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; frame-ancestors 'none'", "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "X-Frame-Options": "DENY",
	}
	for name, tt := range map[string]struct {
		header, value string
		want          int
	}{
		"as it is":      {"X", "", 130},
		"a good cookie": {"Set-Cookie", "a=b; Secure; HttpOnly; SameSite=Lax", 135},
		"a bad cookie":  {"Set-Cookie", "a=b; HttpOnly; SameSite=Lax", 60},
		"no policy":     {"Content-Security-Policy", "", 75},
		"inline":        {"Content-Security-Policy", "default-src 'none'; script-src 'self' 'unsafe-inline'", 80},
		"inline styles": {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'", 120},
		"default self":  {"Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'", 125},
		"any frame":     {"Content-Security-Policy", "default-src 'none'", 125},
		"plain HTTP":    {"Content-Security-Policy", "default-src 'none'; img-src http://x; frame-ancestors 'none'", 80},
		"a short HSTS":  {"Strict-Transport-Security", "max-age=86400", 120},
		"sniffing":      {"X-Content-Type-Options", "", 125},
		"referrer":      {"Referrer-Policy", "unsafe-url", 120},
		"resource":      {"Cross-Origin-Resource-Policy", "", 120},
	} {
		h := http.Header{}
		for k, v := range good {
			h.Set(k, v)
		}
		if h.Set(tt.header, tt.value); tt.value == "" {
			h.Del(tt.header)
		}
		if got, why := observatory(h, ""); got != tt.want {
			t.Errorf("%s: %d, want %d; %v", name, got, tt.want, why)
		}
	}
}
