package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// tokenKeys are those of all servers.
const tokenKeys = "c29ha3NvYWtzb2Frc29ha3NvYWtzb2Frc29ha3NvYWs=" // #nosec G101 -- of a database that lives for minutes

// generous are limits that keep counting but stop nobody: all the load comes
// from one machine, and limits are not what is measured.
var generous = []string{
	"PORTAL_LIMIT_SIGNIN=600/10m", "PORTAL_LIMIT_SIGNIN_ADDRESS=100000/10m", "PORTAL_LIMIT_TOKEN=200/15m", "PORTAL_LIMIT_TOKEN_ADDRESS=20000/15m",
	"PORTAL_LIMIT_SEARCH=2000/1m", "PORTAL_LIMIT_SEARCH_ADDRESS=10000/1m", "PORTAL_LIMIT_UPLOAD=2000/10m",
	"PORTAL_LIMIT_FEEDBACK=2000/10m", "PORTAL_LIMIT_FEEDBACK_ADDRESS=10000/10m",
}

// server is one of the portal's, over its lives.
type server struct {
	number           int
	address, metrics string
	program          string
	environment      []string
	log              string

	mu     sync.Mutex
	cmd    *exec.Cmd
	ended  chan struct{} // of the present life
	how    error         // the present life ended
	asked  bool          // to end
	lives  []*life
	broken *complaints
}

// life is a process.
type life struct {
	pid      int
	from, to time.Time // to is zero while it lives
	samples  []sample
}

func (s *soak) newServer(number int) (*server, error) {
	v := &server{number: number, program: s.portal, log: filepath.Join(s.dir, fmt.Sprintf("server-%d.log", number)), broken: &s.wrong}
	var err error
	if v.address, err = freeAddress(); err != nil {
		return nil, err
	}
	if v.metrics, err = freeAddress(); err != nil {
		return nil, err
	}
	data := filepath.Join(s.dir, fmt.Sprintf("data-%d", number))
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, err
	}
	v.environment = append(append(os.Environ(), generous...), "DATABASE_URL="+s.pg.address(), "PORTAL_ADDR="+v.address, "PORTAL_BASE_URL="+base,
		"PORTAL_TOKEN_KEYS="+tokenKeys, "PORTAL_TRUSTED_PROXIES=127.0.0.1/32", "PORTAL_METRICS_ADDRESS="+v.metrics,
		"PORTAL_LOG_DIR="+filepath.Join(data, "traffic"), "PORTAL_DATA_DIR="+data,
		"DIGITALID_ISSUER="+issuer, "DIGITALID_CLIENT_ID="+clientID, "DIGITALID_CLIENT_SECRET="+clientSecret,
		"HTTPS_PROXY=http://"+s.provider.link.address(), "NO_PROXY=", "SSL_CERT_FILE="+s.provider.certificate)
	return v, os.MkdirAll(filepath.Join(data, "traffic"), 0o700)
}

// start begins a life and waits until it is ready.
func (v *server) start(ctx context.Context) error {
	out, err := os.OpenFile(v.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = out.Close() }()
	c := exec.Command(v.program, "serve") // #nosec G204 -- our own program
	c.Env, c.Stdout, c.Stderr = v.environment, out, out
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		return err
	}
	v.mu.Lock()
	v.cmd, v.ended, v.how, v.asked = c, make(chan struct{}), nil, false
	ended, l := v.ended, &life{pid: c.Process.Pid, from: time.Now()}
	v.lives = append(v.lives, l)
	v.mu.Unlock()
	go v.wait(c, l, ended)
	return v.ready(ctx)
}

func (v *server) wait(c *exec.Cmd, l *life, ended chan struct{}) {
	err := c.Wait()
	v.mu.Lock()
	v.how, l.to = err, time.Now()
	if !v.asked {
		v.broken.add("server %d ended by itself: %v", v.number, err)
	}
	v.mu.Unlock()
	close(ended)
}

func (v *server) ready(ctx context.Context) error {
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); pause(ctx, 50*time.Millisecond) {
		if ctx.Err() != nil {
			return nil // the run ends: nobody waits for it any more
		}
		if v.asks(ctx, "/readyz") == http.StatusOK {
			return nil
		}
	}
	return fmt.Errorf("server %d is not ready 20 s after its start: see %s", v.number, v.log)
}

// asks returns the status of an answer, 0 if there is none within a second.
func (v *server) asks(ctx context.Context, path string) int {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+v.address+path, nil)
	if err != nil {
		return 0
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return 0
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// signal tells the process something and says when it has ended.
func (v *server) signal(s syscall.Signal) <-chan struct{} {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.cmd == nil {
		gone := make(chan struct{})
		close(gone)
		return gone
	}
	v.asked = true
	_ = v.cmd.Process.Signal(s) // it may be gone
	return v.ended
}

func (v *server) kill() { <-v.signal(syscall.SIGKILL) }

// stop asks it to end, as systemd does, and waits for that.
func (v *server) stop() error {
	select {
	case <-v.signal(syscall.SIGTERM):
	case <-time.After(20 * time.Second):
		v.kill()
		return errors.New("it did not end within 20 s")
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.how
}

// present is the life that goes on, nil between two.
func (v *server) present() *life {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.lives) == 0 || !v.lives[len(v.lives)-1].to.IsZero() {
		return nil
	}
	return v.lives[len(v.lives)-1]
}
