package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"portal/static"
)

// Handler is every URL the portal answers. Who may use each one is decided by
// the use case it calls; testdata/access.golden shows the result per role.
func (s *Server) Handler() http.Handler {
	r := chi.NewRouter()
	r.Use(middleware.RequestID, s.clientAddress, s.accessLog, s.headers, s.recoverer, middleware.GetHead)
	r.NotFound(s.public(notFound))
	r.MethodNotAllowed(s.methodNotAllowed)

	r.Get("/livez", s.health.live)
	r.Get("/readyz", s.health.ready)

	r.Group(func(r chi.Router) {
		r.Use(s.ownHost, s.sameOrigin, limitBody)
		s.publicRoutes(r)
		r.Group(func(r chi.Router) {
			r.Use(s.withSession)
			s.officeRoutes(r)
		})
	})
	return r
}

// publicRoutes never touch the session.
func (s *Server) publicRoutes(r chi.Router) {
	r.Get("/", s.public(toLanding))
	r.Get("/robots.txt", s.public(s.discover.robots))
	r.Get("/sitemap.xml", s.public(s.discover.sitemap))
	r.Get("/favicon.ico", s.public(s.discover.favicon))
	r.Get("/backend", s.public(s.home.show))
	r.Get("/backend/guideline", s.public(s.text.show("guideline")))
	r.Get("/backend/about", s.public(s.text.show("about")))
	r.Get("/backend/policy/website", s.public(s.text.show("policy-website")))
	r.Get("/backend/policy/privacy", s.public(s.text.show("policy-privacy")))
	r.Get("/backend/policy/security", s.public(s.text.show("policy-security")))
	r.Get("/backend/faq", s.public(s.faq.list))
	r.With(s.limitVotes()).Post("/backend/faq/{slug}/helpful", s.public(s.helpful.vote))
	r.Get("/backend/manual", s.public(s.manual.list))
	r.Get("/backend/announcement", s.public(s.news.list))
	r.Get("/backend/search", s.public(s.search.find))
	r.Get("/backend/feed.atom", s.public(s.news.feed))
	r.Get("/backend/contact", s.public(s.contact.show))
	r.Get("/backend/file/{hash}", s.public(s.file.serve))
	r.Post("/backend/display", s.public(s.display.set))
	r.Get("/backend/login/digitalid", s.public(s.signin.start))
	r.Get("/backend/login/callback", s.public(s.signin.callback))
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
}

// agencyRoutes are หน่วยงานและโครงสร้าง.
func (s *Server) agencyRoutes(r chi.Router) {
}

// roleTokenRoutes are จัดการ Token.
func (s *Server) roleTokenRoutes(r chi.Router) {
}

// staffRoutes are จัดการรายละเอียดผู้ใช้งาน.
func (s *Server) staffRoutes(r chi.Router) {
}

// deviceRoutes are a person's own sessions.
func (s *Server) deviceRoutes(r chi.Router) {
}

// auditRoutes are บันทึกการใช้งาน.
func (s *Server) auditRoutes(r chi.Router) {
}

// findingRoutes are what editors learn from what readers look for.
func (s *Server) findingRoutes(r chi.Router) {
	r.Get("/backend/content/searches", s.page(s.search.report))
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
