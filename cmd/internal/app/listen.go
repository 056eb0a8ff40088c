package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Limits on what one connection may cost.
const (
	headerTimeout   = 5 * time.Second
	bodyTimeout     = 15 * time.Second
	writeTimeout    = 30 * time.Second
	idleTimeout     = 60 * time.Second
	maxHeader       = 16 << 10
	maxUnsent       = 128 << 10 // bytes that wait in the system for the network
	shutdownTimeout = 12 * time.Second
)

// Listen takes the address; another says how to choose a different one.
func Listen(addr, another string) (net.Listener, error) {
	lc := net.ListenConfig{Control: limitUnsent}
	lc.SetMultipathTCP(false) // older systems cannot set the limit for its connections
	l, err := lc.Listen(context.Background(), "tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is in use by another program: stop it, or %s", addr, another)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("%s may be taken by root alone: %s", addr, another)
	case err != nil:
		return nil, fmt.Errorf("listening on %s: %w", addr, err)
	}
	return l, nil
}

// limitUnsent sets TCP_NOTSENT_LOWAT, which connections inherit. Without it the
// system takes megabytes ahead from us for whoever asks much and reads slowly.
func limitUnsent(_, _ string, c syscall.RawConn) error {
	var err error
	reached := c.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, maxUnsent)
	})
	if errors.Is(err, unix.ENOPROTOOPT) {
		err = nil // a system without it: what a connection may hold is set there
	}
	return errors.Join(reached, err)
}

// serveOn serves until ctx ends, then goes on for drain, in which /readyz sends
// new requests elsewhere, and then lets requests in flight finish.
func serveOn(ctx context.Context, l net.Listener, h http.Handler, drain time.Duration, log *slog.Logger) error {
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: bodyTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	stopped := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		time.Sleep(drain)
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer cancel()
		stopped <- srv.Shutdown(grace)
	})
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
