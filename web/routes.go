package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"portal/internal/kit/problem"
	"portal/static"
)

func toLanding(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/backend", http.StatusPermanentRedirect)
	return nil
}

func notFound(http.ResponseWriter, *http.Request) error {
	return problem.New(problem.NotFound, "") // the page has its own words for it
}

// area is the pages of one part of the portal.
type area interface{ Routes(r chi.Router) }

// Handler is every URL the portal answers. Who may use each one is decided by
// the use case it calls; testdata/access.golden shows the result per role.
func (s *Server) Handler() http.Handler {
	r := chi.NewRouter()
	if s.cfg.Trace != nil {
		r.Use(s.cfg.Trace)
	}
	r.Use(requestID, s.clientAddress, s.accessLog, s.headers, s.recoverer, middleware.GetHead)
	r.NotFound(s.Handle(notFound))
	r.MethodNotAllowed(s.methodNotAllowed)

	r.Get("/livez", s.health.live)
	r.Get("/readyz", s.health.ready)

	r.Group(func(r chi.Router) {
		r.Use(s.requireHost)
		s.people.ProviderRoutes(r)
	})
	r.Group(func(r chi.Router) {
		r.Use(s.requireHost, s.sameOrigin)
		s.preparedRoutes(s.Public(r))
		for _, a := range s.areas {
			a.Routes(r)
		}
	})
	return front{r, s}
}

// preparedRoutes are what looks the same to all visitors.
func (s *Server) preparedRoutes(r chi.Router) {
	r.Get("/", s.Handle(toLanding))
	r.Get("/robots.txt", s.Handle(s.prepared.show))
	r.Get("/sitemap.xml", s.Handle(s.prepared.show))
	r.Get("/favicon.ico", s.Handle(favicon))
	r.Get("/backend", s.Handle(s.prepared.show))
	r.Get("/backend/guideline", s.Handle(s.prepared.show))
	r.Get("/backend/about", s.Handle(s.prepared.show))
	r.Get("/backend/policy/website", s.Handle(s.prepared.show))
	r.Get("/backend/policy/privacy", s.Handle(s.prepared.show))
	r.Get("/backend/policy/security", s.Handle(s.prepared.show))
	r.Get("/backend/faq", s.Handle(s.prepared.show))
	r.Get("/backend/manual", s.Handle(s.prepared.show))
	r.Get("/backend/announcement", s.Handle(s.prepared.show))
	r.Get("/backend/feed.atom", s.Handle(s.prepared.show))
	r.Get("/backend/contact", s.Handle(s.prepared.show))
	r.Handle("/backend/static/*", static.Handler())
}

// methodNotAllowed also says which methods the address has (RFC 9110, 15.5.6).
func (s *Server) methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	routes := chi.RouteContext(r.Context()).Routes
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		if routes.Match(chi.NewRouteContext(), method, r.URL.Path) {
			w.Header().Add("Allow", method)
		}
	}
	s.StatusPage(w, r, http.StatusMethodNotAllowed, "", 0)
}
