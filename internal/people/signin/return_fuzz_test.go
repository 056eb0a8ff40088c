package signin

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzSafeReturn follows the answer as a browser would, which reads addresses
// otherwise than net/url does.
func FuzzSafeReturn(f *testing.F) {
	for _, to := range []string{"/backend/token?role=x&page=2#y", "//e", `/\e`, "/\t/e", "/backend/../..//e", "javascript:alert(1)", "/backend/%2e%2e/x"} {
		f.Add(to)
	}
	f.Fuzz(func(t *testing.T, to string) {
		got := SafeReturn(to)
		if again := SafeReturn(got); again != got {
			t.Errorf("%q became %q and that %q", to, got, again)
		}
		if got != DefaultReturn && !strings.HasPrefix(to, got) {
			t.Errorf("%q became %q, which is neither asked for nor the default", to, got)
		}
		for _, r := range got {
			if r < ' ' || r == 0x7f {
				t.Errorf("%q became %q, which breaks a header", to, got)
			}
		}
		w := httptest.NewRecorder()
		http.Redirect(w, httptest.NewRequest(http.MethodGet, "/backend/login/callback", nil), got, http.StatusSeeOther)
		for _, address := range []string{got, w.Header().Get("Location")} {
			if path, ours := followed(address); !ours || !inside(path) {
				t.Errorf("%q became %q, which leads a browser to %q (ours: %v)", to, address, path, ours)
			}
		}
		if u, err := url.Parse(got); err != nil || u.IsAbs() || u.Host != "" {
			t.Errorf("%q became %q: %v, %v", to, got, u, err)
		}
	})
}

// inside reports whether a path, however often it is decoded, is one of the
// portal's own pages and not one that signs in or out.
func inside(path string) bool {
	for range 3 {
		own := path == "/backend" || strings.HasPrefix(path, "/backend/")
		if !own || strings.HasPrefix(path, "/backend/login") || strings.HasPrefix(path, "/backend/logout") {
			return false
		}
		path = walked(unescaped(path))
	}
	return true
}

// followed is where a browser at a page of the portal goes (WHATWG URL, 4.4):
// the path, and whether it stays at the portal.
func followed(address string) (path string, ours bool) {
	address = strings.TrimFunc(address, func(r rune) bool { return r <= ' ' })
	address = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(address)
	if hasScheme(address) {
		return address, false
	}
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		address = address[:i]
	}
	address = strings.ReplaceAll(address, `\`, "/")
	switch {
	case strings.HasPrefix(address, "//"):
		return address, false
	case !strings.HasPrefix(address, "/"):
		address = "/backend/login/" + address
	}
	return walked(address), true
}

func hasScheme(address string) bool {
	scheme, _, found := strings.Cut(address, ":")
	letter := func(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }
	return found && scheme != "" && letter(rune(scheme[0])) && !strings.ContainsFunc(scheme, func(r rune) bool {
		return !letter(r) && !strings.ContainsRune("0123456789+-.", r)
	})
}

// walked is path without segments that lead on the spot or back.
func walked(path string) string {
	var way []string
	segments := strings.Split(strings.ReplaceAll(path, `\`, "/"), "/")[1:]
	for i, s := range segments {
		last := i == len(segments)-1
		switch dots := strings.ReplaceAll(strings.ToLower(s), "%2e", "."); {
		case dots == ".." && len(way) > 0:
			way = way[:len(way)-1]
		case dots != "." && dots != "..":
			way = append(way, s)
			continue
		}
		if last {
			way = append(way, "")
		}
	}
	return "/" + strings.Join(way, "/")
}

// unescaped undoes %41 and the like, and leaves what is none.
func unescaped(path string) string {
	if plain, err := url.PathUnescape(path); err == nil {
		return plain
	}
	return path
}
