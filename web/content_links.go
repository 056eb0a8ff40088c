package web

import (
	"net/http"
	"slices"

	"portal/internal/editing"
	"portal/templates/component"
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

// pagesToLink are the own pages that a text may lead to, and the questions.
func (p contentPages) pagesToLink(r *http.Request) ([]component.Option, error) {
	c, err := p.contents.Current(r.Context())
	if err != nil {
		return nil, err
	}
	var all []component.Option
	for _, page := range publicPages {
		all = append(all, component.Option{Value: page.path, Label: page.title})
	}
	for _, page := range c.Pages {
		all = append(all, component.Option{Value: page.Path(), Label: page.Title})
	}
	for _, g := range c.FAQ {
		for _, e := range g.Entries {
			all = append(all, component.Option{Value: "/backend/faq#" + e.Slug, Label: "FAQ: " + e.Question})
		}
	}
	return all, nil
}
