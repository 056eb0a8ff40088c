package web

import (
	"bytes"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"
)

type filePages struct {
	*Server
	files *fileCache
}

// serve sends a stored file, in ranges if asked. Its address is its hash, so a
// copy stays good for ever.
func (p filePages) serve(w http.ResponseWriter, r *http.Request) error {
	f, err := p.files.ByHash(r.Context(), chi.URLParam(r, "hash"))
	if err != nil {
		return err
	}
	disposition := "inline"
	if r.URL.Query().Has("download") {
		disposition = "attachment"
	}
	late := time.Now().Add(writeTime + time.Duration(f.Size/slowestReader)*time.Second)
	_ = http.NewResponseController(w).SetWriteDeadline(late) // where it cannot be set, as in tests, the server's own holds
	h := w.Header()
	h.Set("Content-Type", f.MediaType)
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": f.Name})) // RFC 6266
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", `"`+f.SHA256+`"`)
	if r.Method != http.MethodGet || unusual(r.Header) {
		http.ServeContent(w, r, "", f.CreatedAt, bytes.NewReader(f.Bytes))
		return nil
	}
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Length", strconv.Itoa(len(f.Bytes)))
	_, _ = w.Write(f.Bytes) // the same bytes for everybody, where ServeContent copies through a buffer of each
	return nil
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
