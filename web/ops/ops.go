// Package ops is ระบบ: the audit log and how the portal is.
package ops

import (
	"github.com/go-chi/chi/v5"

	"portal/internal/ops/auditlog"
	"portal/internal/ops/status"
	"portal/internal/org/agency"
	"portal/web/kit"
)

// Services are the use cases that the pages call.
type Services struct {
	Agencies *agency.Service
	AuditLog *auditlog.Service
	Status   *status.Service
}

// Area is the area's pages.
type Area struct {
	*kit.Kit
	audit  auditPages
	status statusPages
}

// New returns the pages of ระบบ.
func New(k *kit.Kit, v Services) *Area {
	return &Area{k, auditPages{k, v.AuditLog, v.Agencies}, statusPages{k, v.Status}}
}

// Routes adds the area's addresses to r.
func (a *Area) Routes(r chi.Router) {
	r = a.Office(r, kit.MaxForm)
	r.Get("/backend/audit", a.Handle(a.audit.list))
	r.Get("/backend/audit/export", a.Handle(a.audit.export))
	r.Get("/backend/audit/{id}", a.Handle(a.audit.show))
	r.Get("/backend/status", a.Handle(a.status.show))
}
