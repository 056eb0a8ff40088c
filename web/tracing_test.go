package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"portal/internal/dev/testdb"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/ops/tracing"
)

// TestA70_TracesOfTheWholePortal goes through pages with secrets in every field
// and looks for them in what is told of requests and statements.
func TestA70_TracesOfTheWholePortal(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewInMemoryExporter()
	traces, err := tracing.To(spans, "test")
	if err != nil {
		t.Fatal(err)
	}
	pool, err := db.Open(t.Context(), testdb.URL(t), traces.Statements())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	s := newSiteOn(t, pool, "https://id.invalid")
	s.server.cfg.Trace = traces.Requests()
	s.handler = s.server.Handler()
	cookie := s.person("SECRETPERSON", "")
	admin := s.person("admin", authz.DGAAdmin)
	code := s.issue(authz.CentralOfficer)
	s.get("/backend/login/callback?code=SECRETCODE&state=SECRETSTATE", nil)
	s.get("/backend/search?q=SECRETWORD", nil)
	s.get("/backend/staff?q=SECRETNAME", admin)
	s.get("/backend/SECRETPATH", admin)
	s.post("/backend/token", cookie, url.Values{"token": {"SECRETTOKEN"}, "form_key": {"ABCDEFGHIJKLMNOPQRSTUVWXYZ"}})
	if res := s.post("/backend/token", cookie, url.Values{"token": {code}, "form_key": {"ABCDEFGHIJKLMNOPQRSTUVWXYZ"}}); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("redeeming: %d", res.StatusCode)
	}
	if err := traces.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	told := ""
	names := map[string]bool{}
	for _, span := range spans.GetSpans() {
		names[span.Name] = true
		told += fmt.Sprintln(span.Name, span.Attributes, span.Events, span.Status, span.Links)
	}
	for _, want := range []string{"GET /backend/login/callback", "POST /backend/token", "GET /backend/staff", "GET unmatched", "SELECT", "UPDATE"} {
		if !names[want] {
			t.Errorf("no span %q among %v", want, names)
		}
	}
	for _, secret := range []string{"SECRET", code, strings.ReplaceAll(code, "-", ""), cookie.Value, admin.Value, "สมชาย", "somchai", "192.0.2.1"} {
		if i := strings.Index(told, secret); i >= 0 {
			t.Errorf("%q is told: …%s…", secret, told[max(0, i-100):min(len(told), i+100)])
		}
	}
	if parts := strings.Count(told, "postgres"); parts == 0 {
		t.Error("statements say nothing of the database")
	}
}
