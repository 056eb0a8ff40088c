package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// lookEvery is how often the balancer asks each server whether it wants requests.
const lookEvery = 500 * time.Millisecond

// balancer stands where nginx does: it gives requests to the servers that say
// they are ready, or to any if none does, and goes to the next one when a
// connection is refused. What was sent is never sent twice.
type balancer struct {
	s     *soak
	wire  *http.Transport
	ready [2]atomic.Bool
}

func newBalancer(s *soak) *balancer {
	b := &balancer{s: s, wire: &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true,
		DialContext: (&net.Dialer{Timeout: 2 * time.Second}).DialContext}}
	for i := range b.ready {
		b.ready[i].Store(true)
	}
	return b
}

func (b *balancer) close() { b.wire.CloseIdleConnections() }

// follow asks the servers until ctx ends.
func (b *balancer) follow(ctx context.Context) {
	for ctx.Err() == nil {
		var wg sync.WaitGroup
		for i, v := range b.s.servers {
			wg.Go(func() { b.ready[i].Store(v.asks(ctx, "/readyz") == http.StatusOK) })
		}
		wg.Wait()
		pause(ctx, lookEvery)
	}
}

func (b *balancer) pick() int {
	i := rand.IntN(len(b.ready))
	if !b.ready[i].Load() && b.ready[1-i].Load() {
		return 1 - i
	}
	return i
}

// RoundTrip is for whoever does not mind which server answers.
func (b *balancer) RoundTrip(r *http.Request) (*http.Response, error) {
	res, _, err := b.send(r, -1)
	return res, err
}

// send sends a request for the portal to one of the servers, or to the one with
// the number, and says to which.
func (b *balancer) send(r *http.Request, only int) (res *http.Response, to int, err error) {
	if to = only; to < 0 {
		to = b.pick()
	}
	begun := time.Now()
	res, err = b.sendTo(r, to)
	var refused *net.OpError
	if err == nil || only >= 0 || !errors.As(err, &refused) || refused.Op != "dial" || r.Context().Err() != nil {
		return res, to, err
	}
	b.s.seen.add(observation{kind: kindConnection, server: to, err: err, from: begun, to: time.Now()})
	to = 1 - to
	res, err = b.sendTo(r, to)
	return res, to, err
}

func (b *balancer) sendTo(r *http.Request, i int) (*http.Response, error) {
	again := r.Clone(r.Context())
	if r.GetBody != nil {
		body, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		again.Body = body
	}
	again.URL.Scheme, again.URL.Host, again.Host = "http", b.s.servers[i].address, host
	return b.wire.RoundTrip(again)
}
