package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/dev/postgres"
)

const (
	serverCore = "0"
	host       = "portal.example"
	gcPercent  = 200 // as cmd/portal sets it
)

// bench is all that is set up.
type bench struct {
	options
	load   generator
	pg     *postgres.Server
	dir    string
	self   string
	portal string
	joined bool // whoever asks for the office's pages has the rights to
	table  table
	ends   []func()
}

func prepare(ctx context.Context, o options) (*bench, error) {
	dir, err := os.MkdirTemp("", "portal-bench-")
	if err != nil {
		return nil, err
	}
	b := &bench{options: o, load: newGenerator(), dir: dir}
	b.ends = append(b.ends, func() { _ = os.RemoveAll(dir) })
	if b.self, err = os.Executable(); err != nil {
		return b, err
	}
	if b.portal = o.portal; b.portal == "" {
		b.portal = filepath.Join(dir, "portal")
		if err := build(ctx, b.portal, "./cmd/portal"); err != nil {
			return b, err
		}
	}
	if b.pg, err = postgres.StartTemporary(ctx, os.Stderr); err != nil {
		return b, err
	}
	b.ends = append(b.ends, func() { _ = b.pg.Stop() })
	if err := b.fill(ctx); err != nil {
		return b, err
	}
	return b, b.moveDatabase(ctx)
}

// build compiles one of the project's programs.
func build(ctx context.Context, to, program string) error {
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", to, program) // #nosec G204 -- our own program
	c.Env, c.Stderr = append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
	return c.Run()
}

// fill makes the database: the portal's content, and a country if it is needed.
func (b *bench) fill(ctx context.Context) error {
	seed := []string{"seed"}
	if b.wanted("office") {
		seed = append(seed, "--demo", "--accounts", strconv.Itoa(b.accounts), "--points", strconv.Itoa(b.points), "--entries", "10000")
	}
	for _, args := range [][]string{{"migrate"}, seed} {
		c := exec.CommandContext(ctx, b.portal, args...) // #nosec G204 -- our own program
		c.Env, c.Stderr = b.environment(""), os.Stderr
		if err := c.Run(); err != nil {
			return fmt.Errorf("portal %s: %w", args[0], err)
		}
	}
	return nil
}

// moveDatabase moves Postgres to the load's core, since the server's is to be the
// server's alone: free to choose, the kernel runs the two that talk to each other
// on the same core, and leaves a fifth of the machine idle.
func (b *bench) moveDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, b.pg.URL())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	var data string
	if err := conn.QueryRow(ctx, "SHOW data_directory").Scan(&data); err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(text), "\n")                                                            // what it starts from now on is moved with it
	if out, err := exec.CommandContext(ctx, "taskset", "-cp", loadCore, first).CombinedOutput(); err != nil { // #nosec G204 -- a number
		return fmt.Errorf("taskset: %w: %s", err, out)
	}
	return nil
}

func (b *bench) wanted(part string) bool {
	return b.only == "" || slices.Contains(strings.Split(b.only, ","), part)
}

func (b *bench) environment(address string) []string {
	return append(os.Environ(), "DATABASE_URL="+b.pg.URL(), "PORTAL_ADDR="+address, "PORTAL_BASE_URL=https://"+host,
		"PORTAL_TOKEN_KEYS=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "DIGITALID_ISSUER=https://id.example",
		"DIGITALID_CLIENT_ID=x", "DIGITALID_CLIENT_SECRET=x", "PORTAL_LOG_DIR="+filepath.Join(b.dir, "log"), "PORTAL_DATA_DIR="+b.dir)
}

func (b *bench) close() {
	for _, end := range slices.Backward(b.ends) {
		end()
	}
}

// process is a program on the server's core.
type process struct {
	cmd     *exec.Cmd
	address string
}

func (b *bench) startOnCore(ctx context.Context, env []string, args ...string) (*process, error) {
	c := exec.CommandContext(ctx, "taskset", append([]string{"-c", serverCore}, args...)...) // #nosec G204 -- our own programs
	c.Env, c.Stderr = env, os.Stderr
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		return nil, err
	}
	return &process{cmd: c}, nil
}

// settle waits until the server has nothing left to do of its own: after the
// start it packs pages and files for some seconds.
func (p *process) settle(ctx context.Context) {
	const look, idle = 500 * time.Millisecond, 20 * time.Millisecond
	for quiet := 0; quiet < 3 && ctx.Err() == nil; {
		before := p.used()
		time.Sleep(look)
		if quiet++; p.used()-before > idle {
			quiet = 0
		}
	}
}

// used is what the process has used of the processor.
func (p *process) used() time.Duration {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid)) // 0 shows in the table
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * (time.Second / 100) // USER_HZ
}

func (p *process) stop() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // killed: its error says nothing new
}

// servePortal starts the portal as in production and waits for its first page.
func (b *bench) servePortal(ctx context.Context) (p *process, took time.Duration, err error) {
	address, err := freeAddress()
	if err != nil {
		return nil, 0, err
	}
	start := time.Now()
	p, err = b.startOnCore(ctx, b.environment(address), b.portal, "serve")
	if err != nil {
		return nil, 0, err
	}
	p.address = address
	took, err = firstAnswer(ctx, target{address, "/backend", map[string]string{"Host": host}}, start)
	return p, took, err
}

func firstAnswer(ctx context.Context, t target, start time.Time) (time.Duration, error) {
	for time.Since(start) < 20*time.Second && ctx.Err() == nil {
		if a, err := t.fetch(ctx); err == nil && a.Status < http.StatusInternalServerError {
			return time.Since(start), nil
		}
		time.Sleep(time.Millisecond)
	}
	return 0, errors.Join(ctx.Err(), fmt.Errorf("%s answers nothing", t.address))
}

// fetch asks once.
func (t target) fetch(ctx context.Context) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+t.address+t.path, nil)
	if err != nil {
		return answer{}, err
	}
	for k, v := range t.header {
		r.Header.Set(k, v)
	}
	r.Host = t.header["Host"]
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	return answer{Status: res.StatusCode, Header: res.Header, Body: body}, err
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
