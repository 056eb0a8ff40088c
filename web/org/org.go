// Package org is หน่วยงานและโครงสร้าง: the pages about agencies.
package org

import (
	"github.com/go-chi/chi/v5"

	"portal/internal/org/agency"
	"portal/web/kit"
)

// Area is the area's pages.
type Area struct {
	*kit.Kit
	agency agencyPages
}

// New returns the pages of agencies.
func New(k *kit.Kit, agencies *agency.Service) *Area {
	return &Area{k, agencyPages{k, agencies}}
}

// Routes adds the area's addresses to r.
func (a *Area) Routes(r chi.Router) {
	a.Office(r, maxUpload).Post("/backend/agencies/import", a.Handle(a.agency.importSent))
	r = a.Office(r, kit.MaxForm)
	r.Get("/backend/agencies", a.Handle(a.agency.list))
	r.Get("/backend/agencies/suggest", a.Handle(a.agency.suggest))
	r.Get("/backend/agencies/new", a.Handle(a.agency.add))
	r.Post("/backend/agencies/new", a.Handle(a.agency.addSent))
	r.Get("/backend/agencies/import", a.Handle(a.agency.importForm))
	r.Get("/backend/agencies/import/template", a.Handle(a.agency.template))
	r.Get("/backend/agencies/import/{key}", a.Handle(a.agency.preview))
	r.Post("/backend/agencies/import/{key}", a.Handle(a.agency.carryOut))
	r.Get("/backend/agencies/import/{key}/faults", a.Handle(a.agency.faults))
	r.Get("/backend/agencies/{id}", a.Handle(a.agency.about))
	r.Get("/backend/agencies/{id}/edit", a.Handle(a.agency.edit))
	r.Post("/backend/agencies/{id}/edit", a.Handle(a.agency.editSent))
	r.Get("/backend/agencies/{id}/move", a.Handle(a.agency.move))
	r.Post("/backend/agencies/{id}/move", a.Handle(a.agency.moveSent))
	r.Get("/backend/agencies/{id}/hide", a.Handle(a.agency.hide))
	r.Post("/backend/agencies/{id}/hide", a.Handle(a.agency.hideSent))
	r.Post("/backend/agencies/{id}/show", a.Handle(a.agency.unhide))
}
