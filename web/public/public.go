// Package public is what visitors read and send that is made for each of them.
// What is the same for all is prepared (package web).
package public

import (
	"github.com/go-chi/chi/v5"

	"portal/internal/site/feedback"
	"portal/internal/site/search"
	"portal/web/kit"
)

// Area is the area's pages.
type Area struct {
	*kit.Kit
	search  searchPages
	helpful helpfulPages
	display displayPages
}

// New returns the pages of visitors.
func New(k *kit.Kit, s *search.Service, f *feedback.Service) *Area {
	return &Area{k, searchPages{k, s}, helpfulPages{k, f}, displayPages{k}}
}

// Routes adds the area's addresses to r. They never touch the session.
func (a *Area) Routes(r chi.Router) {
	r = a.Public(r)
	r.With(kit.WithDeadline).Post("/backend/faq/{slug}/helpful", a.Handle(a.helpful.vote))
	r.Get("/backend/search", a.Handle(a.search.find))
	r.Post("/backend/display", a.Handle(a.display.set))
}
