// Package site is เว็บไซต์: the editors of what visitors read, and the files in it.
package site

import (
	"github.com/go-chi/chi/v5"

	"portal/internal/site/content"
	"portal/internal/site/editing"
	"portal/internal/site/feedback"
	"portal/internal/site/file"
	"portal/internal/site/search"
	"portal/templates/component"
	"portal/templates/site/contentview"
	"portal/web/kit"
)

// Services are the use cases that the pages call.
type Services struct {
	Editing  *editing.Service
	Feedback *feedback.Service
	Files    *file.Service
	Search   *search.Service
}

// PublicPages is the public pages, as editors need to know them.
type PublicPages interface {
	Paths() []string                                      // those that search engines may list
	Options() []component.Option                          // those that are not one long text
	Page(c *content.Content, path string) ([]byte, error) // one of them, with other content
}

// Area is the area's pages.
type Area struct {
	*kit.Kit
	Files *FileCache // that visitors read

	content contentPages
	finding findingPages
	file    filePages
	library libraryPages
}

// New returns the pages of editors, and of the files that visitors read.
func New(k *kit.Kit, public PublicPages, v Services) *Area {
	library := libraryPages{k, v.Files, v.Editing}
	cache := newFileCache(v.Files, k.Content, fileMemory)
	return &Area{
		Kit: k, Files: cache, content: contentPages{Kit: k, public: public, editing: v.Editing, feedback: v.Feedback, files: v.Files},
		finding: findingPages{k, v.Search, v.Feedback}, library: library,
		file: filePages{k, cache, library},
	}
}

// Routes adds the area's addresses to r.
func (a *Area) Routes(r chi.Router) {
	a.Public(r).With(kit.WithDeadline).Get("/backend/file/{hash}", a.Handle(a.file.serve))
	a.textRoutes(a.Office(r, kit.MaxText))
	a.Office(r, maxFilesUpload).Post("/backend/content/files", a.Handle(a.library.upload))
	r = a.Office(r, kit.MaxForm)
	r.Get("/backend/content/links", a.Handle(a.content.links))
	r.Post("/backend/content/links", a.Handle(a.content.foreignLinks))
	r.Get("/backend/content/searches", a.Handle(a.finding.report))
	r.Get("/backend/content/files", a.Handle(a.library.list))
	r.Get("/backend/content/files/{hash}/delete", a.Handle(a.library.askDelete))
	r.Post("/backend/content/files/{hash}/delete", a.Handle(a.library.delete))
}

// textRoutes take long texts and may use the rich editor.
func (a *Area) textRoutes(r chi.Router) {
	for _, k := range editing.Order {
		a.contentRoutes(r, a.content.of(k))
	}
	r.Post("/backend/content/convert", a.Handle(a.content.convertText))
}

// contentRoutes are the editors of one kind of content.
func (a *Area) contentRoutes(r chi.Router, p contentPages) {
	list := contentview.Path(p.kind)
	r.Get(list, a.Handle(p.list))
	if p.kind.Ordered() {
		r.Post(list, a.Handle(p.arrange))
	}
	if !p.kind.Fixed() {
		r.Get(list+"/new", a.Handle(p.edit))
		r.Post(list+"/new", a.Handle(p.save))
	}
	item := list + "/{key}"
	r.Get(item, a.Handle(p.edit))
	r.Post(item, a.Handle(p.save))
	r.Get(item+"/publish", a.Handle(p.publishForm))
	r.Post(item+"/publish", a.Handle(p.publish))
	r.Post(item+"/hold", a.Handle(p.hold))
	r.Get(item+"/discard", a.Handle(p.discardForm))
	r.Post(item+"/discard", a.Handle(p.discard))
	r.Get(item+"/preview", a.Handle(p.preview))
	r.Get(item+"/preview/page", a.Handle(p.previewPage))
	r.Get(item+"/history", a.Handle(p.history))
	r.Get(item+"/compare", a.Handle(p.compare))
	r.Post(item+"/restore", a.Handle(p.restore))
}
