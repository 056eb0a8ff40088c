// Package ops is ระบบ: the audit log and how the portal is.
package web

import (
	"github.com/go-chi/chi/v5"

	"portal/internal/ops/auditlog"
	"portal/internal/ops/status"
	"portal/internal/org/agency"
)

// opsServices are the use cases that the pages call.
type opsServices struct {
	Agencies *agency.Service
	AuditLog *auditlog.Service
	Status   *status.Service
}

// opsArea is the area's pages.
type opsArea struct {
	*Kit
	audit  auditPages
	status statusPages
}

// newOpsPages returns the pages of ระบบ.
func newOpsPages(k *Kit, v opsServices) *opsArea {
	return &opsArea{k, auditPages{k, v.AuditLog, v.Agencies}, statusPages{k, v.Status}}
}

// Routes adds the area's addresses to r.
func (a *opsArea) Routes(r chi.Router) {
	r = a.officeRouter(r, maxForm)
	r.Get("/backend/audit", a.handle(a.audit.list))
	r.Get("/backend/audit/export", a.handle(a.audit.export))
	r.Get("/backend/audit/{id}", a.handle(a.audit.show))
	r.Get("/backend/status", a.handle(a.status.show))
}
