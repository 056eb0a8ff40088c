package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"portal/internal/dev/digitalid"
)

// provider is a Digital ID at its own https address. `portal serve` refuses one
// on this machine, so everybody reaches it through an HTTP proxy (HTTPS_PROXY)
// that leads every name to it, and through a link that can be broken.
type provider struct {
	link        *link
	certificate string       // a file
	browser     *http.Client // how people reach it: past the link, so that they come back while it is broken
	failing     atomic.Bool  // answers the portal 500
}

func (s *soak) openProvider(dir string) error {
	p := &provider{certificate: filepath.Join(dir, "provider.pem")}
	var who []digitalid.Person
	for _, one := range s.people {
		who = append(who, digitalid.Person{Sub: one.sub, GivenName: givenName, FamilyName: one.family, Email: one.email, Username: one.sub, IAL: "2.3"})
	}
	id, err := digitalid.New(digitalid.Options{
		Issuer: issuer, ClientID: clientID, ClientSecret: clientSecret, RedirectURIs: []string{base + "/backend/login/callback"},
		PostLogoutRedirectURIs: []string{base + "/backend/logout/done"}, BackChannelLogoutURI: base + "/backend/logout/backchannel", People: who,
	})
	if err != nil {
		return err
	}
	own, roots, err := p.certify()
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	inner := &tunnel{conns: make(chan net.Conn), address: l.Addr(), closed: make(chan struct{})}
	outer := &http.Server{Handler: inner, ReadHeaderTimeout: 10 * time.Second}
	behind := &http.Server{Handler: p.orFail(id), TLSConfig: own, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = outer.Serve(l) }() // both end with Close
	go func() { _ = behind.ServeTLS(inner, "", "") }()
	if p.link, err = newLink("provider", l.Addr().String()); err != nil {
		return err
	}
	p.browser = &http.Client{
		Transport:     &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: l.Addr().String()}), TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       10 * time.Second,
	}
	s.provider = p
	s.ends = append(s.ends, func() { p.link.close(); _ = outer.Close(); _ = behind.Close() })
	return nil
}

func (p *provider) orFail(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.failing.Load() && !strings.HasPrefix(r.URL.Path, "/connect/authorize") && r.URL.Path != "/connect/login" {
			http.Error(w, "out of order", http.StatusInternalServerError)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// announce lets its back-channel logouts reach the portal. It sends them with
// the default client.
func (p *provider) announce(b *balancer) { http.DefaultClient.Transport = b }

// certify makes a certificate for the provider's name, which the servers are
// told to trust.
func (p *provider) certify() (*tls.Config, *x509.CertPool, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	name, _ := url.Parse(issuer)
	t := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name.Host}, DNSNames: []string{name.Host}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(48 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return nil, nil, err
	}
	text, roots := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	own := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
	return own, roots, os.WriteFile(p.certificate, text, 0o600)
}

// tunnel is an HTTP proxy that leads all connections to whoever accepts from it.
type tunnel struct {
	conns   chan net.Conn
	address net.Addr
	once    sync.Once
	closed  chan struct{}
}

func (t *tunnel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	hijacker, ok := w.(http.Hijacker)
	if r.Method != http.MethodConnect || !ok {
		http.Error(w, "only CONNECT", http.StatusMethodNotAllowed)
		return
	}
	conn, _, err := hijacker.Hijack()
	if err != nil {
		return
	}
	if _, err := conn.Write([]byte("HTTP/1.1 200 Connection established\r\n\r\n")); err != nil {
		_ = conn.Close()
		return
	}
	select {
	case t.conns <- conn:
	case <-t.closed:
		_ = conn.Close()
	}
}

// Accept is for the server behind.
func (t *tunnel) Accept() (net.Conn, error) {
	select {
	case c := <-t.conns:
		return c, nil
	case <-t.closed:
		return nil, net.ErrClosed
	}
}

// Close lets nobody in any more.
func (t *tunnel) Close() error {
	t.once.Do(func() { close(t.closed) })
	return nil
}

// Addr is where it listens.
func (t *tunnel) Addr() net.Addr { return t.address }

// choose goes the way from the portal's redirect to the portal's callback: the
// person picks themselves from the list. It returns where the provider sends
// them back to.
func (p *provider) choose(ctx context.Context, to, sub string) (back string, err error) {
	login, err := p.step(ctx, http.MethodGet, to, nil)
	if err != nil {
		return "", err
	}
	at, err := url.Parse(login)
	if err != nil {
		return "", err
	}
	chosen, err := p.step(ctx, http.MethodPost, issuer+at.Path, url.Values{"id": {at.Query().Get("id")}, "sub": {sub}})
	if err != nil {
		return "", err
	}
	return p.step(ctx, http.MethodGet, chosen, nil)
}

var errStuck = errors.New("the provider leads nowhere")
