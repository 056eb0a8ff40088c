//go:build torture

package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io/fs"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portal/internal/dev/digitalid"
	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/ops/seed"
	"portal/internal/people/staff"
)

// The names are those of production: `portal serve` refuses others.
const (
	ownName  = "admin.info.go.th"
	ownBase  = "https://" + ownName
	idName   = "id.example"
	idSecret = "behind-secret"
)

// stage is two servers of one database behind nginx, and a Digital ID.
type stage struct {
	t                *testing.T
	database         string
	roots            *x509.CertPool
	certificate, key string // files
	id               *httptest.Server
	servers          []*member
	nginx            *nginx
}

// startStage sets everything up until the test ends; settings are for both servers.
func startStage(t *testing.T, settings ...string) *stage {
	t.Helper()
	s := &stage{t: t, database: testdb.URL(t)}
	own := s.certify()
	s.plant()
	id, err := digitalid.New(digitalid.Options{
		Issuer: "https://" + idName, ClientID: "behind", ClientSecret: idSecret, RedirectURIs: []string{ownBase + "/backend/login/callback"},
		PostLogoutRedirectURIs: []string{ownBase + "/backend/logout/done"}, People: digitalid.SamplePeople(),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.id = httptest.NewUnstartedServer(id)
	s.id.TLS = &tls.Config{Certificates: []tls.Certificate{own}, MinVersion: tls.VersionTLS12}
	s.id.StartTLS()
	t.Cleanup(s.id.Close)
	proxy := httptest.NewServer(http.HandlerFunc(s.tunnel))
	t.Cleanup(proxy.Close)
	for range 2 {
		m := &member{address: fmt.Sprintf("127.0.0.1:%d", freePorts(t)), traffic: t.TempDir()}
		m.settings = append(os.Environ(), "DATABASE_URL="+s.database, "PORTAL_ADDR="+m.address, "PORTAL_BASE_URL="+ownBase,
			"PORTAL_TOKEN_KEYS="+tokenKeys, "PORTAL_TRUSTED_PROXIES=127.0.0.1/32", "PORTAL_LOG_DIR="+m.traffic,
			"DIGITALID_ISSUER=https://"+idName, "DIGITALID_CLIENT_ID=behind", "DIGITALID_CLIENT_SECRET="+idSecret,
			"HTTPS_PROXY="+proxy.URL, "NO_PROXY=", "SSL_CERT_FILE="+s.certificate)
		m.settings = append(m.settings, settings...)
		m.start(t)
		t.Cleanup(m.kill)
		s.servers = append(s.servers, m)
	}
	s.nginx = startNginx(t, s.servers, s.certificate, s.key)
	return s
}

// certify makes one certificate for all names.
func (s *stage) certify() tls.Certificate {
	s.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: ownName}, DNSNames: []string{ownName, idName}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		s.t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		s.t.Fatal(err)
	}
	dir := s.t.TempDir()
	s.certificate, s.key, s.roots = filepath.Join(dir, "certificate.pem"), filepath.Join(dir, "key.pem"), x509.NewCertPool()
	for name, block := range map[string]*pem.Block{s.certificate: {Type: "CERTIFICATE", Bytes: der}, s.key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	text, _ := os.ReadFile(s.certificate) // just written
	s.roots.AppendCertsFromPEM(text)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// plant fills in the content and the sample people with their roles.
func (s *stage) plant() {
	s.t.Helper()
	pool, err := db.Open(s.t.Context(), s.database)
	if err != nil {
		s.t.Fatal(err)
	}
	defer pool.Close()
	seeds := seed.New(pool, audit.New(pool))
	if _, err := seeds.Content(s.t.Context(), authz.System("test")); err != nil {
		s.t.Fatal(err)
	}
	var people []staff.Identity
	for _, p := range digitalid.SamplePeople() {
		people = append(people, staff.Identity{Issuer: "https://" + idName, Subject: p.Sub, Name: p.Name()})
	}
	if _, err := seeds.Samples(s.t.Context(), authz.System("test"), people); err != nil {
		s.t.Fatal(err)
	}
}

// tunnel is an HTTP proxy that leads every name to Digital ID: the servers refuse
// one whose address is this machine.
func (s *stage) tunnel(w http.ResponseWriter, r *http.Request) {
	there, err := net.Dial("tcp", s.id.Listener.Addr().String())
	if err != nil || r.Method != http.MethodConnect {
		http.Error(w, "only CONNECT", http.StatusBadGateway)
		return
	}
	here, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_, _ = here.Write([]byte("HTTP/1.1 200 Connection established\r\n\r\n"))
	join(here, there)
}

// door is a way to the portal: nginx's site, its hasty neighbour or a server
// itself. It leads to Digital ID as well.
type door struct {
	wire   *http.Transport
	server string // its address; "" behind nginx
	claims http.Header
}

// door opens a way, from an address of this machine.
func (s *stage) door(to, from string) *door {
	d := &door{wire: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.roots, MinVersion: tls.VersionTLS12}, DisableCompression: true, MaxIdleConnsPerHost: 16}}
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	d.wire.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if strings.HasPrefix(address, idName) {
			address = s.id.Listener.Addr().String()
		} else {
			address = to
		}
		return dialer.DialContext(ctx, network, address)
	}
	for _, m := range s.servers {
		if m.address == to {
			d.server = to
		}
	}
	s.t.Cleanup(d.wire.CloseIdleConnections)
	return d
}

// RoundTrip sends a request as it is, or to a server without TLS as nginx does.
func (d *door) RoundTrip(r *http.Request) (*http.Response, error) {
	out := r.Clone(r.Context())
	maps.Copy(out.Header, d.claims)
	if d.server != "" && r.URL.Host == ownName {
		out.URL.Scheme = "http"
	}
	res, err := d.wire.RoundTrip(out)
	if err == nil {
		res.Request = r
	}
	return res, err
}

// through is somebody's browser at a door; they keep their cookies at each.
func (c client) through(d *door) client {
	return client{c.t, &http.Client{Jar: c.Jar, Transport: d, CheckRedirect: c.CheckRedirect, Timeout: patience}}
}

// member is one of the servers, `portal serve` over its lives.
type member struct {
	address, traffic string
	settings         []string
	cmd              *exec.Cmd
}

// start begins a life and waits until it is ready.
func (m *member) start(t *testing.T) {
	t.Helper()
	m.cmd = exec.Command(binary, "serve")
	m.cmd.Env, m.cmd.Stderr = m.settings, os.Stderr
	if err := m.cmd.Start(); err != nil {
		t.Fatalf("%v: run `make build` first", err)
	}
	until(t, "the server at "+m.address+" is ready", func() bool {
		res, _, err := fetch("http://" + m.address + "/readyz")
		return err == nil && res.StatusCode == http.StatusOK
	})
}

func (m *member) kill() {
	_ = m.cmd.Process.Kill()
	_ = m.cmd.Wait() // killed: its error says nothing new
}

// said are the lines of its traffic log.
func (m *member) said(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	err := fs.WalkDir(os.DirFS(m.traffic), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(m.traffic, path))
		all.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}
