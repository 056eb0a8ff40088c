package web

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-chi/chi/v5/middleware"

	"portal/internal/dev/testdb"
	"portal/internal/kit/authz"
	"portal/internal/kit/compress"
	"portal/internal/ops/metrics"
	"portal/internal/ops/trafficlog"
	"portal/internal/site/content"
	"portal/templates/layout"
	"portal/web/kit"
)

// packedSite is a site whose pages are compressed for the wire.
func packedSite(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	if err := s.contents.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.server.prepared.compressAll(t.Context())
	return s
}

var codings = map[string]compress.Coding{"": compress.Identity, "gzip": compress.Gzip, "br": compress.Brotli, "zstd": compress.Zstd}

func unpacked(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := compress.Unpack(codings[res.Header.Get("Content-Encoding")], []byte(text(t, res)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPagesComeInTheCodingAskedFor(t *testing.T) {
	t.Parallel()
	s := packedSite(t)
	plain := text(t, s.get("/backend/faq", nil))
	for accept, want := range map[string]string{
		"": "", "identity": "", "br": "br", "gzip": "gzip", "zstd": "zstd", "gzip, deflate, br, zstd": "br", "gzip, zstd": "zstd",
		"gzip;q=1, br;q=0.5": "gzip", "br;q=0, gzip": "gzip", "BR": "br", "*": "br", "*;q=0": "", "br;q=0.0, *": "zstd", "br;q=1e9": "",
		"br;q=x,gzip;q=0.001": "gzip", ",,;;q,gzip": "gzip", "brr": "", "deflate": "",
	} {
		header := map[string]string{"Accept-Encoding": accept}
		res := s.do(request{method: "GET", path: "/backend/faq", header: header})
		h, coded := res.Header, text(t, res)
		b, err := compress.Unpack(codings[want], []byte(coded))
		if h.Get("Content-Encoding") != want || err != nil || string(b) != plain || h.Get("Content-Length") != fmt.Sprint(len(coded)) {
			t.Errorf("%q: %q, %v", accept, h.Get("Content-Encoding"), err)
		}
		if h.Get("Vary") != "Accept-Encoding, Cookie" || h.Get("Cache-Control") != "public, max-age=0, must-revalidate" {
			t.Errorf("%q: %v", accept, h)
		}
		head := s.do(request{method: "HEAD", path: "/backend/faq", header: header})
		if text(t, head) != "" || head.Header.Get("Content-Length") != h.Get("Content-Length") || head.Header.Get("ETag") != h.Get("ETag") {
			t.Errorf("%q HEAD: %v", accept, head.Header)
		}
		for _, known := range []string{h.Get("ETag"), `"x", ` + h.Get("ETag"), "W/" + h.Get("ETag"), "*"} {
			header["If-None-Match"] = known
			same := s.do(request{method: "GET", path: "/backend/faq", header: header})
			if same.StatusCode != http.StatusNotModified || text(t, same) != "" || same.Header.Get("ETag") != h.Get("ETag") || same.Header.Get("Vary") == "" || same.Header.Get("Content-Length") != "" {
				t.Errorf("%q, %s: %d %v", accept, known, same.StatusCode, same.Header)
			}
		}
		header["If-None-Match"] = `"other"`
		if other := s.do(request{method: "GET", path: "/backend/faq", header: header}); other.StatusCode != 200 {
			t.Errorf("%q: %d for another tag", accept, other.StatusCode)
		}
	}
	for _, path := range append([]string{"/backend/feed.atom", "/sitemap.xml", "/robots.txt"}, publicPaths...) {
		tags := map[string]bool{}
		for name := range codings {
			res := s.do(request{method: "GET", path: path, header: map[string]string{"Accept-Encoding": name}})
			if tag := res.Header.Get("ETag"); res.StatusCode != 200 || tags[tag] || res.Header.Get("Content-Encoding") != name {
				t.Errorf("%s %s: %d, tag %s again", path, name, res.StatusCode, tag)
			} else {
				tags[tag] = true
			}
		}
		long := s.get(path+"?x=1", nil)
		if short := s.get(path, nil); text(t, long) != text(t, short) || long.Header.Get("ETag") != short.Header.Get("ETag") {
			t.Errorf("%s: another page with a query", path)
		}
	}
}

// TestA48_ReadersDifferInOneClass compares each look with the usual one.
func TestA48_ReadersDifferInOneClass(t *testing.T) {
	t.Parallel()
	s := packedSite(t)
	staff := s.person("somchai", authz.CentralOfficer)
	seen := map[string]bool{}
	for _, path := range publicPaths {
		usual := text(t, s.get(path, nil))
		for _, signedIn := range []bool{false, true} {
			for _, look := range variants {
				for name := range codings {
					cookies := []string{"other=1", "__Host-portal-display=" + kit.WriteDisplay(look)}
					if signedIn {
						cookies = append(cookies, staff.Name+"="+staff.Value)
					}
					res := s.do(request{method: "GET", path: path, header: map[string]string{"Accept-Encoding": name, "Cookie": strings.Join(cookies, "; ")}})
					tag, cache := res.Header.Get("ETag"), res.Header.Get("Cache-Control")
					body := unpacked(t, res)
					class := `<html lang="th" class="` + layout.Class(look, signedIn) + `">`
					if !strings.Contains(body, class) || strings.Replace(body, class, `<html lang="th" class="`+layout.Class(layout.Display{}, false)+`">`, 1) != usual {
						t.Fatalf("%s %v %t: another page", path, look, signedIn)
					}
					if strings.Contains(body, "สมชาย") || len(res.Cookies()) > 0 || seen[path+tag] {
						t.Errorf("%s %v %t: private, or the tag of another look", path, look, signedIn)
					}
					seen[path+tag] = true
					if usual := look == (layout.Display{}) && !signedIn; strings.HasPrefix(cache, "public") != usual || !strings.HasSuffix(cache, "must-revalidate") {
						t.Errorf("%s %v %t: %s", path, look, signedIn, cache)
					}
				}
			}
		}
	}
	for _, path := range []string{"/backend/profile", "/backend/staff"} {
		if res := s.get(path, staff); res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %s", path, res.Header.Get("Cache-Control"))
		}
	}
	if res := s.get("/backend/profile/x.css", staff); res.StatusCode != http.StatusNotFound || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("a style sheet below the profile: %d", res.StatusCode)
	}
}

// TestReadersNeverGetAMix reads while the content changes all the time.
func TestReadersNeverGetAMix(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx, stop := context.WithCancel(t.Context())
	var work sync.WaitGroup
	work.Go(func() { s.server.Prepare(ctx) })
	work.Go(func() { s.contents.Keep(ctx, slog.New(slog.DiscardHandler)) })
	defer func() { stop(); work.Wait() }()
	write := func(n int) {
		_, err := s.pool.Exec(t.Context(), `WITH p AS (UPDATE pages SET title = 'Version' || $1, description = 'Version' || $1 WHERE slug = 'about')
			UPDATE settings SET value = jsonb_set(value, '{Contact,Owner}', to_jsonb('Version' || $1)) WHERE key = 'site'`, fmt.Sprint(n))
		if err != nil {
			t.Error(err)
		}
	}
	write(0)
	if err := s.contents.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	var done atomic.Bool
	var versions sync.Map
	for name := range codings {
		work.Go(func() {
			for !done.Load() {
				body := unpacked(t, s.do(request{method: "GET", path: "/backend/about", header: map[string]string{"Accept-Encoding": name}}))
				parts := strings.Split(body, "Version")
				for _, p := range parts[1:] {
					if number(p) != number(parts[1]) {
						t.Errorf("%s and %s on one page", number(p), number(parts[1]))
					}
				}
				if len(parts) < 5 || !strings.HasSuffix(body, "</html>") {
					t.Errorf("%d parts", len(parts))
				}
				versions.Store(number(parts[1]), true)
			}
		})
	}
	for n := range 40 {
		write(n)
	}
	for late := time.Now().Add(time.Minute); ; {
		if _, seen := versions.Load("39"); seen || time.Now().After(late) {
			break
		}
	}
	done.Store(true)
	n := 0
	versions.Range(func(any, any) bool { n++; return true })
	if _, last := versions.Load("39"); n < 2 || !last {
		t.Errorf("%d versions seen, the last one: %t", n, last)
	}
}

func number(text string) string {
	return text[:len(text)-len(strings.TrimLeft(text, "0123456789"))]
}

func TestPreparedPagesAreLogged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.get("/backend", nil)
	before := s.logs.Len()
	s.do(request{method: "GET", path: "/backend/faq", header: map[string]string{"User-Agent": "x\"\r\n\x1b[31m\x00", "X-Request-Id": "a\nb"}})
	line := s.logs.String()[before:]
	if strings.Count(line, "\n") != 1 || !strings.Contains(line, `"path":"/backend/faq","status":200`) || !strings.Contains(line, `"address":"192.0.2.1"`) {
		t.Errorf("%q", line)
	}
}

// TestPeerIsTheClientsAddress compares with what the middleware finds.
func TestPeerIsTheClientsAddress(t *testing.T) {
	t.Parallel()
	for _, trusted := range [][]string{nil, {"10.0.0.0/8", "::1/128"}} {
		s := New(Config{BaseURL: baseURL, TrustedProxies: trusted}, Services{Content: content.New(nil, "", time.Now)})
		found := netip.Addr{}
		theirs := s.clientAddress(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { found = middleware.GetClientIPAddr(r.Context()) }))
		decided := 0
		for _, remote := range []string{"192.0.2.1:1", "10.1.2.3:9", "[::1]:80", "[::ffff:10.0.0.1]:5", "[fe80::1%eth0]:7", "x", ""} {
			for _, chain := range [][]string{nil, {"198.51.100.7"}, {"10.0.0.2"}, {"evil, 198.51.100.7"}, {"198.51.100.7, 10.0.0.2"}, {"::ffff:198.51.100.7"}, {"x"}, {""}, {"198.51.100.7", "198.51.100.8"}, {" 198.51.100.7"}} {
				r := httptest.NewRequest("GET", baseURL+"/", nil)
				r.RemoteAddr, found = remote, netip.Addr{}
				if chain != nil {
					r.Header["X-Forwarded-For"] = chain
				}
				theirs.ServeHTTP(nil, r)
				if ours, ok := s.peer(r); ok && ours != found {
					t.Errorf("%q %q: %s, want %s", remote, chain, ours, found)
				} else if ok {
					decided++
				}
			}
		}
		if decided < 20 {
			t.Errorf("only %d were decided", decided)
		}
	}
}

// bareWriter is a ResponseWriter that costs nothing.
type bareWriter struct{ h http.Header }

func (w bareWriter) Header() http.Header { return w.h }

func (w bareWriter) Write(b []byte) (int, error) { return len(b), nil }

func (w bareWriter) WriteHeader(int) {}

func TestAPreparedPageCostsNoAllocation(t *testing.T) {
	s := newSite(t)
	s.get("/backend", nil)
	s.server.cfg.Lines = trafficlog.NewBuffer(io.Discard, metrics.New(metrics.Sources{}).Request)
	r := httptest.NewRequest("GET", baseURL+"/backend/faq", nil)
	r.Header.Set("Accept-Encoding", "gzip, deflate, br, zstd")
	r.Header.Set("Cookie", "__Host-portal-session=abc; __Host-portal-display=large.contrast")
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)")
	w := bareWriter{http.Header{}}
	once := func() { s.handler.ServeHTTP(w, r) }
	once()
	if n := testing.AllocsPerRun(200, once); n > 0 {
		t.Errorf("%.1f allocations", n)
	}
	r.Header.Set("If-None-Match", w.h.Get("ETag"))
	if n := testing.AllocsPerRun(200, once); n > 0 {
		t.Errorf("%.1f allocations for a copy that is still good", n)
	}
}

// awaySite is a site behind a link that can be cut, with all that runs beside it.
func awaySite(t *testing.T) (*site, *testdb.Link) {
	t.Helper()
	pool, link := testdb.NewLink(t, testdb.New(t))
	s := newSiteOn(t, pool, "https://id.invalid")
	s.followed()
	return s, link
}

// followed keeps the public pages up to date, as a server does.
func (s *site) followed() {
	s.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() { s.contents.Keep(ctx, slog.New(slog.DiscardHandler)) })
	s.t.Cleanup(func() { stop(); work.Wait() })
}
