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
	"strings"
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
	Observer       Observer                        // nil: nobody counts
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
	cfg      Config
	host     string
	secure   bool
	provider string // origin of the provider
	sessions *session.Service
	contents *content.Service
	limits   *ratelimit.Service
	common   fixed // headers of every answer
	proxies  []netip.Prefix

	sessionCookie, displayCookie string // names
	stopping                     atomic.Bool

	prepared preparedPages

	search    searchPages
	helpful   helpfulPages
	file      filePages
	library   libraryPages
	signin    signinPages
	redeem    redeemPages
	profile   profilePages
	content   contentPages
	agency    agencyPages
	roleToken roleTokenPages
	staff     staffPages
	device    devicePages
	audit     auditPages
	status    statusPages
	health    healthPages
	discover  discoverPages
	display   displayPages
}

// New returns a Server. cfg.BaseURL and cfg.Issuer must be valid addresses.
func New(cfg Config, v Services) *Server {
	if cfg.Traffic == nil {
		cfg.Traffic = cfg.Log
	}
	if cfg.Observer == nil {
		cfg.Observer = deaf{}
	}
	s := &Server{
		cfg: cfg, sessions: v.Sessions, contents: v.Content, limits: v.Limits, proxies: prefixes(cfg.TrustedProxies),
		secure: strings.HasPrefix(cfg.BaseURL, "https://"), provider: origin(cfg.Issuer),
	}
	if u, err := url.Parse(cfg.BaseURL); err == nil {
		s.host = u.Host
	}
	s.common = s.security()
	s.sessionCookie, s.displayCookie = s.cookieName("session"), s.cookieName("display")
	s.prepared = newPreparedPages(s)
	s.contents.OnChange(s.prepared.follow)
	s.search = searchPages{s, v.Search, v.Feedback}
	s.helpful = helpfulPages{s, v.Feedback}
	s.file = filePages{s, newFileCache(v.Files, v.Content, fileMemory)}
	s.library = libraryPages{s, v.Files, v.Editing}
	s.signin = signinPages{s, v.SignIn}
	s.redeem = redeemPages{s, v.Onboarding}
	s.profile = profilePages{s, v.Staff, v.Sessions}
	s.content = contentPages{Server: s, editing: v.Editing, feedback: v.Feedback, files: v.Files}
	s.agency = agencyPages{s, v.Agencies}
	s.roleToken = roleTokenPages{s, v.Tokens}
	s.staff = staffPages{s, v.Staff, v.Agencies}
	s.device = devicePages{s, v.Sessions}
	s.audit = auditPages{s, v.AuditLog, v.Agencies}
	s.status = statusPages{s, v.Status}
	s.health = healthPages{s}
	s.discover = discoverPages{s}
	s.display = displayPages{s}
	return s
}

func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
