package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// link is a connection between two machines that can be broken.
type link struct{ proxy *toxiproxy.Proxy }

func newLink(name, upstream string) (*link, error) {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	l := &link{toxiproxy.NewProxy(server, name, "127.0.0.1:0", upstream)}
	return l, l.proxy.Start()
}

func (l *link) address() string { return l.proxy.Listen }

func (l *link) close() { l.proxy.Stop() }

// The ways of breaking it, each with its end.

// down closes all connections and refuses new ones.
func (l *link) down() (func() error, error) {
	l.proxy.Stop()
	return l.proxy.Start, nil
}

// silence lets connections stand and nothing through.
func (l *link) silence() (func() error, error) {
	return l.poison(`{"name":"up","type":"timeout","stream":"upstream","attributes":{"timeout":0}}`,
		`{"name":"down","type":"timeout","stream":"downstream","attributes":{"timeout":0}}`)
}

// slow makes each answer late.
func (l *link) slow(by time.Duration) (func() error, error) {
	return l.poison(fmt.Sprintf(`{"name":"late","type":"latency","stream":"downstream","attributes":{"latency":%d,"jitter":%d}}`,
		by.Milliseconds(), by.Milliseconds()/2))
}

func (l *link) poison(toxics ...string) (func() error, error) {
	for _, t := range toxics {
		if _, err := l.proxy.Toxics.AddToxicJson(strings.NewReader(t)); err != nil {
			return nil, err
		}
	}
	return func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		l.proxy.Toxics.ResetToxics(ctx)
		return nil
	}, nil
}
