package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/kit/db"
	"portal/internal/ops/housekeeping"
	"portal/internal/ops/metrics"
	"portal/internal/ops/status"
	"portal/internal/ops/trafficlog"
	"portal/web"
)

// ready are the parts without which a server gets no requests.
func (h *house) ready() []web.Part {
	return []web.Part{
		{Name: "database", Check: func(ctx context.Context) error { return db.CheckThai(ctx, h.read) }},
		{Name: "database for changes", Check: func(ctx context.Context) error { return db.CheckWritable(ctx, h.write) }},
		{Name: "migrations", Check: func(ctx context.Context) error { return db.CheckVersion(ctx, h.read) }},
		{Name: "public pages", Check: func(ctx context.Context) error {
			_, err := h.contents.Current(ctx)
			return err
		}},
	}
}

// status is what the page สถานะระบบ tells.
func (h *house) status(jobs *housekeeping.Service) *status.Service {
	return status.New(status.Sources{
		Build: status.Build{Version: revision(), Go: runtime.Version(), Started: h.started}, BaseURL: h.cfg.BaseURL, Idle: h.cfg.SessionIdle,
		Read: h.read, Pools: h.pools, Jobs: jobs.Jobs, Audit: h.audit, Content: h.contents, Search: h.search, SignIn: h.signin, Now: time.Now,
	})
}

func (h *house) pools() []status.Pool {
	of := func(name string, p *pgxpool.Pool) status.Pool {
		s := p.Stat()
		return status.Pool{Name: name, Used: int(s.AcquiredConns()), Max: int(s.MaxConns())}
	}
	return []status.Pool{of("อ่าน", h.read), of("เขียน", h.write)}
}

func (h *house) metrics(state *status.Service, jobs *housekeeping.Service) *metrics.Metrics {
	return metrics.New(metrics.Sources{
		Pools:   map[string]*pgxpool.Pool{"read": h.read, "write": h.write},
		Content: h.contents, Status: state, Jobs: jobs.Jobs, Now: time.Now,
	})
}

// serveMetrics serves the metrics at their own address, if there is one, until
// the function it returns is called. What waits in lines is counted before.
func (h *house) serveMetrics(m *metrics.Metrics, lines *trafficlog.Buffer, log *slog.Logger) (stop func(), err error) {
	if h.cfg.MetricsAddr == "" {
		return func() {}, nil
	}
	l, err := listen(h.cfg.MetricsAddr, "set another in PORTAL_METRICS_ADDRESS")
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

func (h *house) stopTracing() {
	ctx, cancel := context.WithTimeout(context.Background(), tracesWithin)
	defer cancel()
	_ = h.tracing.Stop(ctx) // a collector that is away keeps nobody
}
