package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/kit/db"
	"portal/internal/kit/jobs"
	"portal/internal/ops/metrics"
	"portal/internal/ops/status"
	"portal/internal/ops/trafficlog"
	"portal/web"
)

// ready are the parts without which a server gets no requests.
func (a *App) ready() []web.Part {
	return []web.Part{
		{Name: "database", Check: func(ctx context.Context) error { return db.CheckThai(ctx, a.read) }},
		{Name: "database for changes", Check: func(ctx context.Context) error { return db.CheckWritable(ctx, a.write) }},
		{Name: "migrations", Check: func(ctx context.Context) error { return db.CheckVersion(ctx, a.read) }},
		{Name: "public pages", Check: func(ctx context.Context) error {
			_, err := a.contents.Current(ctx)
			return err
		}},
	}
}

// status is what the page สถานะระบบ tells.
func (a *App) status(work *jobs.Client) *status.Service {
	return status.New(status.Sources{
		Build: status.Build{Version: Revision(), Go: runtime.Version(), Started: a.started}, BaseURL: a.cfg.BaseURL, Idle: a.cfg.SessionIdle,
		Read: a.read, Pools: a.pools, Jobs: work.States, Audit: a.Audit, Content: a.contents, Search: a.search, SignIn: a.signin, Now: time.Now,
	})
}

func (a *App) pools() []status.Pool {
	of := func(name string, p *pgxpool.Pool) status.Pool {
		s := p.Stat()
		return status.Pool{Name: name, Used: int(s.AcquiredConns()), Max: int(s.MaxConns())}
	}
	return []status.Pool{of("อ่าน", a.read), of("เขียน", a.write)}
}

func (a *App) metrics(state *status.Service, work *jobs.Client) *metrics.Metrics {
	return metrics.New(metrics.Sources{
		Pools:   map[string]*pgxpool.Pool{"read": a.read, "write": a.write},
		Content: a.contents, Status: state, Jobs: work.States, Now: time.Now,
	})
}

// serveMetrics serves the metrics at their own address, if there is one, until
// the function it returns is called. What waits in lines is counted before.
func (a *App) serveMetrics(m *metrics.Metrics, lines *trafficlog.Buffer, log *slog.Logger) (stop func(), err error) {
	if a.cfg.MetricsAddr == "" {
		return func() {}, nil
	}
	l, err := Listen(a.cfg.MetricsAddr, "set another in PORTAL_METRICS_ADDRESS")
	if err != nil {
		return nil, err
	}
	all := m.Handler()
	upToDate := func(w http.ResponseWriter, r *http.Request) {
		lines.Flush()
		all.ServeHTTP(w, r)
	}
	srv := &http.Server{
		Handler: http.HandlerFunc(upToDate), ReadHeaderTimeout: headerTimeout, ReadTimeout: bodyTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	go func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Error("serving the metrics", "err", err)
		}
	}()
	return func() { _ = srv.Close() }, nil
}

// tracesWithin bounds sending the last traces when the server ends.
const tracesWithin = 2 * time.Second

func (a *App) stopTracing() {
	ctx, cancel := context.WithTimeout(context.Background(), tracesWithin)
	defer cancel()
	_ = a.tracing.Stop(ctx) // a collector that is away keeps nobody
}
