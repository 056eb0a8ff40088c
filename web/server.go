// Package web turns requests into use-case calls and results into pages.
//
// Start at routes.go. It holds no rule and no SQL: handlers parse, call one
// method of an internal package, and respond.
package web

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"portal/internal/agency"
	"portal/internal/announcement"
	"portal/internal/auditlog"
	"portal/internal/banner"
	"portal/internal/editing"
	"portal/internal/faq"
	"portal/internal/feedback"
	"portal/internal/file"
	"portal/internal/manual"
	"portal/internal/onboarding"
	"portal/internal/page"
	"portal/internal/search"
	"portal/internal/session"
	"portal/internal/settings"
	"portal/internal/signin"
	"portal/internal/staff"
	"portal/internal/token"
)

// Config is what the server must know of the world around it.
type Config struct {
	BaseURL        string // scheme and host, no trailing slash
	Issuer         string // the OpenID provider; forms may lead there
	TrustedProxies []string
	Ready          func(*http.Request) error // says why the server cannot work; nil when it can
	Log            *slog.Logger
	Traffic        *slog.Logger // one line for each request; nil: to Log
	Now            func() time.Time
}

// Services are the use cases the pages call.
type Services struct {
	Agencies      *agency.Service
	Announcements *announcement.Service
	AuditLog      *auditlog.Service
	Banners       *banner.Service
	Editing       *editing.Service
	FAQ           *faq.Service
	Feedback      *feedback.Service
	Files         *file.Service
	Manuals       *manual.Service
	Onboarding    *onboarding.Service
	Pages         *page.Service
	Search        *search.Service
	Sessions      *session.Service
	Settings      *settings.Service
	SignIn        *signin.Service
	Staff         *staff.Service
	Tokens        *token.Service
}

// Server answers every request of the portal.
type Server struct {
	cfg      Config
	host     string
	secure   bool
	provider string // origin of the provider
	sessions *session.Service
	settings *settings.Service
	site     atomic.Pointer[keptSite] // last good copy, for pages while the database is away

	home      homePages
	text      textPages
	faq       faqPages
	manual    manualPages
	contact   contactPages
	news      newsPages
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
	health    healthPages
	discover  discoverPages
	display   displayPages
}

// New returns a Server. cfg.BaseURL and cfg.Issuer must be valid addresses.
func New(cfg Config, v Services) *Server {
	if cfg.Traffic == nil {
		cfg.Traffic = cfg.Log
	}
	s := &Server{
		cfg: cfg, sessions: v.Sessions, settings: v.Settings,
		secure: strings.HasPrefix(cfg.BaseURL, "https://"), provider: origin(cfg.Issuer),
	}
	if u, err := url.Parse(cfg.BaseURL); err == nil {
		s.host = u.Host
	}
	s.home = homePages{s, v.Banners, v.Announcements, v.FAQ, v.Manuals}
	s.text = textPages{s, v.Pages}
	s.faq = faqPages{s, v.FAQ}
	s.manual = manualPages{s, v.Manuals}
	s.contact = contactPages{s}
	s.news = newsPages{s, v.Announcements, v.Manuals}
	s.search = searchPages{s, v.Search, v.Feedback}
	s.helpful = helpfulPages{s, v.Feedback}
	s.file = filePages{s, v.Files}
	s.library = libraryPages{s, v.Files}
	s.signin = signinPages{s, v.SignIn}
	s.redeem = redeemPages{s, v.Onboarding}
	s.profile = profilePages{s, v.Staff, v.Sessions}
	s.content = contentPages{Server: s, editing: v.Editing, feedback: v.Feedback}
	s.agency = agencyPages{s, v.Agencies}
	s.roleToken = roleTokenPages{s, v.Tokens}
	s.staff = staffPages{s, v.Staff, v.Agencies}
	s.device = devicePages{s, v.Sessions}
	s.audit = auditPages{s, v.AuditLog, v.Agencies}
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
