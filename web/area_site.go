// Package site is เว็บไซต์: the editors of what visitors read, and the files in it.
package web

import (
	"github.com/go-chi/chi/v5"

	"portal/internal/site/content"
	"portal/internal/site/editing"
	"portal/internal/site/feedback"
	"portal/internal/site/file"
	"portal/internal/site/search"
	"portal/templates/component"
	"portal/templates/site/contentview"
)

// siteServices are the use cases that the pages call.
type siteServices struct {
	Editing  *editing.Service
	Feedback *feedback.Service
	Files    *file.Service
	Search   *search.Service
}

// publicSite is the public pages, as editors need to know them.
type publicSite interface {
	Paths() []string                                      // those that search engines may list
	Options() []component.Option                          // those that are not one long text
	Page(c *content.Content, path string) ([]byte, error) // one of them, with other content
}

// siteArea is the area's pages.
type siteArea struct {
	*Kit
	Files *fileCache // that visitors read

	content contentPages
	finding findingPages
	file    filePages
	library libraryPages
}

// newSitePages returns the pages of editors, and of the files that visitors read.
func newSitePages(k *Kit, public publicSite, v siteServices) *siteArea {
	library := libraryPages{k, v.Files, v.Editing}
	cache := newFileCache(v.Files, k.Content, fileMemory)
	return &siteArea{
		Kit: k, Files: cache, content: contentPages{Kit: k, public: public, editing: v.Editing, feedback: v.Feedback, files: v.Files},
		finding: findingPages{k, v.Search, v.Feedback}, library: library,
		file: filePages{k, cache, library},
	}
}

// Routes adds the area's addresses to r.
func (a *siteArea) Routes(r chi.Router) {
	a.publicRouter(r).With(inTime).Get("/backend/file/{hash}", a.handle(a.file.serve))
	a.textRoutes(a.officeRouter(r, maxText))
	a.officeRouter(r, maxFilesUpload).Post("/backend/content/files", a.handle(a.library.upload))
	r = a.officeRouter(r, maxForm)
	r.Get("/backend/content/links", a.handle(a.content.links))
	r.Post("/backend/content/links", a.handle(a.content.foreignLinks))
	r.Get("/backend/content/searches", a.handle(a.finding.report))
	r.Get("/backend/content/files", a.handle(a.library.list))
	r.Get("/backend/content/files/{hash}/delete", a.handle(a.library.askDelete))
	r.Post("/backend/content/files/{hash}/delete", a.handle(a.library.delete))
}

// textRoutes take long texts and may use the rich editor.
func (a *siteArea) textRoutes(r chi.Router) {
	for _, k := range editing.Order {
		a.contentRoutes(r, a.content.of(k))
	}
	r.Post("/backend/content/convert", a.handle(a.content.convertText))
}

// contentRoutes are the editors of one kind of content.
func (a *siteArea) contentRoutes(r chi.Router, p contentPages) {
	list := contentview.Path(p.kind)
	r.Get(list, a.handle(p.list))
	if p.kind.Ordered() {
		r.Post(list, a.handle(p.arrange))
	}
	if !p.kind.Fixed() {
		r.Get(list+"/new", a.handle(p.edit))
		r.Post(list+"/new", a.handle(p.save))
	}
	item := list + "/{key}"
	r.Get(item, a.handle(p.edit))
	r.Post(item, a.handle(p.save))
	r.Get(item+"/publish", a.handle(p.publishForm))
	r.Post(item+"/publish", a.handle(p.publish))
	r.Post(item+"/hold", a.handle(p.hold))
	r.Get(item+"/discard", a.handle(p.discardForm))
	r.Post(item+"/discard", a.handle(p.discard))
	r.Get(item+"/preview", a.handle(p.preview))
	r.Get(item+"/preview/page", a.handle(p.previewPage))
	r.Get(item+"/history", a.handle(p.history))
	r.Get(item+"/compare", a.handle(p.compare))
	r.Post(item+"/restore", a.handle(p.restore))
}
