package web

import (
	"net/http"
	"slices"

	"portal/internal/editing"
	"portal/templates/contentview"
)

// links lists the links of all content that lead nowhere.
func (p contentPages) links(w http.ResponseWriter, r *http.Request) error {
	leads, err := p.leads(r)
	if err != nil {
		return err
	}
	broken, err := p.editing.BrokenLinks(r.Context(), p.actor(r), leads)
	if err != nil {
		return err
	}
	l, err := p.office(r, "ตรวจลิงก์")
	if err != nil {
		return err
	}
	return p.render(w, r, http.StatusOK, contentview.Links(l, broken))
}

// leads knows the public pages, the way to sign in, and the places within pages.
func (p contentPages) leads(r *http.Request) (editing.Leads, error) {
	places, err := p.editing.Places(r.Context())
	pages := append([]string{"/", "/backend/login", "/backend/profile", "/backend/token", "/backend/search", "/backend/feed.atom"}, publicPaths...)
	return func(t editing.Target) bool {
		return slices.Contains(pages, t.Path) && (t.Fragment == "" || places[t])
	}, err
}
