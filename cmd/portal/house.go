package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/kit/audit"
	"portal/internal/kit/config"
	"portal/internal/kit/db"
	"portal/internal/kit/ratelimit"
	"portal/internal/ops/auditlog"
	"portal/internal/ops/housekeeping"
	"portal/internal/ops/seed"
	"portal/internal/ops/status"
	"portal/internal/ops/tracing"
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
	"portal/web"
)

// house is everything wired together, bottom to top.
type house struct {
	cfg      config.Config
	write    *pgxpool.Pool
	read     *pgxpool.Pool
	agencies *agency.Service
	tokens   *token.Service
	sessions *session.Service
	signin   *signin.Service
	seeds    *seed.Service
	search   *search.Service
	editing  *editing.Service
	contents *content.Service
	limits   *ratelimit.Service
	log      *audit.Log
	audit    *auditlog.Service
	traffic  *trafficlog.Log // nil: traffic goes where the program's log goes
	tracing  *tracing.Tracing
	started  time.Time
	packing  time.Duration // after the start, pages are packed as short as can be
}

// build opens the pools; it does not wait for the database.
func build(ctx context.Context, cfg config.Config) (*house, error) {
	keys, err := token.ParseKeys(cfg.TokenKeys)
	if err != nil {
		return nil, err
	}
	traces, err := tracing.Start(ctx, version())
	if err != nil {
		return nil, err
	}
	write, err := db.Open(ctx, cfg.DatabaseURL, traces.Statements())
	if err != nil {
		return nil, err
	}
	read, err := db.OpenReadOnly(ctx, cfg.DatabaseURL, traces.Statements())
	if err != nil {
		write.Close()
		return nil, err
	}
	h := &house{cfg: cfg, write: write, read: read, log: audit.New(write), tracing: traces, started: time.Now()}
	h.agencies = agency.New(read, h.log)
	h.tokens = token.New(read, h.log, keys, h.agencies.Lineage, time.Now)
	h.seeds = seed.New(read, h.log)
	h.audit = auditlog.New(read, h.log, time.Now)
	h.sessions = session.New(write, h.log, session.Limits{Idle: cfg.SessionIdle, Absolute: cfg.SessionMax}, time.Now)
	h.limits = ratelimit.New(write, ratelimit.Of(cfg.Limits), time.Now)
	h.tokens.LimitTries(token.Tries{PerPerson: cfg.Limits.Token.Most, PerAddress: cfg.Limits.TokenAddress.Most, Window: cfg.Limits.Token.In})
	h.signin = signin.New(h.provider(traces), write, h.log, h.sessions)
	h.editing = editing.New(read, h.log, time.Now)
	h.contents = content.New(read, copyIn(cfg.DataDir), time.Now)
	h.search = search.New(h.contents, read, write, time.Now)
	return h, nil
}

// provider is how the portal stands with the OpenID provider.
func (h *house) provider(traces *tracing.Tracing) signin.Config {
	c := h.cfg
	return signin.Config{
		MayRecord: h.limits.MayRecord,
		Issuer:    c.Issuer, ClientID: c.ClientID, ClientSecret: c.ClientSecret, SecretEncoding: c.SecretEncoding,
		Scopes: c.Scopes, MinimumIAL: c.MinimumIAL, Now: time.Now, Transport: traces.Provider(),
		RedirectURL: c.BaseURL + "/backend/login/callback", LogoutURL: c.BaseURL + "/backend/logout/done",
	}
}

// openTraffic opens the files of the traffic log if there is a folder for them.
func (h *house) openTraffic() (err error) {
	if h.cfg.LogDir != "" {
		h.traffic, err = trafficlog.Open(h.cfg.LogDir, os.Stdout, time.Now)
	}
	return err
}

// housekeeping are the jobs of a server.
func (h *house) housekeeping() *housekeeping.Service {
	return housekeeping.New(h.write,
		housekeeping.Parts{Log: h.log, Limits: h.limits, Agencies: h.agencies, Audit: h.audit, Sessions: h.sessions, SignIn: h.signin, Tokens: h.tokens, Traffic: h.traffic},
		housekeeping.Keep{Audit: h.cfg.AuditKeep, Traffic: h.cfg.TrafficKeep}, time.Now)
}

func (h *house) close() {
	h.read.Close()
	h.write.Close()
	if h.traffic != nil {
		_ = h.traffic.Close() // each line was written as it came
	}
	h.stopTracing()
}

// copyIn is the name of the content's copy in the data folder, if there is one.
func copyIn(dir string) string {
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "content.json")
}

// serve serves on l until ctx ends, with the work behind it: what follows the
// content, the counts of searches and the lines of the traffic log, which are
// written once more at the end, and the jobs.
func (h *house) serve(ctx context.Context, l net.Listener, log *slog.Logger, out io.Writer) error {
	behind, stop := context.WithCancel(context.WithoutCancel(ctx))
	var work sync.WaitGroup
	h.limits.Warn = func(err error) { log.Warn("rate limits: each server counts for itself", "err", err) }
	jobs := h.housekeeping()
	state := h.status(jobs)
	counts := h.metrics(state, jobs)
	if h.traffic != nil {
		out = h.traffic
	}
	lines := trafficlog.NewBuffer(out, counts.Request)
	server := h.server(log, lines, state, counts)
	counted, err := h.serveMetrics(counts, lines, log)
	if err != nil {
		stop()
		return err
	}
	defer counted()
	context.AfterFunc(ctx, server.Stop)
	log.Info("serving", "version", version(), "address", l.Addr().String(), "metrics", h.cfg.MetricsAddr, "traces", h.tracing != nil)
	defer log.Info("stopped")
	h.contents.OnChange(h.search.Follow)
	work.Go(func() { lines.Run(behind) })
	work.Go(func() { h.pack(behind, server) })
	work.Go(func() { h.contents.Keep(behind, log) })
	work.Go(func() { h.search.Keep(behind, func(err error) { log.Error("search", "err", err) }) })
	work.Go(func() { h.editing.Keep(behind, func(err error) { log.Error("scheduled publication", "err", err) }) })
	work.Go(func() { jobs.Run(behind, log) })
	defer func() { stop(); work.Wait() }() // after the last request
	return serveOn(ctx, l, server.Handler(), h.cfg.Drain, log)
}

// pack packs the pages as short as can be, which takes a core for a second or
// two, when it is time for it.
func (h *house) pack(ctx context.Context, server *web.Server) {
	select {
	case <-time.After(h.packing):
		server.Prepare(ctx)
	case <-ctx.Done():
	}
}

// server builds the web server on top.
func (h *house) server(log *slog.Logger, lines *trafficlog.Buffer, state *status.Service, counts web.Observer) *web.Server {
	c := h.cfg
	traffic := log
	if h.traffic != nil {
		traffic = slog.New(slog.NewJSONHandler(h.traffic, nil))
	}
	return web.New(
		web.Config{
			BaseURL: c.BaseURL, Issuer: c.Issuer, TrustedProxies: c.TrustedProxies, CheckLinks: c.CheckLinks, BrowserKeys: browserKeys(c.TokenKeys),
			Log: log, Traffic: traffic, Lines: lines, Now: time.Now, Ready: h.ready(), Observer: counts, Trace: h.tracing.Requests(),
		},
		web.Services{
			Content: h.contents, Files: file.New(h.read, h.log), Limits: h.limits,
			Onboarding: onboarding.New(h.log, h.tokens, time.Now), Sessions: h.sessions,
			SignIn: h.signin, Staff: staff.New(h.read, h.log, time.Now),
			Agencies: h.agencies, Tokens: h.tokens, AuditLog: h.audit,
			Editing: h.editing, Search: h.search, Feedback: feedback.New(h.read, h.write, time.Now), Status: state,
		})
}
