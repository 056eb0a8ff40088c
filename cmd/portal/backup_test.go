package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"portal/cmd/internal/app"
	"portal/internal/dev/testdb"
	"portal/internal/kit/config"
)

// keyOf is a token key of 32 equal bytes.
func keyOf(b byte) string { return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, 32)) }

// portal runs a subcommand on the database.
func portal(t *testing.T, database string, args ...string) (string, error) {
	t.Helper()
	t.Setenv("DATABASE_URL", database)
	if os.Getenv("PORTAL_TOKEN_KEYS") == "" {
		t.Setenv("PORTAL_TOKEN_KEYS", keyOf(1))
	}
	var out bytes.Buffer
	err := run(t.Context(), args, &out)
	return out.String(), err
}

func must(t *testing.T, database string, args ...string) string {
	t.Helper()
	out, err := portal(t, database, args...)
	if err != nil {
		t.Fatalf("portal %s: %v", strings.Join(args, " "), err)
	}
	return out
}

// TestFromOneDatabaseToAnother is the runbook's way: demo data, a backup, an
// empty database, and a portal that serves what was restored.
func TestFromOneDatabaseToAnother(t *testing.T) {
	from, to, dir := testdb.Bare(t), testdb.Bare(t), t.TempDir()
	must(t, from, "migrate")
	must(t, from, "seed", "--demo", "--points", "300", "--accounts", "300", "--entries", "500")
	must(t, from, "token", "issue", "--role", "dga_admin")
	key := filepath.Join(dir, "key")
	if err := os.WriteFile(key, []byte(must(t, from, "backup", "key")), 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	public := regexp.MustCompile(`age1\w+`).FindString(string(text))
	t.Setenv("PORTAL_BACKUP_TO", public)
	file := filepath.Join(dir, "portal.age")
	made := must(t, from, "backup", "--out", file)
	manifest := regexp.MustCompile(`manifest ([0-9a-f]{64})`).FindStringSubmatch(made)
	if manifest == nil {
		t.Fatalf("no manifest in %q", made)
	}
	if out := must(t, "", "restore", "--check", "--identity", key, file); !strings.Contains(out, manifest[1]) {
		t.Errorf("checked: %q", out)
	}
	input(t, key)
	if out := must(t, to, "restore", "--identity", "-", "--manifest", manifest[1], file); !strings.Contains(out, "0 sessions, 1 codes") {
		t.Errorf("restored: %q", out)
	}
	if out := must(t, to, "audit", "verify"); !strings.HasPrefix(out, "good: ") {
		t.Errorf("verified: %q", out)
	}
	serves(t, to)
	for _, args := range [][]string{{"backup"}, {"backup", "--out", file, "more"}, {"restore"}, {"restore", "--identity", key}} {
		if _, err := portal(t, from, args...); err == nil {
			t.Errorf("portal %s was taken", strings.Join(args, " "))
		}
	}
}

// input is the file's text on standard input until the test ends.
func input(t *testing.T, name string) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	usual := os.Stdin
	os.Stdin = f
	t.Cleanup(func() { os.Stdin = usual; _ = f.Close() })
}

// serves starts a server on the database and looks at a page of its content.
func serves(t *testing.T, database string) {
	t.Helper()
	l, err := app.Listen("localhost:0", "")
	if err != nil {
		t.Fatal(err)
	}
	c := config.Defaults()
	c.DatabaseURL, c.BaseURL, c.TokenKeys = database, "http://"+l.Addr().String(), keyOf(1)
	c.Issuer, c.ClientID, c.ClientSecret = "http://localhost:1", "x", "y"
	a, err := app.New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Serve(ctx, l, slog.New(slog.DiscardHandler), io.Discard) }()
	res, err := http.Get(c.BaseURL + "/backend/faq")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	page, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(page), "Token") {
		t.Errorf("%d, %v\n%.500s", res.StatusCode, err, page)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestA28_KeysRotateOnTheCommandLine(t *testing.T) {
	database := testdb.Bare(t)
	must(t, database, "migrate")
	must(t, database, "seed")
	must(t, database, "token", "issue", "--role", "dga_admin")
	for _, step := range []struct{ keys, want, fails string }{
		{keyOf(9), "0 codes are", "1 codes open with none"},
		{keyOf(2) + "," + keyOf(1), "1 codes are", ""},
		{keyOf(2), "0 codes are", ""},
		{keyOf(1), "0 codes are", "1 codes open with none"},
	} {
		t.Setenv("PORTAL_TOKEN_KEYS", step.keys)
		out, err := portal(t, database, "keys", "rotate")
		if !strings.HasPrefix(out, step.want) || (err != nil) != (step.fails != "") || err != nil && !strings.HasPrefix(err.Error(), step.fails) {
			t.Errorf("%q, %v; want %q, %q", out, err, step.want, step.fails)
		}
	}
	if _, err := portal(t, database, "keys"); err == nil {
		t.Error("portal keys was taken")
	}
}
