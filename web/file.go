package web

import (
	"bytes"
	"mime"
	"net/http"

	"github.com/go-chi/chi/v5"

	"portal/internal/file"
)

type filePages struct {
	*Server
	files *file.Service
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
	h := w.Header()
	h.Set("Content-Type", f.MediaType)
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": f.Name})) // RFC 6266
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", `"`+f.SHA256+`"`)
	http.ServeContent(w, r, "", f.CreatedAt, bytes.NewReader(f.Bytes))
	return nil
}
