package status

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"sync"
	"time"
)

// certFacts are what is known of the certificate that visitors get.
type certFacts struct {
	Plain   bool      // the portal has none: it is served over plain HTTP
	Until   time.Time // zero: not known
	Trusted bool      // the whole chain holds, for the portal's name
}

// certificate asks the portal's own address, as visitors reach it, now and then.
type certificate struct {
	address, name string // host:port and host; empty for plain HTTP
	now           func() time.Time
	mu            sync.Mutex // guards what is known
	known         certFacts
	asked         time.Time
	asking        sync.Mutex // held by whoever asks
}

// How long an answer holds, and a failure.
const (
	askAgain  = time.Hour
	askSooner = time.Minute
)

func newCertificate(baseURL string, now func() time.Time) *certificate {
	c := &certificate{now: now}
	u, err := url.Parse(baseURL)
	if err != nil || u.Scheme != "https" {
		c.known.Plain = true
		return c
	}
	port := u.Port()
	if port == "" {
		port = "443"
	}
	c.name, c.address = u.Hostname(), net.JoinHostPort(u.Hostname(), port)
	return c
}

// current is what is known, and whether that is news still.
func (c *certificate) current() (f certFacts, fresh bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	most := askAgain
	if c.known.Until.IsZero() {
		most = askSooner
	}
	return c.known, c.known.Plain || !c.asked.IsZero() && c.now().Sub(c.asked) < most
}

// look asks unless the last answer still holds or somebody else is asking.
func (c *certificate) look(ctx context.Context) certFacts {
	f, fresh := c.current()
	if fresh || !c.asking.TryLock() {
		return f
	}
	defer c.asking.Unlock()
	found := c.ask(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known, c.asked = found, c.now()
	return found
}

func (c *certificate) ask(ctx context.Context) certFacts {
	dialer := tls.Dialer{Config: &tls.Config{ServerName: c.name, MinVersion: tls.VersionTLS12, Time: c.now}}
	conn, err := dialer.DialContext(ctx, "tcp", c.address)
	if err != nil {
		var refused *tls.CertificateVerificationError
		if errors.As(err, &refused) && len(refused.UnverifiedCertificates) > 0 {
			return certFacts{Until: refused.UnverifiedCertificates[0].NotAfter}
		}
		return certFacts{}
	}
	defer func() { _ = conn.Close() }()
	secure, ok := conn.(*tls.Conn)
	if !ok {
		return certFacts{}
	}
	return certFacts{Until: secure.ConnectionState().PeerCertificates[0].NotAfter, Trusted: true}
}
