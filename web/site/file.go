package site

import (
	"bytes"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"portal/internal/kit/problem"
	"portal/internal/site/file"
	"portal/web/kit"
)

type filePages struct {
	*kit.Kit
	files   *FileCache
	library libraryPages
}

// Addresses are hashes, so a browser's copy of what is published stays good for
// ever. A cache for many asks again after a second: what is published no longer
// must not be had from there. What is not published may be seen by its editors,
// and must not stay anywhere.
const (
	keepForEver = "public, max-age=31536000, s-maxage=1, immutable"
	keepNowhere = "private, no-store"
)

// serve sends a published file. Only for what is not published does it look who
// is asking.
func (p filePages) serve(w http.ResponseWriter, r *http.Request) error {
	f, err := p.files.ByHash(r.Context(), chi.URLParam(r, "hash"))
	if problem.Is(err, problem.NotFound) && p.HasSessionCookie(r) {
		p.WithSession(p.Handle(p.library.serve)).ServeHTTP(w, r)
		return nil
	}
	if err != nil {
		return err
	}
	send(w, r, f, keepForEver)
	return nil
}

// serve sends a file that is not published to an editor of the library.
func (p libraryPages) serve(w http.ResponseWriter, r *http.Request) error {
	f, err := p.files.Stored(r.Context(), p.Actor(r), chi.URLParam(r, "hash"))
	if err != nil {
		return err
	}
	send(w, r, f, keepNowhere)
	return nil
}

// send sends a file, in ranges if asked. Pictures are shown, documents saved,
// unless the address asks for the other.
func send(w http.ResponseWriter, r *http.Request, f file.File, keep string) {
	disposition := "attachment"
	if q := r.URL.Query(); !q.Has("download") && (f.Picture() || q.Has("view")) {
		disposition = "inline"
	}
	late := time.Now().Add(writeTime + time.Duration(f.Size/slowestReader)*time.Second)
	_ = http.NewResponseController(w).SetWriteDeadline(late) // where it cannot be set, as in tests, the server's own holds
	h := w.Header()
	h.Set("Content-Type", f.MediaType)
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": f.Name})) // RFC 6266
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", keep)
	h.Set("ETag", `"`+f.SHA256+`"`)
	if r.Method != http.MethodGet || unusual(r.Header) {
		http.ServeContent(w, r, "", f.CreatedAt, bytes.NewReader(f.Bytes))
		return
	}
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Length", strconv.Itoa(len(f.Bytes)))
	_, _ = w.Write(f.Bytes) // the same bytes for everybody, where ServeContent copies through a buffer of each
}

// unusual reports whether a request asks for a part, or for what has changed.
func unusual(h http.Header) bool {
	for _, name := range []string{"Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"} {
		if h.Get(name) != "" {
			return true
		}
	}
	return false
}
