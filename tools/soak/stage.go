package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

const (
	host   = "portal.example"
	base   = "https://" + host
	issuer = "https://id.example"

	clientID, clientSecret = "soak", "soak-secret"

	// A country large enough that lists have pages, small enough to be made at once.
	demoPoints, demoAccounts, demoEntries = "4000", "3000", "5000"
)

// soak is all that is set up.
type soak struct {
	options
	dir      string
	pg       *database
	provider *provider
	servers  []*server
	balancer *balancer
	faults   timeline
	seen     observations
	wrong    complaints
	ledger   ledger
	watch    watch
	people   []*person
	turns    chan struct{} // to send a request; see load
	codes    chan *code
	begun    time.Time
	loaded   context.Context // ends with the load
	ends     []func()
}

func prepare(ctx context.Context, o options) (*soak, error) {
	dir, err := os.MkdirTemp("", "portal-soak-")
	if err != nil {
		return nil, err
	}
	s := &soak{options: o, dir: dir, turns: make(chan struct{}), codes: make(chan *code, 1000)}
	if s.portal == "" {
		s.portal = filepath.Join(dir, "portal")
		build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", s.portal, "./cmd/portal") // #nosec G204 -- our own program
		build.Env, build.Stderr = append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
		if err := build.Run(); err != nil {
			return s, err
		}
	}
	if s.pg, err = startDatabase(ctx); err != nil {
		return s, err
	}
	s.ends = append(s.ends, s.pg.close)
	for _, args := range [][]string{{"migrate"}, {"seed", "--demo", "--points", demoPoints, "--accounts", demoAccounts, "--entries", demoEntries}} {
		if _, err := s.command(ctx, args...); err != nil {
			return s, err
		}
	}
	if err := s.invite(ctx); err != nil {
		return s, err
	}
	if err := s.openProvider(dir); err != nil {
		return s, err
	}
	return s, s.openServers(ctx)
}

// command runs a subcommand of the portal beside the servers.
func (s *soak) command(ctx context.Context, args ...string) (string, error) {
	c := exec.CommandContext(ctx, s.portal, args...) // #nosec G204 -- our own program
	c.Env = append(os.Environ(), "DATABASE_URL="+s.pg.URL(), "PORTAL_TOKEN_KEYS="+tokenKeys)
	out, err := c.CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("portal %s: %w\n%s", args[0], err, out)
	}
	return string(out), nil
}

func (s *soak) openServers(ctx context.Context) error {
	for i := range 2 {
		v, err := s.newServer(i)
		if err != nil {
			return err
		}
		s.servers = append(s.servers, v)
		s.ends = append(s.ends, v.kill)
		if err := v.start(ctx); err != nil {
			return err
		}
	}
	s.balancer = newBalancer(s)
	s.ends = append(s.ends, s.balancer.close)
	s.provider.announce(s.balancer)
	return nil
}

// close ends everything. The logs stay when something was wrong.
func (s *soak) close(good bool) {
	for _, end := range slices.Backward(s.ends) {
		end()
	}
	_ = os.Remove(filepath.Join(s.dir, "portal"))
	if good && !s.keep {
		_ = os.RemoveAll(s.dir)
		return
	}
	fmt.Println("logs:", s.dir)
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// pause waits, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
