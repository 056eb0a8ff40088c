package site

import (
	"net/http"
	"slices"

	"portal/internal/kit/problem"
	"portal/internal/site/editing"
	"portal/internal/text/linkcheck"
	"portal/templates/component"
	"portal/templates/site/contentview"
	"portal/web/kit"
)

// links lists the links of all content that lead nowhere.
func (p contentPages) links(w http.ResponseWriter, r *http.Request) error {
	leads, err := p.leads(r)
	if err != nil {
		return err
	}
	broken, err := p.editing.BrokenLinks(r.Context(), p.Actor(r), leads)
	if err != nil {
		return err
	}
	l, err := p.OfficeFrame(r, "ตรวจลิงก์")
	if err != nil {
		return err
	}
	return p.Render(w, r, http.StatusOK, contentview.Links(l, contentview.LinkList{Broken: broken, MayAsk: p.CheckLinks}))
}

// foreignLinks asks other sites, where the server may reach them.
func (p contentPages) foreignLinks(w http.ResponseWriter, r *http.Request) error {
	all, err := p.editing.ForeignLinks(r.Context(), p.Actor(r))
	if err != nil {
		return err
	}
	if !p.CheckLinks {
		return problem.New(problem.Forbidden, "เซิร์ฟเวอร์นี้ไม่ได้รับอนุญาตให้ติดต่อเว็บไซต์อื่น")
	}
	kit.AllowTime(w)
	addresses := make([]string, len(all))
	for i, link := range all {
		addresses[i] = link.Address
	}
	slices.Sort(addresses)
	why := linkcheck.New(linkcheck.Public).Check(r.Context(), slices.Compact(addresses))
	v := contentview.LinkList{Asked: len(slices.Compact(addresses)), MayAsk: true}
	for _, link := range all {
		if link.Why = why[link.Address]; link.Why != "" {
			v.Broken = append(v.Broken, link)
		}
	}
	l, err := p.OfficeFrame(r, "ตรวจลิงก์")
	if err != nil {
		return err
	}
	return p.Render(w, r, http.StatusOK, contentview.Links(l, v))
}

// leads knows the public pages, the way to sign in, and the places within pages.
func (p contentPages) leads(r *http.Request) (editing.Leads, error) {
	places, err := p.editing.Places(r.Context())
	pages := append([]string{"/", "/backend/login", "/backend/profile", "/backend/token", "/backend/search", "/backend/feed.atom"}, p.public.Paths()...)
	return func(t editing.Target) bool {
		return slices.Contains(pages, t.Path) && (t.Fragment == "" || places[t])
	}, err
}

// pagesToLink are the own pages that a text may lead to, and the questions.
func (p contentPages) pagesToLink(r *http.Request) ([]component.Option, error) {
	c, err := p.Content.Current(r.Context())
	if err != nil {
		return nil, err
	}
	all := p.public.Options()
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
