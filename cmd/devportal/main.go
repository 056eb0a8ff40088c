// Devportal serves the portal on a developer's machine, with a local Postgres, a
// local Digital ID and sample people: `make run`.
package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"portal/cmd/internal/app"
	"portal/internal/dev/digitalid"
	"portal/internal/dev/postgres"
	"portal/internal/kit/config"
	"portal/internal/kit/db"
	"portal/internal/people/session"
	"portal/internal/people/staff"
)

// packing leaves the first moments to whoever has started the portal: no line
// to it is slow.
const packing = 20 * time.Second

// maxPort is the last port there is; the local Digital ID is above the portal's.
const maxPort = 65535

// settings are what devportal reads from the environment.
type settings struct {
	port, providerPort int
	dir                string // where the data lie
	databaseURL        string // empty: start one
	issuer             string // empty: start one
	idle               time.Duration
}

func readSettings() (settings, error) {
	s := settings{port: 8080, dir: ".dev", databaseURL: os.Getenv("DATABASE_URL"), issuer: os.Getenv("DIGITALID_ISSUER"), idle: session.DefaultLimits.Idle}
	if p := os.Getenv("PORT"); p != "" {
		n, err := strconv.Atoi(p)
		if err != nil || n < 1 || n >= maxPort {
			return s, fmt.Errorf("PORT: %q is not a port between 1 and %d", p, maxPort-1)
		}
		s.port = n
	}
	if text := os.Getenv("PORTAL_SESSION_IDLE"); text != "" {
		idle, err := time.ParseDuration(text)
		if err != nil || idle < time.Minute || idle > session.DefaultLimits.Absolute {
			return s, fmt.Errorf("PORTAL_SESSION_IDLE: %q is not a time between 1m and %s", text, session.DefaultLimits.Absolute)
		}
		s.idle = idle
	}
	if d := os.Getenv("PORTAL_DEV_DIR"); d != "" {
		s.dir = d
	}
	s.providerPort = s.port + 1
	dir, err := filepath.Abs(s.dir)
	if err != nil {
		return s, err
	}
	s.dir = dir
	return s, os.MkdirAll(s.dir, 0o700) // #nosec G703 -- the developer says where the data lie
}

// The client that the local provider knows.
const (
	clientID     = "portal-dev"
	clientSecret = "portal-dev-secret" // #nosec G101 -- works at the local provider alone
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "devportal:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

// run serves the portal on this machine with everything it needs.
func run(ctx context.Context, out io.Writer) error {
	s, err := readSettings()
	if err != nil {
		return err
	}
	// Bind first: a port in use should be told before anything is started.
	l, err := bind(s.port)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	if s.databaseURL == "" {
		pg, err := postgres.Start(ctx, postgres.Options{Dir: filepath.Join(s.dir, "postgres"), Log: out})
		if err != nil {
			return fmt.Errorf("starting Postgres: %w", err)
		}
		defer func() { _ = pg.Stop() }()
		s.databaseURL = pg.URL()
	}
	if s.issuer == "" {
		stop, err := startProvider(ctx, &s)
		if err != nil {
			return err
		}
		defer stop()
	}
	return serve(ctx, s, l, out)
}

func serve(ctx context.Context, s settings, l net.Listener, out io.Writer) error {
	cfg, err := s.config()
	if err != nil {
		return err
	}
	if err := db.Migrate(ctx, s.databaseURL); err != nil {
		return err
	}
	a, err := app.New(ctx, cfg)
	if err != nil {
		return err
	}
	defer a.Close()
	a.Packing = packing
	if _, err := a.Seeds.Content(ctx, app.CommandLine); err != nil {
		return err
	}
	if _, err := a.Seeds.Samples(ctx, app.CommandLine, samplePeople(s.issuer)); err != nil {
		return err
	}
	logFile, err := os.OpenFile(filepath.Join(s.dir, "portal-"+strconv.Itoa(s.port)+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = logFile.Close() }()
	if err := welcome(ctx, a, s, logFile.Name(), out); err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(logFile, nil))
	if err := a.OpenTraffic(); err != nil {
		return err
	}
	return a.Serve(ctx, l, log, logFile)
}

// samplePeople are the local Digital ID's people as they sign in.
func samplePeople(issuer string) []staff.Identity {
	var all []staff.Identity
	for _, p := range digitalid.SamplePeople() {
		all = append(all, staff.Identity{Issuer: issuer, Subject: p.Sub, Name: p.Name(), Email: p.Email, Username: p.Username, IAL: p.IAL})
	}
	return all
}

func bind(port int) (net.Listener, error) {
	other := port + 10
	if other < 1024 || other >= maxPort { // root's own, or beyond the last
		other = 8090
	}
	return app.Listen(net.JoinHostPort("localhost", strconv.Itoa(port)), fmt.Sprintf("choose another with PORT=%d make run", other))
}

// startProvider starts the local Digital ID.
func startProvider(ctx context.Context, s *settings) (stop func(), err error) {
	l, err := bind(s.providerPort)
	if err != nil {
		return nil, err
	}
	s.issuer = "http://localhost:" + strconv.Itoa(s.providerPort)
	base := "http://localhost:" + strconv.Itoa(s.port)
	p, err := digitalid.New(digitalid.Options{
		Issuer: s.issuer, ClientID: clientID, ClientSecret: clientSecret, SecretEncoding: secretEncoding(),
		RedirectURIs: []string{base + "/backend/login/callback"}, PostLogoutRedirectURIs: []string{base + "/backend/logout/done"},
		BackChannelLogoutURI: base + "/backend/logout/backchannel",
		KeyFile:              filepath.Join(s.dir, "digitalid.pem"), People: digitalid.SamplePeople(),
	})
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	srv := &http.Server{Handler: p, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = srv.Serve(l) }() // ends with Close
	return func() { _ = srv.Close() }, nil
}

func secretEncoding() string {
	if e := os.Getenv("DIGITALID_SECRET_ENCODING"); e != "" {
		return e
	}
	return "plain"
}

// config is what a developer's portal runs with. Only here is plain HTTP allowed.
func (s settings) config() (config.Config, error) {
	keys, err := tokenKeys(filepath.Join(s.dir, "token-keys"))
	limits, wrong := config.ReadLimits()
	return config.Config{
		Limits:  limits,
		BaseURL: "http://localhost:" + strconv.Itoa(s.port), DatabaseURL: s.databaseURL, TokenKeys: keys,
		SessionIdle: s.idle, SessionMax: session.DefaultLimits.Absolute,
		Issuer: s.issuer, ClientID: clientID, ClientSecret: clientSecret, SecretEncoding: secretEncoding(),
		Scopes:    config.DefaultScopes(),
		AuditKeep: config.Defaults().AuditKeep, TrafficKeep: config.Defaults().TrafficKeep, LogDir: os.Getenv("PORTAL_LOG_DIR"),
		DataDir: os.Getenv("PORTAL_DATA_DIR"), MetricsAddr: os.Getenv("PORTAL_METRICS_ADDRESS"),
	}, errors.Join(err, wrong)
}

// tokenKeys keeps the token keys between starts, or takes those of the environment.
func tokenKeys(file string) (string, error) {
	if keys := os.Getenv("PORTAL_TOKEN_KEYS"); keys != "" {
		return keys, nil
	}
	kept, err := os.ReadFile(file) // #nosec G304 -- a name of ours in the data folder
	if err == nil {
		return string(kept), nil
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails, by its documentation
	keys := base64.StdEncoding.EncodeToString(secret)
	return keys, os.WriteFile(file, []byte(keys), 0o600)
}
