// Package config reads the portal's settings from the environment, and nothing
// else. .env.example documents each of them.
package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// Config is every setting of `portal serve`.
type Config struct {
	Addr           string        `env:"PORTAL_ADDR" envDefault:"127.0.0.1:8080"`
	BaseURL        string        `env:"PORTAL_BASE_URL"`
	DatabaseURL    string        `env:"DATABASE_URL"`
	TokenKeys      string        `env:"PORTAL_TOKEN_KEYS"`
	TrustedProxies []string      `env:"PORTAL_TRUSTED_PROXIES"`
	SessionIdle    time.Duration `env:"PORTAL_SESSION_IDLE" envDefault:"15m"`
	SessionMax     time.Duration `env:"PORTAL_SESSION_MAX" envDefault:"12h"`
	AuditKeep      time.Duration `env:"PORTAL_AUDIT_KEEP" envDefault:"17520h"`
	TrafficKeep    time.Duration `env:"PORTAL_TRAFFIC_KEEP" envDefault:"2160h"`
	Drain          time.Duration `env:"PORTAL_DRAIN" envDefault:"2s"`
	LogDir         string        `env:"PORTAL_LOG_DIR"`
	DataDir        string        `env:"PORTAL_DATA_DIR"`
	CheckLinks     bool          `env:"PORTAL_CHECK_LINKS"`
	BackupTo       []string      `env:"PORTAL_BACKUP_TO"`
	MetricsAddr    string        `env:"PORTAL_METRICS_ADDRESS"`
	Limits         Limits        `envPrefix:"PORTAL_LIMIT_"` // limitPrefix

	Issuer         string   `env:"DIGITALID_ISSUER"`
	ClientID       string   `env:"DIGITALID_CLIENT_ID"`
	ClientSecret   string   `env:"DIGITALID_CLIENT_SECRET"`
	SecretEncoding string   `env:"DIGITALID_SECRET_ENCODING" envDefault:"plain"`
	Scopes         []string `env:"DIGITALID_SCOPES" envSeparator:" " envDefault:"openid given_name family_name email user_id preferred_username ial_level"`
	MinimumIAL     string   `env:"DIGITALID_MINIMUM_IAL"`
}

// Load reads the settings of a production server. It reports every mistake at
// once.
func Load() (Config, error) {
	c, err := read()
	return c, errors.Join(err, c.check())
}

// LoadDatabase reads what a command needs that talks to the database alone.
func LoadDatabase() (Config, error) {
	c, err := read()
	return c, errors.Join(err, c.checkDatabase(), c.checkKeys())
}

// LoadAddress reads what a command needs that opens no code: where the database
// is.
func LoadAddress() (Config, error) {
	c, err := read()
	return c, errors.Join(err, c.checkDatabase())
}

// DefaultScopes are those the portal asks for unless DIGITALID_SCOPES says
// otherwise: what is not needed is not asked for.
func DefaultScopes() []string { return Defaults().Scopes }

// Defaults are the settings of an empty environment.
func Defaults() Config {
	c, _ := env.ParseAsWithOptions[Config](env.Options{Environment: map[string]string{}}) // defaults alone always parse
	return c
}

func read() (Config, error) {
	c, err := env.ParseAs[Config]()
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	return c, named(err)
}

// named tells each value that cannot be read by the name of its setting: the
// library knows our field alone.
func named(err error) error {
	var all env.AggregateError
	if !errors.As(err, &all) {
		return err
	}
	errs := make([]error, len(all.Errors))
	for i, e := range all.Errors {
		errs[i] = e
		if bad, ok := errors.AsType[env.ParseError](e); ok {
			errs[i] = fmt.Errorf("%s: %w", settingOf(bad.Name), bad.Err)
		}
	}
	return errors.Join(errs...)
}

func settingOf(field string) string {
	if f, ok := reflect.TypeFor[Config]().FieldByName(field); ok {
		return f.Tag.Get("env")
	}
	f, _ := reflect.TypeFor[Limits]().FieldByName(field)
	return limitPrefix + f.Tag.Get("env")
}

func (c Config) check() error {
	return errors.Join(c.checkDatabase(), c.checkKeys(), c.checkWeb(), c.checkProvider(), c.checkSession(), c.checkKeep(), c.checkLimits())
}

func (c Config) checkDatabase() error {
	if c.DatabaseURL == "" {
		return errors.New("DATABASE_URL is missing: the address of the Postgres database, postgres://…")
	}
	return nil
}

// minKey is the length of a token key, in bytes before base64.
const minKey = 32

func (c Config) checkKeys() error {
	if c.TokenKeys == "" {
		return errors.New("PORTAL_TOKEN_KEYS is missing: make one with `openssl rand -base64 32`")
	}
	for i, k := range strings.Split(c.TokenKeys, ",") {
		b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(k))
		if err != nil || len(b) != minKey {
			return fmt.Errorf("PORTAL_TOKEN_KEYS: key %d is not %d bytes in base64", i+1, minKey)
		}
	}
	return nil
}

func (c Config) checkWeb() error {
	var errs []error
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		errs = append(errs, fmt.Errorf("PORTAL_ADDR: %q is not host:port", c.Addr))
	}
	errs = append(errs, c.checkMetrics())
	if u, err := url.Parse(c.BaseURL); err != nil || u.Scheme != "https" || u.Host == "" || u.Path != "" {
		errs = append(errs, fmt.Errorf("PORTAL_BASE_URL: %q is not https://host", c.BaseURL))
	}
	for _, p := range c.TrustedProxies {
		if _, err := netip.ParsePrefix(p); err != nil {
			errs = append(errs, fmt.Errorf("PORTAL_TRUSTED_PROXIES: %q is not a network such as 10.0.0.0/8", p))
		}
	}
	return errors.Join(errs...)
}

// checkMetrics keeps what is counted from the address that visitors reach.
func (c Config) checkMetrics() error {
	if c.MetricsAddr == "" {
		return nil
	}
	if _, port, err := net.SplitHostPort(c.MetricsAddr); err != nil || port == "" {
		return fmt.Errorf("PORTAL_METRICS_ADDRESS: %q is not host:port", c.MetricsAddr)
	}
	if c.MetricsAddr == c.Addr {
		return errors.New("PORTAL_METRICS_ADDRESS must not be PORTAL_ADDR: what is counted is not for visitors")
	}
	return nil
}

func (c Config) checkProvider() error {
	var errs []error
	if u, err := url.Parse(c.Issuer); err != nil || u.Scheme != "https" || u.Host == "" {
		errs = append(errs, fmt.Errorf("DIGITALID_ISSUER: %q is not https://host", c.Issuer))
	} else if local(u.Hostname()) {
		errs = append(errs, fmt.Errorf("DIGITALID_ISSUER: %q is this machine: the development provider lets anybody in", c.Issuer))
	}
	if c.ClientID == "" {
		errs = append(errs, errors.New("DIGITALID_CLIENT_ID is missing"))
	}
	if c.ClientSecret == "" {
		errs = append(errs, errors.New("DIGITALID_CLIENT_SECRET is missing"))
	}
	if c.SecretEncoding != "plain" && c.SecretEncoding != "ega" {
		errs = append(errs, fmt.Errorf("DIGITALID_SECRET_ENCODING: %q is neither plain nor ega", c.SecretEncoding))
	}
	if !slices.Contains(c.Scopes, "openid") {
		errs = append(errs, errors.New("DIGITALID_SCOPES lacks openid"))
	}
	if _, err := strconv.ParseFloat(c.MinimumIAL, 64); c.MinimumIAL != "" && err != nil {
		errs = append(errs, fmt.Errorf("DIGITALID_MINIMUM_IAL: %q is not a level such as 2.3", c.MinimumIAL))
	}
	return errors.Join(errs...)
}

func (c Config) checkSession() error {
	if c.Drain < 0 || c.Drain > 10*time.Second {
		return fmt.Errorf("PORTAL_DRAIN (%s) must be from 0s to 10s", c.Drain)
	}
	if c.SessionIdle < time.Minute || c.SessionMax < c.SessionIdle {
		return fmt.Errorf("PORTAL_SESSION_IDLE (%s) must be at least 1m and at most PORTAL_SESSION_MAX (%s)", c.SessionIdle, c.SessionMax)
	}
	return nil
}

// The least that laws and the database ask for. A leap year is a year.
const (
	minAuditKeep   = 366 * 24 * time.Hour
	minTrafficKeep = 90 * 24 * time.Hour
)

func (c Config) checkKeep() error {
	var errs []error
	if c.AuditKeep < minAuditKeep {
		errs = append(errs, fmt.Errorf("PORTAL_AUDIT_KEEP (%s) must be at least %s, a year", c.AuditKeep, minAuditKeep))
	}
	if c.TrafficKeep < minTrafficKeep {
		errs = append(errs, fmt.Errorf("PORTAL_TRAFFIC_KEEP (%s) must be at least %s, 90 days", c.TrafficKeep, minTrafficKeep))
	}
	if c.LogDir != "" && !filepath.IsAbs(c.LogDir) {
		errs = append(errs, fmt.Errorf("PORTAL_LOG_DIR: %q is not an absolute path", c.LogDir))
	}
	if c.DataDir != "" && !filepath.IsAbs(c.DataDir) {
		errs = append(errs, fmt.Errorf("PORTAL_DATA_DIR: %q is not an absolute path", c.DataDir))
	}
	return errors.Join(errs...)
}

func local(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && (ip.IsLoopback() || ip.IsUnspecified())
}
