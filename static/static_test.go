package static

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func get(t *testing.T, path, encoding string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Encoding", encoding)
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func TestPathCarriesAHash(t *testing.T) {
	if got := Path("css/portal.css"); !regexp.MustCompile(`^/backend/static/css/portal\.[0-9a-f]{8}\.css$`).MatchString(got) {
		t.Errorf("got %s", got)
	}
}

func TestPathPanicsOnAnUnknownName(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	Path("css/nothing.css")
}

func TestEveryFileIsServedInEachCoding(t *testing.T) {
	for name, a := range byName {
		for coding, unpack := range map[string]func(io.Reader) (io.Reader, error){
			"":     func(r io.Reader) (io.Reader, error) { return r, nil },
			"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
			"br":   func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
		} {
			res := get(t, Path(name), coding)
			if got := res.Header.Get("Content-Encoding"); got != coding && a.br != nil {
				t.Errorf("%s: Content-Encoding %q, want %q", name, got, coding)
			}
			if a.br == nil {
				unpack = func(r io.Reader) (io.Reader, error) { return r, nil }
			}
			r, err := unpack(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, a.plain) {
				t.Errorf("%s as %q differs (%v)", name, coding, err)
			}
			if res.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" ||
				res.Header.Get("X-Content-Type-Options") != "nosniff" || res.Header.Get("ETag") == "" {
				t.Errorf("%s: headers %v", name, res.Header)
			}
		}
	}
}

func TestUnknownAndUnhashedNamesAreNotFound(t *testing.T) {
	for _, path := range []string{Prefix, Prefix + "css/portal.css", Prefix + "css/", Prefix + "static.go", "/backend/static/../go.mod"} {
		if res := get(t, path, ""); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

func TestNotModified(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, Path("css/portal.css"), nil)
	r.Header.Set("If-None-Match", get(t, r.URL.Path, "").Header.Get("ETag"))
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	if w.Code != http.StatusNotModified {
		t.Errorf("got %d", w.Code)
	}
}

func TestStyleSheetNamesFontsByTheirHashes(t *testing.T) {
	fonts := regexp.MustCompile(`url\(\.\./(fonts/[^)]+)\)`).FindAllStringSubmatch(string(byName["css/portal.css"].plain), -1)
	if len(fonts) != 6 {
		t.Fatalf("%d fonts, want 6", len(fonts))
	}
	for _, f := range fonts {
		if byHashed[f[1]] == nil || !strings.HasSuffix(f[1], ".woff2") {
			t.Errorf("no %s", f[1])
		}
	}
}

func TestAccepts(t *testing.T) {
	tests := []struct {
		header string
		want   bool
	}{
		{"br", true}, {"gzip, deflate, br;q=0.5", true}, {"BR", true}, {"br;q=0", false},
		{"br; q=0.000", false}, {"gzip", false}, {"", false}, {"brotli", false},
	}
	for _, tt := range tests {
		if got := accepts([]string{tt.header}, "br"); got != tt.want {
			t.Errorf("%q: %v", tt.header, got)
		}
	}
}
