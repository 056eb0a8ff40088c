// Package metrics counts what the portal does and tells it to Prometheus, at an
// address of its own. Nothing below knows of it: web reports to it through an
// interface, and the rest is read when somebody asks.
package metrics

import (
	"net/http"
	"runtime/debug"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are all of them. Its methods are safe for use by many at once.
type Metrics struct {
	registry *prometheus.Registry
	requests requests
	signIns  *prometheus.CounterVec
	tokens   *prometheus.CounterVec
}

// New returns the metrics of a server that knows what from tells.
func New(from Sources) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: newRequests(),
		signIns: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "portal_signins_total",
			Help: "Ways through the provider that ended, by outcome: done, refused, forbidden, away or failed."}, []string{"outcome"}),
		tokens: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "portal_token_redemptions_total",
			Help: "Role tokens sent in, by outcome: redeemed, refused, paused or failed."}, []string{"outcome"}),
	}
	for _, outcome := range SignInOutcomes {
		m.signIns.WithLabelValues(outcome) // so that a rate can be told from the first one on
	}
	for _, outcome := range RedemptionOutcomes {
		m.tokens.WithLabelValues(outcome)
	}
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "portal_build_info", Help: "1, with the build as labels."}, []string{"version", "revision", "go"})
	build.WithLabelValues(buildLabels()...).Set(1)
	m.registry.MustRegister(m.requests.count, m.requests.seconds, m.signIns, m.tokens, build, observed{from},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// The outcomes, so that each is there from the start.
var (
	SignInOutcomes     = []string{"done", "refused", "forbidden", "away", "failed"}
	RedemptionOutcomes = []string{"redeemed", "refused", "paused", "failed"}
)

// SignIn counts a sign-in that ended.
func (m *Metrics) SignIn(outcome string) { m.signIns.WithLabelValues(outcome).Inc() }

// Redemption counts a role token that was sent in.
func (m *Metrics) Redemption(outcome string) { m.tokens.WithLabelValues(outcome).Inc() }

// Request counts an answered request. route is the pattern that it came by,
// never its address. It allocates nothing but for the first of a kind.
func (m *Metrics) Request(method, route string, status int, took time.Duration) {
	m.requests.add(method, route, status, took)
}

// scrapesAtOnce bounds what asking can cost.
const scrapesAtOnce = 3

// Handler serves the metrics, at /metrics alone.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: scrapesAtOnce, Timeout: 5 * time.Second}))
	return mux
}

func buildLabels() []string {
	version, revision, language := "unknown", "unknown", "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		version, language = info.Main.Version, info.GoVersion
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = s.Value
			}
		}
	}
	return []string{version, revision, language}
}
