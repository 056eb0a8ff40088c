package postgres

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// cluster is one data folder and the programs that run it.
type cluster struct {
	dir  string
	bin  string // folder of postgres and initdb
	who  identity
	fast bool
	port string // of the socket's name, and of TCP if tcp
	tcp  bool
	log  io.Writer
}

// locales are tried in order: all of them know Thai letters, which C does
// not. The first is missing on older macOS.
var locales = []string{"C.UTF-8", "en_US.UTF-8", "C.utf8", "UTF-8"}

func (c *cluster) data() string { return filepath.Join(c.dir, "data") }

// madeBy is the major version that made the data, empty if there is none.
func (c *cluster) madeBy() string {
	b, err := os.ReadFile(filepath.Join(c.data(), "PG_VERSION"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// findPrograms picks the programs that fit the data, or any when there is
// no data yet.
func (c *cluster) findPrograms(ctx context.Context) error {
	want, cache := c.madeBy(), c.who.cacheDir()
	found := installed(ctx, cache)
	if len(found) == 0 {
		p, err := fetch(ctx, cache, c.log)
		if err != nil {
			return err
		}
		found = []programs{p}
	}
	for _, p := range found {
		if want == "" || p.major == want {
			c.bin = p.dir
			return nil
		}
	}
	return fmt.Errorf("the data in %s was made by Postgres %s, but this machine has Postgres %s: install Postgres %s, or move that folder away to begin with an empty one",
		c.dir, want, found[0].major, want)
}

// init makes the data under another name first, so that an interrupted
// initdb is not taken for data at the next start.
func (c *cluster) init(ctx context.Context) error {
	if c.madeBy() != "" {
		return nil
	}
	say(c.log, "เตรียมฐานข้อมูลครั้งแรก (first start: preparing the database)")
	if err := c.who.own(c.dir); err != nil {
		return err
	}
	fresh := c.data() + ".new"
	var out []byte
	var err error
	for _, locale := range locales {
		if err := os.RemoveAll(fresh); err != nil {
			return err
		}
		if out, err = c.initdb(ctx, fresh, locale); err == nil {
			return os.Rename(fresh, c.data())
		}
		if !strings.Contains(string(out), "locale") {
			break
		}
	}
	return fmt.Errorf("preparing the local Postgres: initdb: %w\n%s", err, out)
}

func (c *cluster) initdb(ctx context.Context, dir, locale string) ([]byte, error) {
	args := []string{"--pgdata=" + dir, "--encoding=UTF8", "--locale=" + locale, "--auth=trust",
		"--username=" + superuser, "--no-instructions"}
	if c.fast {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, "initdb"), args...)
	cmd.SysProcAttr, cmd.Env, cmd.Dir = c.who.sysProcAttr(), environ(), c.dir
	return cmd.CombinedOutput()
}

// command is the server's command line. Settings stand here and not in the
// data, so that old data gets new ones.
func (c *cluster) command(socket string) []string {
	listen := ""
	if c.tcp {
		listen = "127.0.0.1"
	}
	settings := []string{"listen_addresses=" + listen, "unix_socket_permissions=0700", "max_connections=400"}
	if c.fast {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off",
			"wal_level=minimal", "max_wal_senders=0", "max_wal_size=256MB", "jit=off")
	}
	args := []string{filepath.Join(c.bin, "postgres"), "-D", c.data(), "-k", socket, "-p", c.port}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	return args
}

var majorVersion = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// major asks the server program for its version.
func major(ctx context.Context, bin string) (string, error) {
	out, err := exec.CommandContext(ctx, filepath.Join(bin, "postgres"), "--version").Output()
	if err != nil {
		return "", err
	}
	m := majorVersion.FindSubmatch(out)
	if m == nil {
		return "", fmt.Errorf("unknown version of Postgres: %q", out)
	}
	return string(m[1]), nil
}

// environ leaves out PG…: what is meant for a client changes the server too.
func environ() []string {
	var env []string
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "PG") {
			env = append(env, e)
		}
	}
	return env
}

func say(w io.Writer, format string, a ...any) { _, _ = fmt.Fprintf(w, format+"\n", a...) }
