// Package public is what visitors read and send that is made for each of them.
// What is the same for all is prepared (package web).
package web

import (
	"github.com/go-chi/chi/v5"

	"portal/internal/site/feedback"
	"portal/internal/site/search"
)

// publicArea is the area's pages.
type publicArea struct {
	*Kit
	search  searchPages
	helpful helpfulPages
	display displayPages
}

// newPublicPages returns the pages of visitors.
func newPublicPages(k *Kit, s *search.Service, f *feedback.Service) *publicArea {
	return &publicArea{k, searchPages{k, s}, helpfulPages{k, f}, displayPages{k}}
}

// Routes adds the area's addresses to r. They never touch the session.
func (a *publicArea) Routes(r chi.Router) {
	r = a.publicRouter(r)
	r.With(inTime).Post("/backend/faq/{slug}/helpful", a.handle(a.helpful.vote))
	r.Get("/backend/search", a.handle(a.search.find))
	r.Post("/backend/display", a.handle(a.display.set))
}
