package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"portal/internal/dev/postgres"
)

// database is a Postgres that can be broken, behind a link that can be, too.
type database struct {
	options postgres.Options
	link    *link

	mu  sync.Mutex
	now *postgres.Server
}

func startDatabase(ctx context.Context) (*database, error) {
	// In memory, or what is measured is the disk that it shares with everything else.
	dir, err := os.MkdirTemp(postgres.RoomInMemory(), "portal-soak-pg-")
	if err != nil {
		return nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(address)
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, err
	}
	// Not Fast: what was acknowledged must survive a restart that waits for nobody.
	d := &database{options: postgres.Options{Dir: dir, Port: number, Log: io.Discard}}
	if d.now, err = postgres.Start(ctx, d.options); err != nil {
		return nil, err
	}
	if d.link, err = newLink("postgres", address); err != nil {
		return nil, errors.Join(err, d.server().Stop())
	}
	return d, nil
}

func (d *database) server() *postgres.Server {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

// URL leads to it past the link: for whoever looks, not for the servers.
func (d *database) URL() string { return d.server().URL() }

// address is what the servers are given.
func (d *database) address() string {
	return "postgres://portal@" + d.link.address() + "/portal?sslmode=disable"
}

func (d *database) close() {
	d.link.close()
	_ = d.server().Stop()
	_ = os.RemoveAll(d.options.Dir)
}

// restart ends Postgres without waiting for anybody and starts it again.
func (d *database) restart() error {
	was := d.server()
	if err := syscall.Kill(was.PID(), syscall.SIGQUIT); err != nil {
		return err
	}
	if err := was.Stop(); err != nil { // waits until it has ended
		return err
	}
	again, err := postgres.Start(context.Background(), d.options) // also when the run ends meanwhile
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = again
	return nil
}

// freeze stops all of Postgres' processes, as a machine that hangs would, and
// lets them go on.
func (d *database) freeze(ctx context.Context, lasts time.Duration) error {
	parent := d.server().PID()
	if err := syscall.Kill(parent, syscall.SIGSTOP); err != nil { // first: it makes no more children
		return err
	}
	children := childrenOf(parent)
	for _, pid := range children {
		_ = syscall.Kill(pid, syscall.SIGSTOP) // it may have ended
	}
	pause(ctx, lasts)
	var failed error
	for _, pid := range append(children, parent) {
		if err := syscall.Kill(pid, syscall.SIGCONT); err != nil && !errors.Is(err, syscall.ESRCH) {
			failed = err
		}
	}
	return failed
}

// childrenOf are the processes that a process started.
func childrenOf(parent int) (pids []int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is good
	for _, name := range stats {
		text, err := os.ReadFile(name) // #nosec G304 -- of /proc
		if err != nil {
			continue // it has ended
		}
		fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
		if len(fields) > 1 && string(fields[1]) == strconv.Itoa(parent) {
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
			if err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}
