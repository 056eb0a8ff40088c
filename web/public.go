package web

import (
	"bytes"
	"context"

	"github.com/a-h/templ"

	"portal/internal/kit/problem"
	"portal/internal/site/content"
	"portal/internal/site/file"
	"portal/internal/site/settings"
	"portal/internal/text/markdown"
	"portal/templates/component"
	"portal/templates/layout"
	"portal/templates/public/announcementview"
	"portal/templates/public/contactview"
	"portal/templates/public/faqview"
	"portal/templates/public/homeview"
	"portal/templates/public/manualview"
	"portal/templates/public/pageview"
)

// Page writes one public page of c.
func (p pageCache) Page(c *content.Content, path string) ([]byte, error) {
	all, err := p.render(c)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if r.path == path {
			return r.text, nil
		}
	}
	return nil, problem.New(problem.NotFound, "ไม่พบหน้านี้ในระบบ")
}

// announcementsOnLanding is how many the landing page shows.
const announcementsOnLanding = 4

// publicPage is a page that anybody may read.
type publicPage struct {
	path, title string
	heading     string // of settings, which describes the page; "" for what has a description
	scripts     []string
	view        func(layout.Page, *content.Content) templ.Component
	description string
}

// publicPages are the pages that do not come from the table of text pages.
var publicPages = []publicPage{
	{"/backend", "หน้าหลัก", settings.HeadHome,
		[]string{"js/carousel.js"}, func(l layout.Page, c *content.Content) templ.Component {
			return homeview.Home(l, homeview.View{Banners: c.Banners, Sizes: c.Sizes, FAQ: c.Featured, Manuals: c.Manuals,
				News: c.Announcements[:min(announcementsOnLanding, len(c.Announcements))]})
		}, ""},
	{"/backend/faq", "FAQ", settings.HeadFAQ,
		[]string{"js/faq.js", "js/form.js"}, func(l layout.Page, c *content.Content) templ.Component { return faqview.List(l, c.FAQ) }, ""},
	{"/backend/manual", "คู่มือ", settings.HeadManual,
		nil, func(l layout.Page, c *content.Content) templ.Component { return manualview.List(l, c.Manuals) }, ""},
	{"/backend/announcement", "ประกาศข่าวสาร", settings.HeadAnnouncement,
		nil, func(l layout.Page, c *content.Content) templ.Component {
			return announcementview.List(l, c.Announcements)
		}, ""},
	{"/backend/contact", "ติดต่อเรา", settings.HeadContact,
		nil, func(l layout.Page, _ *content.Content) templ.Component { return contactview.Contact(l) }, ""},
}

// textPages are the addresses of the pages that are one long text, by slug.
var textPages = map[string]string{
	"guideline": "/backend/guideline", "about": "/backend/about", "policy-website": "/backend/policy/website",
	"policy-privacy": "/backend/policy/privacy", "policy-security": "/backend/policy/security",
}

// Paths are the public pages that search engines may list.
func (p pageCache) Paths() []string { return publicPaths }

// Options are the public pages that do not come from the table of text pages.
func (p pageCache) Options() []component.Option {
	var all []component.Option
	for _, page := range publicPages {
		all = append(all, component.Option{Value: page.path, Label: page.title})
	}
	return all
}

// render writes every public page, as a new visitor sees it.
func (p pageCache) render(c *content.Content) ([]rendered, error) {
	all := publicPages[:len(publicPages):len(publicPages)]
	for _, text := range c.Pages {
		if path, known := textPages[text.Slug]; known {
			all = append(all, publicPage{path: path, title: text.Title, description: text.Description,
				view: func(l layout.Page, _ *content.Content) templ.Component { return pageview.Text(l, text) }})
		}
	}
	var list []rendered
	pictures := picturesOf(c)
	for _, page := range all {
		if page.heading != "" {
			page.description = c.Site.Heading(page.heading).Description
		}
		l := p.VisitorFrame(page.path, c.Site, page.title, page.description)
		l.Scripts, l.Pictures = page.scripts, pictures
		var b bytes.Buffer
		if err := page.view(l, c).Render(context.Background(), &b); err != nil {
			return nil, err
		}
		list = append(list, rendered{page.path, "text/html; charset=utf-8", b.Bytes()})
	}
	return p.renderForMachines(c, list)
}

func picturesOf(c *content.Content) markdown.Pictures {
	all := make(markdown.Pictures, len(c.Sizes))
	for hash, sizes := range c.Sizes {
		all["/backend/file/"+hash] = markdown.Picture{Sources: file.Sources(sizes), Width: sizes[0].Width, Height: sizes[0].Height}
	}
	return all
}

// renderForMachines adds what no person reads.
func (p pageCache) renderForMachines(c *content.Content, list []rendered) ([]rendered, error) {
	feed, err := p.feed(c)
	if err != nil {
		return nil, err
	}
	sitemap, err := p.sitemap()
	if err != nil {
		return nil, err
	}
	return append(list,
		rendered{"/backend/feed.atom", "application/atom+xml; charset=utf-8", feed},
		rendered{"/sitemap.xml", "application/xml; charset=utf-8", sitemap},
		rendered{"/robots.txt", "text/plain; charset=utf-8", p.robots()}), nil
}
