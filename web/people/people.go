// Package people is the accounts of the people who work with the portal: signing
// in, role tokens, memberships and sessions.
package people

import (
	"github.com/go-chi/chi/v5"

	"portal/internal/kit/export"
	"portal/internal/org/agency"
	"portal/internal/people/onboarding"
	"portal/internal/people/signin"
	"portal/internal/people/staff"
	"portal/internal/people/token"
	"portal/web/kit"
)

// Services are the use cases that the pages call.
type Services struct {
	Agencies   *agency.Service
	Onboarding *onboarding.Service
	SignIn     *signin.Service
	Staff      *staff.Service
	Tokens     *token.Service
}

// Area is the area's pages.
type Area struct {
	*kit.Kit
	signin    signinPages
	redeem    redeemPages
	profile   profilePages
	roleToken roleTokenPages
	staff     staffPages
	device    devicePages
}

// New returns the pages of accounts.
func New(k *kit.Kit, v Services) *Area {
	return &Area{
		Kit: k, signin: signinPages{k, v.SignIn}, redeem: redeemPages{k, v.Onboarding}, profile: profilePages{k, v.Staff},
		roleToken: roleTokenPages{k, v.Tokens}, staff: staffPages{k, v.Staff, v.Agencies}, device: devicePages{k},
	}
}

// ProviderRoutes adds what the provider itself calls. Its request proves itself
// by a signature: there is no guard against other sites.
func (a *Area) ProviderRoutes(r chi.Router) {
	r.With(kit.LimitBody(kit.MaxForm), kit.WithDeadline).Post(backChannelPath, a.Handle(a.signin.backChannel))
}

// Routes adds the area's addresses to r.
func (a *Area) Routes(r chi.Router) {
	a.signInRoutes(a.Public(r))
	r = a.Office(r, kit.MaxForm)
	r.Get("/backend/login", a.Handle(a.signin.show))
	r.Post("/backend/logout", a.Handle(a.signin.signOut))
	r.Get("/backend/token", a.Handle(a.redeem.show))
	r.Post("/backend/token", a.Handle(a.redeem.redeem))
	r.Get("/backend/profile", a.Handle(a.profile.show))
	a.roleTokenRoutes(r)
	a.staffRoutes(r)
	a.deviceRoutes(r)
}

// signInRoutes never touch the session.
func (a *Area) signInRoutes(r chi.Router) {
	r.With(kit.WithDeadline).Get("/backend/login/digitalid", a.Handle(a.signin.start))
	r.With(kit.WithDeadline).Get("/backend/login/callback", a.Handle(a.signin.callback))
	r.Get("/backend/logout/done", a.Handle(a.signin.ended))
}

// roleTokenRoutes are จัดการ Token.
func (a *Area) roleTokenRoutes(r chi.Router) {
	r.Get("/backend/tokens", a.Handle(a.roleToken.list))
	r.Post("/backend/tokens", a.Handle(a.roleToken.show))
	r.Post("/backend/tokens/refresh", a.Handle(a.roleToken.refresh))
	r.Post("/backend/tokens/batch", a.Handle(a.roleToken.issueMany))
	r.Get("/backend/tokens/batch/{key}", a.Handle(a.roleToken.batch))
	r.Get("/backend/tokens/batch/{key}/print", a.Handle(a.roleToken.print))
	r.Get("/backend/tokens/batch/{key}/csv", a.Handle(a.roleToken.file(export.CSV)))
	r.Get("/backend/tokens/batch/{key}/xlsx", a.Handle(a.roleToken.file(export.XLSX)))
}

// staffRoutes are จัดการรายละเอียดผู้ใช้งาน.
func (a *Area) staffRoutes(r chi.Router) {
	r.Get("/backend/staff", a.Handle(a.staff.list))
	r.Get("/backend/staff/export", a.Handle(a.staff.export))
	r.Get("/backend/staff/{id}", a.Handle(a.staff.show))
	r.Get("/backend/staff/memberships/{id}/edit", a.Handle(a.staff.editForm))
	r.Post("/backend/staff/memberships/{id}/edit", a.Handle(a.staff.edit))
	r.Get("/backend/staff/memberships/{id}/remove", a.Handle(a.staff.removeForm))
	r.Post("/backend/staff/memberships/{id}/remove", a.Handle(a.staff.remove))
	for _, o := range staffOrders {
		r.Get("/backend/staff/{id}/"+o.name, a.Handle(a.staff.orderForm(o)))
		r.Post("/backend/staff/{id}/"+o.name, a.Handle(a.staff.order(o)))
	}
}

// deviceRoutes are a person's own sessions.
func (a *Area) deviceRoutes(r chi.Router) {
	r.Post("/backend/profile/sessions/{id}/end", a.Handle(a.device.end))
	r.Post("/backend/profile/sessions/end-others", a.Handle(a.device.endOthers))
	r.Post("/backend/session/extend", a.Handle(a.device.extend))
}
