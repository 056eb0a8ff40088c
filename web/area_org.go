// Package org is หน่วยงานและโครงสร้าง: the pages about agencies.
package web

import (
	"github.com/go-chi/chi/v5"

	"portal/internal/org/agency"
)

// orgArea is the area's pages.
type orgArea struct {
	*Kit
	agency agencyPages
}

// newOrgPages returns the pages of agencies.
func newOrgPages(k *Kit, agencies *agency.Service) *orgArea {
	return &orgArea{k, agencyPages{k, agencies}}
}

// Routes adds the area's addresses to r.
func (a *orgArea) Routes(r chi.Router) {
	a.officeRouter(r, maxUpload).Post("/backend/agencies/import", a.handle(a.agency.importSent))
	r = a.officeRouter(r, maxForm)
	r.Get("/backend/agencies", a.handle(a.agency.list))
	r.Get("/backend/agencies/suggest", a.handle(a.agency.suggest))
	r.Get("/backend/agencies/new", a.handle(a.agency.add))
	r.Post("/backend/agencies/new", a.handle(a.agency.addSent))
	r.Get("/backend/agencies/import", a.handle(a.agency.importForm))
	r.Get("/backend/agencies/import/template", a.handle(a.agency.template))
	r.Get("/backend/agencies/import/{key}", a.handle(a.agency.preview))
	r.Post("/backend/agencies/import/{key}", a.handle(a.agency.carryOut))
	r.Get("/backend/agencies/import/{key}/faults", a.handle(a.agency.faults))
	r.Get("/backend/agencies/{id}", a.handle(a.agency.about))
	r.Get("/backend/agencies/{id}/edit", a.handle(a.agency.edit))
	r.Post("/backend/agencies/{id}/edit", a.handle(a.agency.editSent))
	r.Get("/backend/agencies/{id}/move", a.handle(a.agency.move))
	r.Post("/backend/agencies/{id}/move", a.handle(a.agency.moveSent))
	r.Get("/backend/agencies/{id}/hide", a.handle(a.agency.hide))
	r.Post("/backend/agencies/{id}/hide", a.handle(a.agency.hideSent))
	r.Post("/backend/agencies/{id}/show", a.handle(a.agency.unhide))
}
