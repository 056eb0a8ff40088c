package testdb

import (
	"context"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Link is the way to a test's database, which the test can cut or block: to
// those behind it Postgres has gone, or hangs.
type Link struct {
	t     testing.TB
	dial  func(ctx context.Context, network, address string) (net.Conn, error)
	mu    sync.Mutex
	free  *sync.Cond
	state state
	ends  map[net.Conn]bool
}

type state int

const (
	open state = iota
	cut
	frozen
)

// NewLink returns another pool of pool's database, behind a Link.
func NewLink(t testing.TB, pool *pgxpool.Pool) (*pgxpool.Pool, *Link) {
	t.Helper()
	cfg := pool.Config()
	l := &Link{t: t, dial: cfg.ConnConfig.DialFunc, ends: map[net.Conn]bool{}}
	l.free = sync.NewCond(&l.mu)
	cfg.ConnConfig.DialFunc = l.connect
	behind, err := pgxpool.NewWithConfig(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Cut(); behind.Close() })
	return behind, l
}

// Cut ends all connections and refuses others, as a server that was killed.
func (l *Link) Cut() { l.set(cut) }

// Freeze holds everything back, as a server that was stopped by SIGSTOP.
func (l *Link) Freeze() { l.set(frozen) }

// Mend lets everything pass again.
func (l *Link) Mend() { l.set(open) }

func (l *Link) set(s state) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = s
	if s == cut {
		for c := range l.ends {
			_ = c.Close() // so that both sides notice
		}
		clear(l.ends)
	}
	l.free.Broadcast()
}

func (l *Link) connect(ctx context.Context, network, address string) (net.Conn, error) {
	l.mu.Lock()
	refused := l.state == cut
	l.mu.Unlock()
	if refused {
		return nil, &net.OpError{Op: "dial", Net: network, Err: io.ErrClosedPipe}
	}
	far, err := l.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	near, middle := net.Pipe()
	l.mu.Lock()
	l.ends[far], l.ends[middle] = true, true
	l.mu.Unlock()
	go l.pass(far, middle)
	go l.pass(middle, far)
	return near, nil
}

// pass carries bytes until one of the two ends.
func (l *Link) pass(to, from net.Conn) {
	defer func() { _, _ = to.Close(), from.Close() }()
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		l.mu.Lock()
		for l.state == frozen {
			l.free.Wait()
		}
		l.mu.Unlock()
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}
