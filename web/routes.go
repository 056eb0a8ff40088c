package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"portal/internal/kit/export"
	"portal/internal/site/editing"
	"portal/static"
	"portal/templates/site/contentview"
)

// Handler is every URL the portal answers. Who may use each one is decided by
// the use case it calls; testdata/access.golden shows the result per role.
func (s *Server) Handler() http.Handler {
	r := chi.NewRouter()
	if s.cfg.Trace != nil {
		r.Use(s.cfg.Trace)
	}
	r.Use(numbered, s.clientAddress, s.accessLog, s.headers, s.recoverer, middleware.GetHead)
	r.NotFound(s.public(notFound))
	r.MethodNotAllowed(s.methodNotAllowed)

	r.Get("/livez", s.health.live)
	r.Get("/readyz", s.health.ready)

	// The provider's own request proves itself by a signature: no CSRF guard.
	r.With(s.ownHost, limitBody(maxForm), inTime).Post(backChannelPath, s.public(s.signin.backChannel))

	r.Group(func(r chi.Router) {
		r.Use(s.ownHost, s.sameOrigin)
		r.Group(func(r chi.Router) {
			r.Use(limitBody(maxForm), s.legible)
			s.publicRoutes(r)
			r.Group(func(r chi.Router) {
				r.Use(s.withSession)
				s.officeRoutes(r)
			})
		})
		r.Group(func(r chi.Router) {
			r.Use(limitBody(maxText), s.legible, s.withSession)
			s.textRoutes(r)
		})
		r.Group(func(r chi.Router) {
			r.Use(limitBody(maxUpload), s.legible, s.withSession)
			s.uploadRoutes(r)
		})
		r.Group(func(r chi.Router) {
			r.Use(limitBody(maxFilesUpload), s.legible, s.withSession)
			r.Post("/backend/content/files", s.page(s.library.upload))
		})
	})
	return front{r, s}
}

// publicRoutes never touch the session.
func (s *Server) publicRoutes(r chi.Router) {
	r.Get("/", s.public(toLanding))
	r.Get("/robots.txt", s.public(s.prepared.show))
	r.Get("/sitemap.xml", s.public(s.prepared.show))
	r.Get("/favicon.ico", s.public(s.discover.favicon))
	r.Get("/backend", s.public(s.prepared.show))
	r.Get("/backend/guideline", s.public(s.prepared.show))
	r.Get("/backend/about", s.public(s.prepared.show))
	r.Get("/backend/policy/website", s.public(s.prepared.show))
	r.Get("/backend/policy/privacy", s.public(s.prepared.show))
	r.Get("/backend/policy/security", s.public(s.prepared.show))
	r.Get("/backend/faq", s.public(s.prepared.show))
	r.With(inTime).Post("/backend/faq/{slug}/helpful", s.public(s.helpful.vote))
	r.Get("/backend/manual", s.public(s.prepared.show))
	r.Get("/backend/announcement", s.public(s.prepared.show))
	r.Get("/backend/search", s.public(s.search.find))
	r.Get("/backend/feed.atom", s.public(s.prepared.show))
	r.Get("/backend/contact", s.public(s.prepared.show))
	r.With(inTime).Get("/backend/file/{hash}", s.public(s.file.serve))
	r.Post("/backend/display", s.public(s.display.set))
	r.With(inTime).Get("/backend/login/digitalid", s.public(s.signin.start))
	r.With(inTime).Get("/backend/login/callback", s.public(s.signin.callback))
	r.Get("/backend/logout/done", s.public(s.signin.ended))
	r.Handle("/backend/static/*", static.Handler())
}

// officeRoutes know who is asking.
func (s *Server) officeRoutes(r chi.Router) {
	r.Get("/backend/login", s.page(s.signin.show))
	r.Post("/backend/logout", s.page(s.signin.signOut))
	r.Get("/backend/token", s.page(s.redeem.show))
	r.Post("/backend/token", s.page(s.redeem.redeem))
	r.Get("/backend/profile", s.page(s.profile.show))
	s.agencyRoutes(r)
	s.roleTokenRoutes(r)
	s.staffRoutes(r)
	s.deviceRoutes(r)
	s.auditRoutes(r)
	s.findingRoutes(r)
	s.libraryRoutes(r)
	s.statusRoutes(r)
}

// agencyRoutes are หน่วยงานและโครงสร้าง.
func (s *Server) agencyRoutes(r chi.Router) {
	r.Get("/backend/agencies", s.page(s.agency.list))
	r.Get("/backend/agencies/suggest", s.page(s.agency.suggest))
	r.Get("/backend/agencies/new", s.page(s.agency.add))
	r.Post("/backend/agencies/new", s.page(s.agency.addSent))
	r.Get("/backend/agencies/import", s.page(s.agency.importForm))
	r.Get("/backend/agencies/import/template", s.page(s.agency.template))
	r.Get("/backend/agencies/import/{key}", s.page(s.agency.preview))
	r.Post("/backend/agencies/import/{key}", s.page(s.agency.carryOut))
	r.Get("/backend/agencies/import/{key}/faults", s.page(s.agency.faults))
	r.Get("/backend/agencies/{id}", s.page(s.agency.about))
	r.Get("/backend/agencies/{id}/edit", s.page(s.agency.edit))
	r.Post("/backend/agencies/{id}/edit", s.page(s.agency.editSent))
	r.Get("/backend/agencies/{id}/move", s.page(s.agency.move))
	r.Post("/backend/agencies/{id}/move", s.page(s.agency.moveSent))
	r.Get("/backend/agencies/{id}/hide", s.page(s.agency.hide))
	r.Post("/backend/agencies/{id}/hide", s.page(s.agency.hideSent))
	r.Post("/backend/agencies/{id}/show", s.page(s.agency.unhide))
}

// roleTokenRoutes are จัดการ Token.
func (s *Server) roleTokenRoutes(r chi.Router) {
	r.Get("/backend/tokens", s.page(s.roleToken.list))
	r.Post("/backend/tokens", s.page(s.roleToken.show))
	r.Post("/backend/tokens/refresh", s.page(s.roleToken.refresh))
	r.Post("/backend/tokens/batch", s.page(s.roleToken.issueMany))
	r.Get("/backend/tokens/batch/{key}", s.page(s.roleToken.batch))
	r.Get("/backend/tokens/batch/{key}/print", s.page(s.roleToken.print))
	r.Get("/backend/tokens/batch/{key}/csv", s.page(s.roleToken.file(export.CSV)))
	r.Get("/backend/tokens/batch/{key}/xlsx", s.page(s.roleToken.file(export.XLSX)))
}

// staffRoutes are จัดการรายละเอียดผู้ใช้งาน.
func (s *Server) staffRoutes(r chi.Router) {
	r.Get("/backend/staff", s.page(s.staff.list))
	r.Get("/backend/staff/export", s.page(s.staff.export))
	r.Get("/backend/staff/{id}", s.page(s.staff.show))
	r.Get("/backend/staff/memberships/{id}/edit", s.page(s.staff.editForm))
	r.Post("/backend/staff/memberships/{id}/edit", s.page(s.staff.edit))
	r.Get("/backend/staff/memberships/{id}/remove", s.page(s.staff.removeForm))
	r.Post("/backend/staff/memberships/{id}/remove", s.page(s.staff.remove))
	for _, o := range staffOrders {
		r.Get("/backend/staff/{id}/"+o.name, s.page(s.staff.orderForm(o)))
		r.Post("/backend/staff/{id}/"+o.name, s.page(s.staff.order(o)))
	}
}

// deviceRoutes are a person's own sessions.
func (s *Server) deviceRoutes(r chi.Router) {
	r.Post("/backend/profile/sessions/{id}/end", s.page(s.device.end))
	r.Post("/backend/profile/sessions/end-others", s.page(s.device.endOthers))
	r.Post("/backend/session/extend", s.page(s.device.extend))
}

// auditRoutes are บันทึกการใช้งาน.
func (s *Server) auditRoutes(r chi.Router) {
	r.Get("/backend/audit", s.page(s.audit.list))
	r.Get("/backend/audit/export", s.page(s.audit.export))
	r.Get("/backend/audit/{id}", s.page(s.audit.show))
}

// contentRoutes are the editors of one kind of content.
func (s *Server) contentRoutes(r chi.Router, p contentPages) {
	list := contentview.Path(p.kind)
	r.Get(list, s.page(p.list))
	if p.kind.Ordered() {
		r.Post(list, s.page(p.arrange))
	}
	if !p.kind.Fixed() {
		r.Get(list+"/new", s.page(p.edit))
		r.Post(list+"/new", s.page(p.save))
	}
	item := list + "/{key}"
	r.Get(item, s.page(p.edit))
	r.Post(item, s.page(p.save))
	r.Get(item+"/publish", s.page(p.publishForm))
	r.Post(item+"/publish", s.page(p.publish))
	r.Post(item+"/hold", s.page(p.hold))
	r.Get(item+"/discard", s.page(p.discardForm))
	r.Post(item+"/discard", s.page(p.discard))
	r.Get(item+"/preview", s.page(p.preview))
	r.Get(item+"/preview/page", s.page(p.previewPage))
	r.Get(item+"/history", s.page(p.history))
	r.Get(item+"/compare", s.page(p.compare))
	r.Post(item+"/restore", s.page(p.restore))
}

// uploadRoutes take large files.
func (s *Server) uploadRoutes(r chi.Router) {
	r.Post("/backend/agencies/import", s.page(s.agency.importSent))
}

// textRoutes take long texts and may use the rich editor.
func (s *Server) textRoutes(r chi.Router) {
	for _, k := range editing.Order {
		s.contentRoutes(r, s.content.of(k))
	}
	r.Post("/backend/content/convert", s.page(s.content.convertText))
}

// findingRoutes are what editors learn from what readers look for.
func (s *Server) findingRoutes(r chi.Router) {
	r.Get("/backend/content/links", s.page(s.content.links))
	r.Post("/backend/content/links", s.page(s.content.foreignLinks))
	r.Get("/backend/content/searches", s.page(s.search.report))
}

// libraryRoutes are คลังไฟล์.
func (s *Server) libraryRoutes(r chi.Router) {
	r.Get("/backend/content/files", s.page(s.library.list))
	r.Get("/backend/content/files/{hash}/delete", s.page(s.library.askDelete))
	r.Post("/backend/content/files/{hash}/delete", s.page(s.library.delete))
}

// statusRoutes are สถานะระบบ.
func (s *Server) statusRoutes(r chi.Router) {
	r.Get("/backend/status", s.page(s.status.show))
}

// methodNotAllowed also says which methods the address has (RFC 9110, 15.5.6).
func (s *Server) methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	routes := chi.RouteContext(r.Context()).Routes
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		if routes.Match(chi.NewRouteContext(), method, r.URL.Path) {
			w.Header().Add("Allow", method)
		}
	}
	s.show(w, r, http.StatusMethodNotAllowed, "", 0)
}
