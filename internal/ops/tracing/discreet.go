package tracing

import (
	"context"
	"slices"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/trace"
)

// said lists what may be told of a span. Everything else stays here: addresses
// with codes and states in them, who asked and from where, what errors quote.
var said = []attribute.Key{
	"http.request.method", "http.route", "http.response.status_code", "network.protocol.version", "url.scheme", "server.address", "server.port",
	"db.system", "db.system.name", "db.statement", "db.query.text", "db.operation", "db.operation.name", "db.namespace", "db.name",
	"db.response.status_code", "pgx.rows_affected", "pgx.prepare_stmt.name", "error.type",
}

// discreet sends of each span only what is said.
type discreet struct{ trace.SpanExporter }

// ExportSpans is asked by the SDK.
func (d discreet) ExportSpans(ctx context.Context, spans []trace.ReadOnlySpan) error {
	told := make([]trace.ReadOnlySpan, len(spans))
	for i, s := range spans {
		told[i] = quiet{s}
	}
	return d.SpanExporter.ExportSpans(ctx, told)
}

// quiet is a span without what is not to be said.
type quiet struct{ trace.ReadOnlySpan }

// Name is the span's name without anything that somebody could have sent.
func (q quiet) Name() string {
	name := q.ReadOnlySpan.Name()
	if i := strings.IndexAny(name, "?\n\r"); i >= 0 {
		name = name[:i]
	}
	return name
}

// Attributes are those that may be told.
func (q quiet) Attributes() []attribute.KeyValue {
	return slices.DeleteFunc(slices.Clone(q.ReadOnlySpan.Attributes()), func(a attribute.KeyValue) bool { return !slices.Contains(said, a.Key) })
}

// Events are none: they hold the words of errors, which quote rows.
func (quiet) Events() []trace.Event { return nil }

// DroppedAttributes says how many are not told.
func (q quiet) DroppedAttributes() int {
	return q.ReadOnlySpan.DroppedAttributes() + len(q.ReadOnlySpan.Attributes()) - len(q.Attributes())
}

// Status is whether it failed, without the words.
func (q quiet) Status() trace.Status {
	s := q.ReadOnlySpan.Status()
	s.Description = ""
	return s
}
