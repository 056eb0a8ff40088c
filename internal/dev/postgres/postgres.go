// Package postgres runs a Postgres of our own for development and tests, on a
// machine that may have nothing but Go: it finds or fetches the programs
// (find.go, fetch.go), makes the data folder (cluster.go) and sees to it that
// no server outlives the process that wanted it (supervise.go).
package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	superuser = "portal"
	database  = "portal"

	startTimeout = 60 * time.Second // recovery after a power cut takes its time
	stopTimeout  = 20 * time.Second
	oldTimeout   = 15 * time.Second // for the server of a killed process to end
	pollEvery    = 50 * time.Millisecond
)

// Options says where the data is and how much it matters.
type Options struct {
	// Dir holds the data, the log and, if its path is short, the socket.
	// It is kept between starts.
	Dir string
	// Fast gives up safety against a power cut. For tests only.
	Fast bool
	// Remove deletes Dir when the server has ended, however it ended.
	Remove bool
	// Port is where it listens on 127.0.0.1 too, for programs between it and
	// its clients; 0: on its socket alone.
	Port int
	// Log gets one line for each step that takes time; nil for none.
	Log io.Writer
}

// Server is a running Postgres that ends with this process at the latest.
type Server struct {
	url  string
	data string
	proc *process
	lock *os.File
	drop []string // folders to delete once it has stopped
}

// Start runs a Postgres on o.Dir, making the data first if there is none.
// ctx limits the start only: the server runs until Stop or the end of this
// process.
func Start(ctx context.Context, o Options) (*Server, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout+fetchTimeout)
	defer cancel()
	if o.Log == nil {
		o.Log = io.Discard
	}
	dir, err := prepareDir(o.Dir)
	if err != nil {
		return nil, err
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	s, err := start(ctx, dir, o)
	if err != nil {
		_ = lock.Close()
		if o.Remove {
			_ = os.RemoveAll(dir)
		}
		return nil, err
	}
	s.lock = lock
	if o.Remove {
		s.drop = append(s.drop, dir) // the server may have been given another
	}
	return s, nil
}

func start(ctx context.Context, dir string, o Options) (*Server, error) {
	who, err := whoRuns()
	if err != nil {
		return nil, err
	}
	c := cluster{dir: dir, who: who, fast: o.Fast, port: port, log: o.Log}
	if o.Port != 0 {
		c.port, c.tcp = strconv.Itoa(o.Port), true
	}
	if c.dir, err = who.reachable(dir); err != nil {
		return nil, err
	}
	if err := c.findPrograms(ctx); err != nil {
		return nil, err
	}
	if err := c.awaitOld(ctx); err != nil {
		return nil, err
	}
	if err := c.init(ctx); err != nil {
		return nil, err
	}
	return c.run(ctx, o.Remove)
}

// run starts the server on data that is there and waits until it answers.
func (c *cluster) run(ctx context.Context, remove bool) (*Server, error) {
	socket, temporary, err := c.socketDir()
	if err != nil {
		return nil, err
	}
	s := &Server{url: c.address(socket, database), data: c.data()}
	if temporary {
		s.drop = append(s.drop, socket)
	}
	if remove {
		s.drop = append(s.drop, c.dir)
	}
	logFile := filepath.Join(c.dir, "postgres.log")
	s.proc, err = supervise(c.who, logFile, s.drop, c.command(socket))
	if err != nil {
		return nil, errors.Join(err, s.clean())
	}
	if err := s.proc.await(ctx, c.address(socket, "postgres")); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// URL is the address of the database, for pgx.
func (s *Server) URL() string { return s.url }

// PID is the server's own process, the parent of one for each connection. It is
// 0 when there is none.
func (s *Server) PID() int {
	b, err := os.ReadFile(filepath.Join(s.data, "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		return 0
	}
	return pid
}

// Stop ends the server fast but in order and waits for it.
func (s *Server) Stop() error {
	err := s.proc.stop(stopTimeout)
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	return errors.Join(err, s.clean())
}

func (s *Server) clean() error {
	var err error
	for _, d := range s.drop {
		err = errors.Join(err, os.RemoveAll(d))
	}
	return err
}

// address names the port too, so that PGPORT in the environment does not.
func (c *cluster) address(socket, name string) string {
	return "postgres://" + superuser + "@/" + name + "?host=" + url.QueryEscape(socket) + "&port=" + c.port
}

// ensureDatabase makes our database once the server answers.
func ensureDatabase(ctx context.Context, conn *pgx.Conn) error {
	var exists bool
	err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database).Scan(&exists)
	if err != nil || exists {
		return err
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+database); err != nil {
		return fmt.Errorf("creating the database %s: %w", database, err)
	}
	return nil
}
