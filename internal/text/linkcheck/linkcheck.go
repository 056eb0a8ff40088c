// Package linkcheck asks other sites whether an address leads anywhere. It goes
// to public addresses alone: an editor must not reach what only this server can.
package linkcheck

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

// Limits on what a check may cost.
const (
	perAddress = 5 * time.Second
	inAll      = 20 * time.Second
	atOnce     = 8
	redirects  = 5
)

// Checker asks other sites.
type Checker struct{ client *http.Client }

// New returns a Checker that goes where allowed says; Public is for production.
func New(allowed func(netip.Addr) bool) *Checker {
	dialer := &net.Dialer{Timeout: perAddress, ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address) // resolved already, so that a name cannot change its mind
		if err != nil || !allowed(at.Addr().Unmap()) {
			return errNotPublic
		}
		return nil
	}}
	transport := &http.Transport{DialContext: dialer.DialContext, MaxResponseHeaderBytes: 64 << 10, DisableKeepAlives: true, TLSHandshakeTimeout: perAddress}
	return &Checker{&http.Client{Timeout: perAddress, Transport: transport, CheckRedirect: func(_ *http.Request, via []*http.Request) error {
		if len(via) > redirects {
			return errTooFar
		}
		return nil
	}}}
}

var (
	errNotPublic = errors.New("linkcheck: not a public address")
	errTooFar    = errors.New("linkcheck: too many redirects")
)

// Public reports whether an address belongs to the public Internet.
func Public(a netip.Addr) bool {
	return a.IsGlobalUnicast() && !a.IsPrivate() && !shared.Contains(a) && !mapped.Contains(a)
}

var (
	shared = netip.MustParsePrefix("100.64.0.0/10") // RFC 6598
	mapped = netip.MustParsePrefix("64:ff9b::/96")  // RFC 6052: may lead to any IPv4 address
)

// Check asks for each address and returns, for those that lead nowhere, why, in
// Thai. What there was no time for is not in the result.
func (c *Checker) Check(ctx context.Context, addresses []string) map[string]string {
	ctx, cancel := context.WithTimeout(ctx, inAll)
	defer cancel()
	broken := map[string]string{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	places := make(chan struct{}, atOnce)
	for _, address := range addresses {
		wg.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			if why := c.ask(ctx, address); why != "" && ctx.Err() == nil {
				mu.Lock()
				broken[address] = why
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return broken
}

// ask returns why the address leads nowhere, or "".
func (c *Checker) ask(ctx context.Context, address string) string {
	status, err := c.status(ctx, http.MethodHead, address)
	if err == nil && (status == http.StatusMethodNotAllowed || status == http.StatusNotImplemented || status == http.StatusForbidden) {
		status, err = c.status(ctx, http.MethodGet, address)
	}
	switch {
	case errors.Is(err, errNotPublic):
		return "ที่อยู่นี้ไม่ใช่เว็บไซต์สาธารณะ"
	case err != nil:
		return "ติดต่อเว็บไซต์นี้ไม่ได้"
	case status == http.StatusNotFound || status == http.StatusGone:
		return "ไม่พบหน้านี้แล้ว"
	case status >= http.StatusInternalServerError:
		return fmt.Sprintf("เว็บไซต์นี้ขัดข้อง (%d)", status)
	}
	return ""
}

func (c *Checker) status(ctx context.Context, method, address string) (int, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return 0, err
	}
	r.Header.Set("User-Agent", "info.go.th link check")
	res, err := c.client.Do(r) // #nosec G704 -- the dialer goes to public addresses alone
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}
