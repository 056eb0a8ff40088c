package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/agency"
	"portal/internal/announcement"
	"portal/internal/audit"
	"portal/internal/banner"
	"portal/internal/config"
	"portal/internal/db"
	"portal/internal/faq"
	"portal/internal/feedback"
	"portal/internal/file"
	"portal/internal/manual"
	"portal/internal/onboarding"
	"portal/internal/page"
	"portal/internal/search"
	"portal/internal/seed"
	"portal/internal/session"
	"portal/internal/settings"
	"portal/internal/signin"
	"portal/internal/staff"
	"portal/internal/token"
	"portal/web"
)

// house is everything wired together, bottom to top.
type house struct {
	cfg      config.Config
	write    *pgxpool.Pool
	read     *pgxpool.Pool
	agencies *agency.Service
	tokens   *token.Service
	seeds    *seed.Service
	search   *search.Service
	log      *audit.Log
}

// build opens the pools; it does not wait for the database.
func build(ctx context.Context, cfg config.Config) (*house, error) {
	keys, err := token.ParseKeys(cfg.TokenKeys)
	if err != nil {
		return nil, err
	}
	write, err := db.Open(ctx, cfg.DatabaseURL)
	if err != nil {
		return nil, err
	}
	read, err := db.OpenReadOnly(ctx, cfg.DatabaseURL)
	if err != nil {
		write.Close()
		return nil, err
	}
	h := &house{cfg: cfg, write: write, read: read, log: audit.New(write), agencies: agency.New(read)}
	h.tokens = token.New(read, h.log, keys, h.agencies.Lineage, time.Now)
	h.seeds = seed.New(read, h.log)
	h.search = search.New(search.Sources{FAQ: faq.New(read), Pages: page.New(read), Manuals: manual.New(read),
		Announcements: announcement.New(read), Settings: settings.New(read)}, read, write, time.Now)
	return h, nil
}

func (h *house) close() {
	h.read.Close()
	h.write.Close()
}

// serve serves on l until ctx ends, with the work behind it: the search index
// and its counts, which are written once more at the end.
func (h *house) serve(ctx context.Context, l net.Listener, log *slog.Logger) error {
	behind, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.search.Keep(behind, func(err error) { log.Error("search", "err", err) })
	}()
	defer func() { stop(); <-done }() // after the last request
	return serveOn(ctx, l, h.handler(log), log)
}

// handler builds the web server on top.
func (h *house) handler(log *slog.Logger) http.Handler {
	c := h.cfg
	sessions := session.New(h.write, h.log, session.Limits{Idle: c.SessionIdle, Absolute: c.SessionMax}, time.Now)
	provider := signin.Config{
		Issuer: c.Issuer, ClientID: c.ClientID, ClientSecret: c.ClientSecret, SecretEncoding: c.SecretEncoding,
		Scopes: c.Scopes, MinimumIAL: c.MinimumIAL, Now: time.Now,
		RedirectURL: c.BaseURL + "/backend/login/callback", LogoutURL: c.BaseURL + "/backend/logout/done",
	}
	return web.New(
		web.Config{
			BaseURL: c.BaseURL, Issuer: c.Issuer, TrustedProxies: c.TrustedProxies, Log: log, Now: time.Now,
			Ready: func(r *http.Request) error { return db.CheckThai(r.Context(), h.read) },
		},
		web.Services{
			Announcements: announcement.New(h.read), Banners: banner.New(h.read), FAQ: faq.New(h.read),
			Files: file.New(h.read), Manuals: manual.New(h.read), Pages: page.New(h.read), Settings: settings.New(h.read),
			Onboarding: onboarding.New(h.log, h.tokens, time.Now), Sessions: sessions,
			SignIn: signin.New(provider, h.write, h.log, sessions), Staff: staff.New(h.read),
			Agencies: h.agencies, Tokens: h.tokens, Audit: h.log,
			Search: h.search, Feedback: feedback.New(h.read, h.write, time.Now),
		}).Handler()
}
