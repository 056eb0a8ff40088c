package tracing

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/go-chi/chi/v5"
)

func TestNothingWithoutACollector(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "")
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "")
	tr, err := Start(t.Context(), "abc")
	if err != nil || tr != nil {
		t.Fatalf("%v %v", tr, err)
	}
	if tr.Requests() != nil || tr.Statements() != nil || tr.Provider() != nil || tr.Stop(t.Context()) != nil {
		t.Error("something stands in the way")
	}
}

// collector takes what is sent to it.
type collector struct {
	*httptest.Server
	mu   sync.Mutex
	sent bytes.Buffer
	path string
}

func newCollector(t *testing.T) *collector {
	t.Helper()
	c := &collector{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.path = r.URL.Path
		var body io.Reader = r.Body
		if r.Header.Get("Content-Encoding") == "gzip" {
			body, _ = gzip.NewReader(r.Body)
		}
		_, _ = io.Copy(&c.sent, body)
	}))
	t.Cleanup(c.Close)
	return c
}

// TestA70_SpansSayNothingOfPeople sends a request whose every part is a secret
// and reads what a collector gets, as it goes over the network.
func TestA70_SpansSayNothingOfPeople(t *testing.T) {
	c := newCollector(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", c.URL)
	tr, err := Start(t.Context(), "abc")
	if err != nil {
		t.Fatal(err)
	}
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Traceparent") != "" {
			t.Error("the provider is told of the trace")
		}
		w.Header().Set("Set-Cookie", "SECRET=1")
		w.WriteHeader(http.StatusTeapot)
	}))
	t.Cleanup(provider.Close)
	r := chi.NewRouter()
	r.Use(tr.Requests())
	r.Get("/backend/staff/{id}", func(w http.ResponseWriter, r *http.Request) {
		client := &http.Client{Transport: tr.Provider()(http.DefaultTransport)}
		q, err := http.NewRequestWithContext(r.Context(), http.MethodPost, provider.URL+"/connect/token?code=SECRET", strings.NewReader("SECRET"))
		if err != nil {
			t.Error(err)
			return
		}
		q.SetBasicAuth("SECRET", "SECRET")
		res, err := client.Do(q)
		if err != nil {
			t.Error(err)
			return
		}
		_ = res.Body.Close()
		w.WriteHeader(http.StatusInternalServerError)
	})
	q := httptest.NewRequest("GET", "http://portal.example/backend/staff/SECRET?code=SECRET&state=SECRET", nil)
	q.RemoteAddr = "203.0.113.77:1234"
	for name, value := range map[string]string{"Cookie": "session=SECRET", "User-Agent": "SECRET", "Referer": "SECRET", "X-Forwarded-For": "203.0.113.77",
		"Traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "Baggage": "who=SECRET"} {
		q.Header.Set(name, value)
	}
	r.ServeHTTP(httptest.NewRecorder(), q)
	r.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("SECRET", "http://portal.example/SECRET", nil))
	if err := tr.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	got := c.sent.String()
	if c.path != "/v1/traces" {
		t.Errorf("sent to %q", c.path)
	}
	for _, want := range []string{"GET /backend/staff/{id}", "HTTP POST", "OTHER unmatched", "http.route", "portal", "http.response.status_code"} {
		if !strings.Contains(got, want) {
			t.Errorf("nothing of %q in %q", want, got)
		}
	}
	for _, secret := range []string{"SECRET", "203.0.113.77", "\x4b\xf9\x2f\x35\x77\xb3"} {
		if strings.Contains(got, secret) {
			t.Errorf("%q is told: %q", secret, got)
		}
	}
}
