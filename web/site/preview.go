package site

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"portal/internal/kit/audit"
	"portal/internal/site/content"
	"portal/internal/site/editing"
	"portal/templates/site/contentview"
	"portal/web/kit"
)

// preview shows the public page with the draft in it, as wide as a telephone or
// as a desk.
func (p contentPages) preview(w http.ResponseWriter, r *http.Request) error {
	it, err := p.editing.Open(r.Context(), p.Actor(r), p.kind, key(r))
	if err != nil {
		return err
	}
	err = p.editing.Preview(r.Context(), p.Actor(r), p.kind, key(r), func(*audit.Tx, editing.Item) error { return nil })
	bad, ok := kit.FormProblem(err)
	if err != nil && !ok {
		return err
	}
	l, err := p.frameOf(r, it, "ดูตัวอย่าง")
	if err != nil {
		return err
	}
	v := contentview.Look{Step: contentview.Step{Item: it, Problem: bad}, Phone: r.URL.Query().Get("width") == "phone"}
	v.Page, v.Fragment = seenAt(r, it)
	p.ReplacePolicy(w, "default-src 'none'", "default-src 'none'; frame-src 'self'")
	return p.Render(w, r, http.StatusOK, contentview.Preview(l, v))
}

// seenAt is the page that a preview shows, and the place in it: the one that is
// asked for if the item is seen there, else the item's own.
func seenAt(r *http.Request, it editing.Item) (path, fragment string) {
	asked := r.URL.Query().Get("page")
	if slices.ContainsFunc(it.Pages, func(o editing.Option) bool { return o.Value == asked }) {
		return asked, ""
	}
	path, fragment, _ = strings.Cut(it.Path, "#")
	return path, fragment
}

// previewPage is the public page itself. It is for the frame in preview, and
// for a window of its own.
func (p contentPages) previewPage(w http.ResponseWriter, r *http.Request) error {
	var page []byte
	err := p.editing.Preview(r.Context(), p.Actor(r), p.kind, key(r), func(tx *audit.Tx, it editing.Item) error {
		c, err := content.Read(r.Context(), tx, p.Now())
		if err != nil {
			return err
		}
		path, _ := seenAt(r, it)
		page, err = p.public.Page(c, path)
		return err
	})
	if err != nil {
		return err
	}
	p.ReplacePolicy(w, "frame-ancestors 'none'", "frame-ancestors 'self'")
	w.Header().Set("X-Frame-Options", "SAMEORIGIN")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("X-Robots-Tag", "noindex")
	_, _ = bytes.NewReader(page).WriteTo(w) // the reader has gone: there is no one to answer
	return nil
}
