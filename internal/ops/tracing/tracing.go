// Package tracing sends traces of requests, statements and what is asked of the
// provider to an OpenTelemetry collector, where one is set
// (OTEL_EXPORTER_OTLP_ENDPOINT). Where none is set it does nothing and nothing
// of it stands in a request's way.
package tracing

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"strings"

	"github.com/exaring/otelpgx"
	"github.com/go-chi/chi/v5"
	"github.com/go-logr/logr"
	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// Tracing is nil where no collector is set; its methods can be called then too.
type Tracing struct {
	provider *trace.TracerProvider
}

// Start begins to send traces if the environment names a collector for them.
// The other variables of the OTLP exporter and of sampling hold as well.
func Start(ctx context.Context, version string) (*Tracing, error) {
	if os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") == "" && os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == "" {
		return nil, nil
	}
	// What the library has to say goes where everything goes, as JSON.
	otel.SetLogger(logr.FromSlogHandler(slog.Default().Handler()))
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { slog.Warn("sending traces", "err", err) }))
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, err
	}
	return To(exporter, version)
}

// To sends traces to exporter, which is told no more than discreet lets through.
func To(exporter trace.SpanExporter, version string) (*Tracing, error) {
	about, err := resource.Merge(resource.NewSchemaless(attribute.String("service.name", "portal"), attribute.String("service.version", version)),
		resource.Environment())
	if err != nil {
		return nil, err
	}
	return &Tracing{trace.NewTracerProvider(trace.WithBatcher(discreet{exporter}), trace.WithResource(about))}, nil
}

// Flush sends what has not been sent yet, now.
func (t *Tracing) Flush(ctx context.Context) error { return t.provider.ForceFlush(ctx) }

// Stop sends what has not been sent yet, and ends.
func (t *Tracing) Stop(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// Requests is the middleware for requests. It is nil where there are no traces,
// and so is what the other methods return.
func (t *Tracing) Requests() func(http.Handler) http.Handler {
	if t == nil {
		return nil
	}
	trace := otelhttp.NewMiddleware("request", otelhttp.WithTracerProvider(t.provider), otelhttp.WithMeterProvider(noop.NewMeterProvider()),
		otelhttp.WithPropagators(nobody()), otelhttp.WithPublicEndpointFn(func(*http.Request) bool { return true }),
		otelhttp.WithFilter(func(r *http.Request) bool { return r.URL.Path != "/livez" && r.URL.Path != "/readyz" }))
	return func(next http.Handler) http.Handler { return trace(named(next)) }
}

// named gives the span the pattern that the request came by, once it is known.
func named(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			route := "unmatched"
			if c := chi.RouteContext(r.Context()); c != nil && c.RoutePattern() != "" {
				route = c.RoutePattern()
			}
			span := oteltrace.SpanFromContext(r.Context())
			span.SetName(usual(r.Method) + " " + route)
			span.SetAttributes(attribute.String("http.route", route))
		}()
		next.ServeHTTP(w, r)
	})
}

// usual is the method if the portal has it: a client can make up any word.
func usual(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
		return method
	}
	return "OTHER"
}

// Statements is the tracer for connections to the database.
func (t *Tracing) Statements() pgx.QueryTracer {
	if t == nil {
		return nil
	}
	return otelpgx.NewTracer(otelpgx.WithTracerProvider(t.provider), otelpgx.WithMeterProvider(noop.NewMeterProvider()),
		otelpgx.WithSpanNameFunc(firstWord))
}

// firstWord is what a statement does: the rest of it stands in its attribute.
func firstWord(sql string) string {
	if words := strings.Fields(sql); len(words) > 0 {
		return words[0]
	}
	return "SQL"
}

// Provider wraps the transport of requests to the provider.
func (t *Tracing) Provider() func(http.RoundTripper) http.RoundTripper {
	if t == nil {
		return nil
	}
	return func(next http.RoundTripper) http.RoundTripper {
		return otelhttp.NewTransport(next, otelhttp.WithTracerProvider(t.provider), otelhttp.WithMeterProvider(noop.NewMeterProvider()),
			otelhttp.WithPropagators(nobody()))
	}
}

// nobody tells nobody outside of a trace, and takes none from there.
func nobody() propagation.TextMapPropagator { return propagation.NewCompositeTextMapPropagator() }
