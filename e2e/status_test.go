package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"portal/internal/dev/testdb"
)

// TestStatusPageIsClean looks at the page while all is well and after somebody
// has changed the audit log, on a telephone, a tablet and a desk, with scripts
// and without.
func TestStatusPageIsClean(t *testing.T) {
	t.Parallel()
	pool := testdb.New(t)
	p := startServer(t, pool.Config().ConnString(), "")
	t.Cleanup(func() {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		_ = p.cmd.Wait()
	})
	for name, scripts := range map[string]bool{"status": true, "status without scripts": false} {
		b := openTab(t, narrow, 900)
		if !scripts {
			b.withoutScripts()
		}
		b.signIn(p, "sample-dga-admin")
		if status := b.open(p.base + "/backend/status"); status != http.StatusOK || !strings.Contains(b.text(), "Digital ID") {
			t.Fatalf("%s: %d %s", name, status, b.text())
		}
		if scripts { // axe is one
			b.clean(name)
		}
	}
	_, err := pool.Exec(t.Context(), `DO $$ BEGIN SET LOCAL session_replication_role = replica; UPDATE audit_entries SET subject = 'y'
		WHERE id = (SELECT max(id) - 3 FROM audit_entries); END $$`)
	if err != nil {
		t.Fatal(err)
	}
	b := openTab(t, wide, 900)
	b.signIn(p, "sample-dga-admin")
	b.open(p.base + "/backend/profile")
	b.click(`a[href="/backend/status"]`)
	if !strings.Contains(b.text(), "ผิดปกติ 1 รายการ") {
		t.Errorf("%s", b.text())
	}
	b.clean("status bad")
	if status := b.click(`.actions a[href="/backend/status"]`); status != http.StatusOK {
		t.Errorf("once more: %d", status)
	}
}

// TestA80_MetricsStandApart runs a server with metrics: they are at their own
// address and nowhere that visitors reach. Not parallel: it sets the environment.
func TestA80_MetricsStandApart(t *testing.T) {
	metrics := fmt.Sprint("localhost:", freePorts(t))
	t.Setenv("PORTAL_METRICS_ADDRESS", metrics)
	p := startPortal(t)
	for range 3 {
		if status, _ := fetchPage(t, p.base+"/backend/faq"); status != http.StatusOK {
			t.Fatalf("%d", status)
		}
	}
	for path, want := range map[string]int{"/metrics": 404, "/debug/pprof/": 404, "/debug/vars": 404, "/livez": 200, "/readyz": 200} {
		if status, body := fetchPage(t, p.base+path); status != want || strings.Contains(body, "portal_build_info") {
			t.Errorf("%s: %d", path, status)
		}
	}
	_, text := fetchPage(t, "http://"+metrics+"/metrics")
	for _, want := range []string{`portal_http_requests_total{method="GET",route="/backend/faq",status="200"} 3`, `route="unmatched",status="404"}`,
		"\nportal_database_up 1", "\nportal_content_away 0", `portal_build_info{`, `portal_db_pool_max_connections{pool="write"} 20`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if status, _ := fetchPage(t, "http://"+metrics+"/backend/faq"); status != http.StatusNotFound {
		t.Errorf("a page at the metrics' address: %d", status)
	}
	logs, err := filepath.Glob(filepath.Join(p.dir(), "*.log"))
	if err != nil || len(logs) != 1 {
		t.Fatalf("%v %v", logs, err)
	}
	b, err := os.ReadFile(logs[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		if !strings.HasPrefix(line, `{"time":"`) || !strings.HasSuffix(line, "}") {
			t.Errorf("a line that is not JSON: %s", line)
		}
	}
}

func fetchPage(t *testing.T, address string) (int, string) {
	t.Helper()
	res, body, err := fetch(address)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, body
}

// dir is where the server keeps its data.
func (p portal) dir() string {
	for _, v := range p.cmd.Env {
		if dir, ok := strings.CutPrefix(v, "PORTAL_DEV_DIR="); ok {
			return dir
		}
	}
	return ""
}

// TestA69_ServeSpeaksJSON starts a server whose settings are wrong: even that is
// told in lines of JSON on standard output, and no secret is in them.
func TestA69_ServeSpeaksJSON(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(binary, "serve")
	cmd.Env = []string{"DATABASE_URL=postgres://portal:SECRET@localhost/x", "PORTAL_TOKEN_KEYS=SECRET", "DIGITALID_CLIENT_SECRET=SECRET", "DIGITALID_ISSUER=line one\nline two"}
	out, err := cmd.Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Fatalf("%v", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	for _, line := range lines {
		var l struct{ Level, Msg, Err string }
		if err := json.Unmarshal([]byte(line), &l); err != nil || l.Level != "ERROR" || !strings.Contains(l.Err, "PORTAL_BASE_URL") {
			t.Errorf("%v: %s", err, line)
		}
	}
	if len(lines) != 1 || strings.Contains(string(out)+string(exit.Stderr), "SECRET") {
		t.Errorf("%d lines:\n%s%s", len(lines), out, exit.Stderr)
	}
}
