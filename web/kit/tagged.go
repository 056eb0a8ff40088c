package kit

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/a-h/templ"
)

// RenderTagged sends a public page under an entity tag of its bytes. A page
// differs by the display cookie and by whether the reader has a session.
func (k *Kit) RenderTagged(w http.ResponseWriter, r *http.Request, c templ.Component) error {
	b := pageBuffer()
	defer doneWith(b)
	if err := c.Render(r.Context(), b); err != nil {
		return err
	}
	sum := sha256.Sum256(b.Bytes())
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Vary", "Cookie")
	h.Set("ETag", `"`+base64.RawURLEncoding.EncodeToString(sum[:12])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b.Bytes()))
	return nil
}
