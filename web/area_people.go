// Package people is the accounts of the people who work with the portal: signing
// in, role tokens, memberships and sessions.
package web

import (
	"github.com/go-chi/chi/v5"

	"portal/internal/kit/export"
	"portal/internal/org/agency"
	"portal/internal/people/onboarding"
	"portal/internal/people/signin"
	"portal/internal/people/staff"
	"portal/internal/people/token"
)

// peopleServices are the use cases that the pages call.
type peopleServices struct {
	Agencies   *agency.Service
	Onboarding *onboarding.Service
	SignIn     *signin.Service
	Staff      *staff.Service
	Tokens     *token.Service
}

// peopleArea is the area's pages.
type peopleArea struct {
	*Kit
	signin    signinPages
	redeem    redeemPages
	profile   profilePages
	roleToken roleTokenPages
	staff     staffPages
	device    devicePages
}

// newPeoplePages returns the pages of accounts.
func newPeoplePages(k *Kit, v peopleServices) *peopleArea {
	return &peopleArea{
		Kit: k, signin: signinPages{k, v.SignIn}, redeem: redeemPages{k, v.Onboarding}, profile: profilePages{k, v.Staff},
		roleToken: roleTokenPages{k, v.Tokens}, staff: staffPages{k, v.Staff, v.Agencies}, device: devicePages{k},
	}
}

// ProviderRoutes adds what the provider itself calls. Its request proves itself
// by a signature: there is no guard against other sites.
func (a *peopleArea) ProviderRoutes(r chi.Router) {
	r.With(limitBody(maxForm), inTime).Post(backChannelPath, a.handle(a.signin.backChannel))
}

// Routes adds the area's addresses to r.
func (a *peopleArea) Routes(r chi.Router) {
	a.signInRoutes(a.publicRouter(r))
	r = a.officeRouter(r, maxForm)
	r.Get("/backend/login", a.handle(a.signin.show))
	r.Post("/backend/logout", a.handle(a.signin.signOut))
	r.Get("/backend/token", a.handle(a.redeem.show))
	r.Post("/backend/token", a.handle(a.redeem.redeem))
	r.Get("/backend/profile", a.handle(a.profile.show))
	a.roleTokenRoutes(r)
	a.staffRoutes(r)
	a.deviceRoutes(r)
}

// signInRoutes never touch the session.
func (a *peopleArea) signInRoutes(r chi.Router) {
	r.With(inTime).Get("/backend/login/digitalid", a.handle(a.signin.start))
	r.With(inTime).Get("/backend/login/callback", a.handle(a.signin.callback))
	r.Get("/backend/logout/done", a.handle(a.signin.ended))
}

// roleTokenRoutes are จัดการ Token.
func (a *peopleArea) roleTokenRoutes(r chi.Router) {
	r.Get("/backend/tokens", a.handle(a.roleToken.list))
	r.Post("/backend/tokens", a.handle(a.roleToken.show))
	r.Post("/backend/tokens/refresh", a.handle(a.roleToken.refresh))
	r.Post("/backend/tokens/batch", a.handle(a.roleToken.issueMany))
	r.Get("/backend/tokens/batch/{key}", a.handle(a.roleToken.batch))
	r.Get("/backend/tokens/batch/{key}/print", a.handle(a.roleToken.print))
	r.Get("/backend/tokens/batch/{key}/csv", a.handle(a.roleToken.file(export.CSV)))
	r.Get("/backend/tokens/batch/{key}/xlsx", a.handle(a.roleToken.file(export.XLSX)))
}

// staffRoutes are จัดการรายละเอียดผู้ใช้งาน.
func (a *peopleArea) staffRoutes(r chi.Router) {
	r.Get("/backend/staff", a.handle(a.staff.list))
	r.Get("/backend/staff/export", a.handle(a.staff.export))
	r.Get("/backend/staff/{id}", a.handle(a.staff.show))
	r.Get("/backend/staff/memberships/{id}/edit", a.handle(a.staff.editForm))
	r.Post("/backend/staff/memberships/{id}/edit", a.handle(a.staff.edit))
	r.Get("/backend/staff/memberships/{id}/remove", a.handle(a.staff.removeForm))
	r.Post("/backend/staff/memberships/{id}/remove", a.handle(a.staff.remove))
	for _, o := range staffOrders {
		r.Get("/backend/staff/{id}/"+o.name, a.handle(a.staff.orderForm(o)))
		r.Post("/backend/staff/{id}/"+o.name, a.handle(a.staff.order(o)))
	}
}

// deviceRoutes are a person's own sessions.
func (a *peopleArea) deviceRoutes(r chi.Router) {
	r.Post("/backend/profile/sessions/{id}/end", a.handle(a.device.end))
	r.Post("/backend/profile/sessions/end-others", a.handle(a.device.endOthers))
	r.Post("/backend/session/extend", a.handle(a.device.extend))
}
