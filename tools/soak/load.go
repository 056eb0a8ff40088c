package main

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// visitors is the share of requests that come from people who are not signed
// in, in a hundred. Theirs, too, is what no signed-in person is ready for.
const visitors = 40

// load sends so many requests a second until ctx ends, however long the answers
// take: an open model. Each request is one turn. Signed-in people wait for
// theirs, since a form needs the page that it stands on; a turn that nobody
// waits for is a visitor's, so that the rate holds also while people wait for
// answers. (vegeta paces requests that know nothing of each other, so that its
// pacing alone could be used; x/time/rate is that and no more.)
func (s *soak) load(ctx context.Context) {
	var work sync.WaitGroup
	defer work.Wait()
	for _, p := range s.people {
		work.Go(func() { p.live(ctx) })
	}
	limit := rate.NewLimiter(rate.Limit(s.rate), max(1, s.rate/10)) // what was late may be caught up with, a tenth of a second's worth
	for limit.Wait(ctx) == nil {
		if rand.IntN(100) >= visitors {
			select {
			case s.turns <- struct{}{}:
				continue
			default:
			}
		}
		work.Go(s.visit)
	}
}

// turn waits for the right to send one request. It is false when the load has ended.
func (s *soak) turn() bool {
	select {
	case <-s.turns:
		return true
	case <-s.loaded.Done():
		return false
	}
}

// live is a person at work until ctx ends.
func (p *person) live(ctx context.Context) {
	for ctx.Err() == nil {
		if p.in || p.signIn() {
			p.job(p)
		}
	}
}

// request is what somebody's browser sends.
type request struct {
	kind              kind
	method, path      string
	body, contentType string
	address           string
	agent             string
	encoding          string
	etag              string
	jar               http.CookieJar
	only              int // server; -1: any
}

// ask sends a request, notes what came of it and checks what every answer must be.
func (s *soak) ask(q request) answer {
	ctx, cancel := context.WithTimeout(context.Background(), clientWaits)
	defer cancel()
	r, err := q.build(ctx)
	if err != nil {
		return answer{err: err, unsent: true}
	}
	path, _, _ := strings.Cut(q.path, "?")
	o := observation{kind: q.kind, what: q.method + " " + path, from: time.Now()}
	res, server, err := s.balancer.send(r, q.only)
	a := answer{server: server, err: err, path: r.URL.Path}
	if err == nil {
		var body []byte
		body, a.err = io.ReadAll(res.Body)
		_ = res.Body.Close()
		a.status, a.header, a.body = res.StatusCode, res.Header, string(body)
		if q.jar != nil && a.err == nil {
			q.jar.SetCookies(r.URL, res.Cookies())
		}
	}
	var dial *net.OpError
	a.unsent = errors.As(a.err, &dial) && dial.Op == "dial"
	o.server, o.status, o.err, o.to = server, a.status, a.err, time.Now()
	if !a.unsent || q.only < 0 { // whoever wants one server must know that it is gone
		s.seen.add(o)
	}
	s.wholesome(q, a, o.from)
	return a
}

func (q request) build(ctx context.Context) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, q.method, base+q.path, strings.NewReader(q.body))
	if err != nil {
		return nil, err
	}
	h := r.Header
	h.Set("User-Agent", browserOf+q.agent)
	h.Set("X-Forwarded-For", q.address)
	h.Set("Sec-Fetch-Site", "same-origin")
	for name, value := range map[string]string{"Content-Type": q.contentType, "Accept-Encoding": q.encoding, "If-None-Match": q.etag} {
		if value != "" {
			h.Set(name, value)
		}
	}
	if q.jar != nil {
		for _, c := range q.jar.Cookies(&url.URL{Scheme: "https", Host: host, Path: r.URL.Path}) {
			r.AddCookie(c)
		}
	}
	return r, nil
}

// wholesome checks what holds for every answer, whatever was asked.
func (s *soak) wholesome(q request, a answer, begun time.Time) {
	path, _, _ := strings.Cut(q.path, "?")
	if a.err != nil {
		return
	}
	html := strings.HasPrefix(a.header.Get("Content-Type"), "text/html")
	if html && a.header.Get("Content-Encoding") == "" && q.method != http.MethodHead && len(a.body) > 0 && a.status != http.StatusSeeOther &&
		!strings.HasSuffix(strings.TrimSpace(a.body), "</html>") {
		s.wrong.add("%s %s: %d, a page that breaks off after %d bytes", q.method, path, a.status, len(a.body))
	}
	if a.status == http.StatusServiceUnavailable && a.header.Get("Retry-After") == "" {
		s.wrong.add("%s %s: 503 without Retry-After", q.method, path)
	}
	// Who waits for a lock behind somebody whom a slow database keeps is told to wait.
	slow := slices.ContainsFunc(s.faults.during(begun, time.Now()), func(f fault) bool { return f.side == theDatabase })
	if a.status == http.StatusTooManyRequests && (!slow || q.kind != kindChange) {
		s.wrong.add("%s %s: 429, the limits are too low for this load", q.method, path)
	}
}
