// Package web turns requests into use-case calls and results into pages.
//
// Start at routes.go. It holds no rule and no SQL: handlers parse, call one
// method of an internal package, and respond.
package web

import (
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"

	"portal/internal/kit/ratelimit"
	"portal/internal/ops/auditlog"
	"portal/internal/ops/status"
	"portal/internal/ops/trafficlog"
	"portal/internal/org/agency"
	"portal/internal/people/onboarding"
	"portal/internal/people/session"
	"portal/internal/people/signin"
	"portal/internal/people/staff"
	"portal/internal/people/token"
	"portal/internal/site/content"
	"portal/internal/site/editing"
	"portal/internal/site/feedback"
	"portal/internal/site/file"
	"portal/internal/site/search"
	"portal/web/kit"
	"portal/web/ops"
	"portal/web/org"
	"portal/web/people"
	"portal/web/public"
	sitepages "portal/web/site"
)

// Config is what the server must know of the world around it.
type Config struct {
	BaseURL        string // scheme and host, no trailing slash
	Issuer         string // the OpenID provider; forms may lead there
	TrustedProxies []string
	Ready          []Part   // what the server cannot work without
	CheckLinks     bool     // whether the server may reach other sites
	BrowserKeys    [][]byte // seal the numbers of browsers, the current one first; none: no browser is known
	Log            *slog.Logger
	Traffic        *slog.Logger       // one line for each request; nil: to Log
	Lines          *trafficlog.Buffer // the same for prepared pages, which it counts as well; nil: to Traffic
	Now            func() time.Time
	Observer       kit.Observer                    // nil: nothing is counted
	Trace          func(http.Handler) http.Handler // around the router; nil: no traces
}

// Services are the use cases the pages call.
type Services struct {
	Agencies   *agency.Service
	AuditLog   *auditlog.Service
	Content    *content.Service
	Editing    *editing.Service
	Feedback   *feedback.Service
	Files      *file.Service
	Limits     *ratelimit.Service
	Onboarding *onboarding.Service
	Search     *search.Service
	Sessions   *session.Service
	SignIn     *signin.Service
	Staff      *staff.Service
	Status     *status.Service
	Tokens     *token.Service
}

// Server answers every request of the portal.
type Server struct {
	*kit.Kit
	cfg     Config
	host    string
	common  fixed // headers of every answer
	proxies []netip.Prefix

	sessionCookie, displayCookie string // names
	stopping                     atomic.Bool

	prepared pageCache
	health   healthPages
	people   *people.Area
	site     *sitepages.Area
	areas    []area
}

// New returns a Server. cfg.BaseURL and cfg.Issuer must be valid addresses.
func New(cfg Config, v Services) *Server {
	if cfg.Traffic == nil {
		cfg.Traffic = cfg.Log
	}
	s := &Server{Kit: kit.New(cfg.forKit(v)), cfg: cfg, proxies: prefixes(cfg.TrustedProxies)}
	if u, err := url.Parse(cfg.BaseURL); err == nil {
		s.host = u.Host
	}
	s.common = s.security()
	s.sessionCookie, s.displayCookie = s.CookieName("session"), s.CookieName("display")
	s.prepared = newPageCache(s)
	s.Content.OnChange(s.prepared.follow)
	s.health = healthPages{s}
	s.people = people.New(s.Kit, people.Services{
		Agencies: v.Agencies, Onboarding: v.Onboarding, SignIn: v.SignIn, Staff: v.Staff, Tokens: v.Tokens,
	})
	s.site = sitepages.New(s.Kit, s.prepared, sitepages.Services{Editing: v.Editing, Feedback: v.Feedback, Files: v.Files, Search: v.Search})
	s.areas = []area{
		public.New(s.Kit, v.Search, v.Feedback),
		org.New(s.Kit, v.Agencies),
		s.people,
		s.site,
		ops.New(s.Kit, ops.Services{Agencies: v.Agencies, AuditLog: v.AuditLog, Status: v.Status}),
	}
	return s
}

// forKit is what the pages of all areas are made with.
func (c Config) forKit(v Services) kit.Config {
	k := kit.Config{
		BaseURL: c.BaseURL, Issuer: c.Issuer, CheckLinks: c.CheckLinks, BrowserKeys: c.BrowserKeys, Log: c.Log, Now: c.Now, Observer: c.Observer,
		Sessions: v.Sessions, Content: v.Content, Limits: v.Limits,
	}
	if v.AuditLog != nil {
		k.Refusals = v.AuditLog
	}
	return k
}
