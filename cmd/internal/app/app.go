// Package app wires the portal together, for the commands that run it.
package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/config"
	"portal/internal/kit/db"
	"portal/internal/kit/jobs"
	"portal/internal/kit/ratelimit"
	"portal/internal/ops/auditlog"
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
	"portal/web/kit"
)

// CommandLine acts for those who run a command.
var CommandLine = authz.System("command line")

// App is everything wired together, bottom to top.
type App struct {
	cfg      config.Config
	write    *pgxpool.Pool
	read     *pgxpool.Pool
	agencies *agency.Service
	Tokens   *token.Service
	Sessions *session.Service
	signin   *signin.Service
	Seeds    *seed.Service
	search   *search.Service
	editing  *editing.Service
	contents *content.Service
	limits   *ratelimit.Service
	log      *audit.Log
	Audit    *auditlog.Service
	traffic  *trafficlog.Log // nil: traffic goes where the program's log goes
	tracing  *tracing.Tracing
	started  time.Time
	Packing  time.Duration // after the start, pages are packed as short as can be
}

// New opens the pools; it does not wait for the database.
func New(ctx context.Context, cfg config.Config) (*App, error) {
	keys, err := token.ParseKeys(cfg.TokenKeys)
	if err != nil {
		return nil, err
	}
	traces, err := tracing.Start(ctx, Version())
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
	a := &App{cfg: cfg, write: write, read: read, log: audit.New(write), tracing: traces, started: time.Now()}
	a.agencies = agency.New(read, a.log)
	a.Tokens = token.New(read, a.log, keys, a.agencies.Lineage, time.Now)
	a.Seeds = seed.New(read, a.log)
	a.Audit = auditlog.New(read, a.log, time.Now)
	a.Sessions = session.New(write, a.log, session.Limits{Idle: cfg.SessionIdle, Absolute: cfg.SessionMax}, time.Now)
	a.limits = ratelimit.New(write, ratelimit.Of(cfg.Limits), time.Now)
	a.Tokens.LimitTries(token.Tries{PerPerson: cfg.Limits.Token.Most, PerAddress: cfg.Limits.TokenAddress.Most, Window: cfg.Limits.Token.In})
	a.signin = signin.New(a.provider(traces), write, a.log, a.Sessions)
	a.editing = editing.New(read, a.log, time.Now)
	a.contents = content.New(read, copyIn(cfg.DataDir), time.Now)
	a.search = search.New(a.contents, read, write, time.Now)
	return a, nil
}

// provider is how the portal stands with the OpenID provider.
func (a *App) provider(traces *tracing.Tracing) signin.Config {
	c := a.cfg
	return signin.Config{
		MayRecord: a.limits.MayRecord,
		Issuer:    c.Issuer, ClientID: c.ClientID, ClientSecret: c.ClientSecret, SecretEncoding: c.SecretEncoding,
		Scopes: c.Scopes, MinimumIAL: c.MinimumIAL, Now: time.Now, Transport: traces.Provider(),
		RedirectURL: c.BaseURL + "/backend/login/callback", LogoutURL: c.BaseURL + "/backend/logout/done",
	}
}

// OpenTraffic opens the files of the traffic log if there is a folder for them.
func (a *App) OpenTraffic() (err error) {
	if a.cfg.LogDir != "" {
		a.traffic, err = trafficlog.Open(a.cfg.LogDir, os.Stdout, time.Now)
	}
	return err
}

// Close ends what New and OpenTraffic opened.
func (a *App) Close() {
	a.read.Close()
	a.write.Close()
	if a.traffic != nil {
		_ = a.traffic.Close() // each line was written as it came
	}
	a.stopTracing()
}

// copyIn is the name of the content's copy in the data folder, if there is one.
func copyIn(dir string) string {
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "content.json")
}

// Serve serves on l until ctx ends, with the work behind it: what follows the
// content, the counts of searches and the lines of the traffic log, which are
// written once more at the end, and the jobs.
func (a *App) Serve(ctx context.Context, l net.Listener, log *slog.Logger, out io.Writer) error {
	behind, stop := context.WithCancel(context.WithoutCancel(ctx))
	var work sync.WaitGroup
	a.limits.Warn = func(err error) { log.Warn("rate limits: each server counts for itself", "err", err) }
	background, err := jobs.New(a.write, log, a.jobs()...)
	if err != nil {
		stop()
		return err
	}
	state := a.status(background)
	counts := a.metrics(state, background)
	if a.traffic != nil {
		out = a.traffic
	}
	lines := trafficlog.NewBuffer(out, counts.Request)
	server := a.server(log, lines, state, counts)
	counted, err := a.serveMetrics(counts, lines, log)
	if err != nil {
		stop()
		return err
	}
	defer counted()
	context.AfterFunc(ctx, server.Stop)
	log.Info("serving", "version", Version(), "address", l.Addr().String(), "metrics", a.cfg.MetricsAddr, "traces", a.tracing != nil)
	defer log.Info("stopped")
	a.contents.OnChange(a.search.Follow)
	work.Go(func() { lines.Run(behind) })
	work.Go(func() { a.pack(behind, server) })
	work.Go(func() { a.contents.Keep(behind, log) })
	work.Go(func() { a.search.Keep(behind, func(err error) { log.Error("search", "err", err) }) })
	work.Go(func() { a.editing.Keep(behind, func(err error) { log.Error("scheduled publication", "err", err) }) })
	asked, end := context.WithCancel(ctx)
	work.Go(func() { background.Run(asked) })     // jobs end while the last requests do
	defer func() { end(); stop(); work.Wait() }() // after the last request
	return serveOn(ctx, l, server.Handler(), a.cfg.Drain, log)
}

// pack packs the pages as short as can be, which takes a core for a second or
// two, when it is time for it.
func (a *App) pack(ctx context.Context, server *web.Server) {
	select {
	case <-time.After(a.Packing):
		server.Prepare(ctx)
	case <-ctx.Done():
	}
}

// server builds the web server on top.
func (a *App) server(log *slog.Logger, lines *trafficlog.Buffer, state *status.Service, counts kit.Observer) *web.Server {
	c := a.cfg
	traffic := log
	if a.traffic != nil {
		traffic = slog.New(slog.NewJSONHandler(a.traffic, nil))
	}
	return web.New(
		web.Config{
			BaseURL: c.BaseURL, Issuer: c.Issuer, TrustedProxies: c.TrustedProxies, CheckLinks: c.CheckLinks, BrowserKeys: browserKeys(c.TokenKeys),
			Log: log, Traffic: traffic, Lines: lines, Now: time.Now, Ready: a.ready(), Observer: counts, Trace: a.tracing.Requests(),
		},
		web.Services{
			Content: a.contents, Files: file.New(a.read, a.log), Limits: a.limits,
			Onboarding: onboarding.New(a.log, a.Tokens, time.Now), Sessions: a.Sessions,
			SignIn: a.signin, Staff: staff.New(a.read, a.log, time.Now),
			Agencies: a.agencies, Tokens: a.Tokens, AuditLog: a.Audit,
			Editing: a.editing, Search: a.search, Feedback: feedback.New(a.read, a.write, time.Now), Status: state,
		})
}

// IssueToken issues a code of the role in the agency.
func (a *App) IssueToken(ctx context.Context, role authz.Role, agencyCode string) (string, error) {
	if !role.Valid() {
		return "", fmt.Errorf("--role: %q is not a role; `portal help` lists them", role)
	}
	in, err := a.agencies.ByCode(ctx, agencyCode)
	if err != nil {
		return "", fmt.Errorf("--agency %s: %w", agencyCode, err)
	}
	c, err := a.Tokens.Issue(ctx, CommandLine, in.ID, role)
	return c.String(), err
}
