package config

import (
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/caarlos0/env/v11"
)

func set(t *testing.T, vars map[string]string) {
	t.Helper()
	good := map[string]string{
		"PORTAL_BASE_URL": "https://admin.info.go.th", "DATABASE_URL": "postgres:///portal",
		"PORTAL_TOKEN_KEYS":       "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
		"DIGITALID_ISSUER":        "https://connect.egov.go.th",
		"DIGITALID_CLIENT_ID":     "portal",
		"DIGITALID_CLIENT_SECRET": "secret",
	}
	for k, v := range good {
		t.Setenv(k, v)
	}
	for k, v := range vars {
		t.Setenv(k, v)
	}
}

func TestLoadAcceptsAGoodEnvironment(t *testing.T) {
	set(t, nil)
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "127.0.0.1:8080" || c.SecretEncoding != "plain" || len(c.Scopes) != 7 ||
		c.Limits.SignInAddress != (Rate{1000, 10 * time.Minute}) || c.Limits.Token != (Rate{5, 15 * time.Minute}) ||
		c.AuditKeep != 2*365*24*time.Hour || c.TrafficKeep != 90*24*time.Hour || c.LogDir != "" || c.MetricsAddr != "" {
		t.Errorf("defaults: %+v", c)
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ key, value, want string }{
		"plain HTTP":           {"PORTAL_BASE_URL", "http://admin.info.go.th", "PORTAL_BASE_URL"},
		"no keys":              {"PORTAL_TOKEN_KEYS", "", "PORTAL_TOKEN_KEYS is missing"},
		"short key":            {"PORTAL_TOKEN_KEYS", "c2hvcnQ=", "key 1 is not 32 bytes"},
		"development":          {"DIGITALID_ISSUER", "https://localhost:8081", "development provider"},
		"development by IP":    {"DIGITALID_ISSUER", "https://[::1]:8081", "development provider"},
		"plain provider":       {"DIGITALID_ISSUER", "http://connect.egov.go.th", "DIGITALID_ISSUER"},
		"unknown encoding":     {"DIGITALID_SECRET_ENCODING", "md5", "neither plain nor ega"},
		"unknown proxies":      {"PORTAL_TRUSTED_PROXIES", "nginx", "PORTAL_TRUSTED_PROXIES"},
		"audit log of a month": {"PORTAL_AUDIT_KEEP", "720h", "PORTAL_AUDIT_KEEP"},
		"a year is not enough": {"PORTAL_AUDIT_KEEP", "8760h", "PORTAL_AUDIT_KEEP"},
		"traffic of a week":    {"PORTAL_TRAFFIC_KEEP", "168h", "PORTAL_TRAFFIC_KEEP"},
		"public metrics":       {"PORTAL_METRICS_ADDRESS", "127.0.0.1:8080", "PORTAL_METRICS_ADDRESS"},
		"metrics nowhere":      {"PORTAL_METRICS_ADDRESS", "9090", "PORTAL_METRICS_ADDRESS"},
		"a minute of drain":    {"PORTAL_DRAIN", "1m", "PORTAL_DRAIN"},
		"logs somewhere":       {"PORTAL_LOG_DIR", "log", "PORTAL_LOG_DIR"},
		"five of what":         {"PORTAL_SESSION_IDLE", "5", "PORTAL_SESSION_IDLE: "},
		"neither yes nor no":   {"PORTAL_CHECK_LINKS", "maybe", "PORTAL_CHECK_LINKS: "},
		"idle beyond the end":  {"PORTAL_SESSION_IDLE", "24h", "PORTAL_SESSION_IDLE"},
		"a limit of none":      {"PORTAL_LIMIT_SIGNIN", "0/10m", "PORTAL_LIMIT_SIGNIN: \"0/10m\""},
		"a limit of no time":   {"PORTAL_LIMIT_SEARCH", "10", "such as 30/10m"},
		"a limit of a week":    {"PORTAL_LIMIT_UPLOAD", "10/168h", "10/168h"},
		"more than time has":   {"PORTAL_LIMIT_FEEDBACK", "100000000/1s", "100000000/1s"},
		"two times for tokens": {"PORTAL_LIMIT_TOKEN", "5/10m", "PORTAL_LIMIT_TOKEN_ADDRESS"},
	} {
		t.Run(name, func(t *testing.T) {
			set(t, map[string]string{tt.key: tt.value})
			if _, err := Load(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestLoadReportsEveryMistakeAtOnce(t *testing.T) {
	set(t, map[string]string{"PORTAL_BASE_URL": "", "DATABASE_URL": "", "DIGITALID_CLIENT_ID": "", "PORTAL_TOKEN_KEYS": ""})
	_, err := Load()
	for _, name := range []string{"PORTAL_BASE_URL", "DATABASE_URL", "DIGITALID_CLIENT_ID", "PORTAL_TOKEN_KEYS"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not reported in %v", name, err)
		}
	}
}

// TestTheExampleIsWholeAndReadable reads .env.example as README's steps do, with
// the shell: it says nothing, names every setting, and what it sets besides the
// required ones are the defaults.
func TestTheExampleIsWholeAndReadable(t *testing.T) {
	text, err := os.ReadFile("../../../.env.example")
	if err != nil {
		t.Fatal(err)
	}
	fields, err := env.GetFieldParams(&Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fields {
		if !strings.Contains(string(text), "\n"+f.Key+"=") && !strings.Contains(string(text), "\n#"+f.Key+"=") {
			t.Errorf("%s is not in .env.example", f.Key)
		}
	}
	sh := exec.Command("sh", "-c", "set -a; . ../../../.env.example; env")
	sh.Env = []string{}
	var said strings.Builder
	sh.Stderr = &said
	out, err := sh.Output()
	if err != nil || said.String() != "" {
		t.Fatalf("%v, and the shell says: %s", err, said.String())
	}
	set(t, nil)
	for line := range strings.Lines(string(out)) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		if value != "" && (strings.HasPrefix(name, "PORTAL_") || strings.HasPrefix(name, "DIGITALID_")) {
			t.Setenv(name, value)
		}
	}
	got, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	want := Defaults()
	got.BaseURL, got.DatabaseURL, got.TokenKeys, got.Issuer, got.ClientID, got.ClientSecret = "", "", "", "", "", ""
	got.TrustedProxies, got.LogDir, got.DataDir, got.BackupTo = want.TrustedProxies, want.LogDir, want.DataDir, want.BackupTo
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the example sets\n%+v\nthe defaults are\n%+v", got, want)
	}
}
