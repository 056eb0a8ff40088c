package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	port = "5432" // only part of the socket's name, unless Options.Port is set

	// maxSocketPath keeps host + /.s.PGSQL.5432 within the 104 bytes of macOS
	// (Linux has 108).
	maxSocketPath = 103

	temporaryPrefix = "portal-pg-"
	lockName        = "lock"
)

// prepareDir makes the folder and returns its real path, which is also how
// the kernel names it when asked where an old server runs.
func prepareDir(dir string) (string, error) {
	if dir == "" {
		return "", errors.New("postgres: no folder given for the data")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return "", fmt.Errorf("making the folder of the local Postgres: %w", err)
	}
	return filepath.EvalSymlinks(abs)
}

// lockDir keeps a second process off the folder. The kernel lets go of the
// lock when this process ends, even by kill -9.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder := make([]byte, 20)
		n, _ := f.ReadAt(holder, 0)
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("the local Postgres in %s is in use by another process (%s): stop that one first",
				dir, strings.TrimSpace(string(holder[:n])))
		}
		return nil, fmt.Errorf("locking %s: %w", dir, err)
	}
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0) // for the message above
	}
	return f, nil
}

// socketDir is the data's own folder, or a short temporary one where that
// path is longer than a socket's may be.
func (c *cluster) socketDir() (dir string, temporary bool, err error) {
	if len(filepath.Join(c.dir, ".s.PGSQL."+c.port)) <= maxSocketPath {
		return c.dir, false, nil
	}
	dir, err = os.MkdirTemp("", "pg")
	if err == nil && len(dir)+len("/.s.PGSQL."+c.port) > maxSocketPath {
		_ = os.Remove(dir)
		dir, err = os.MkdirTemp("/tmp", "pg")
	}
	if err != nil {
		return "", false, err
	}
	return dir, true, c.who.own(dir)
}

// awaitOld waits for the server of a process that was killed a moment ago.
func (c *cluster) awaitOld(ctx context.Context) error {
	if _, running := c.old(); !running {
		return nil
	}
	say(c.log, "รอ Postgres ตัวเดิมปิด (waiting for the previous Postgres to end)")
	ctx, cancel := context.WithTimeout(ctx, oldTimeout)
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		pid, running := c.old()
		if !running {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("a Postgres that nobody waits for still runs on %s: end it with kill -INT %d", c.dir, pid)
		case <-tick.C:
		}
	}
}

// old is the server that holds the data, if one does. A process that only
// inherited its number after a restart of the machine is not it.
func (c *cluster) old() (pid int, running bool) {
	b, err := os.ReadFile(filepath.Join(c.data(), "postmaster.pid"))
	if err != nil {
		return 0, false
	}
	first, _, _ := strings.Cut(string(b), "\n")
	pid, err = strconv.Atoi(strings.TrimSpace(first))
	if err != nil || pid <= 1 || syscall.Kill(pid, 0) != nil {
		return pid, false
	}
	cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	if err != nil {
		// Without /proc (macOS) believe the file.
		_, noProc := os.Stat("/proc/self")
		return pid, noProc != nil
	}
	return pid, cwd == c.data()
}

// StartTemporary runs a server for tests on a folder that goes when it ends,
// in memory where there is room.
func StartTemporary(ctx context.Context, log io.Writer) (*Server, error) {
	parent := RoomInMemory()
	sweep(parent)
	dir, err := os.MkdirTemp(parent, temporaryPrefix)
	if err != nil {
		return nil, err
	}
	return Start(ctx, Options{Dir: dir, Fast: true, Remove: true, Log: log})
}

// RoomInMemory is a folder in memory, or the usual one for temporary files where
// memory has no room.
func RoomInMemory() string {
	const memory, enough = "/dev/shm", 1 << 30 // containers often give it 64 MB
	var fs syscall.Statfs_t
	if syscall.Statfs(memory, &fs) != nil || fs.Bavail*uint64(fs.Bsize) < enough {
		return os.TempDir()
	}
	probe, err := os.MkdirTemp(memory, "portal-probe-")
	if err != nil {
		return os.TempDir()
	}
	_ = os.Remove(probe)
	return memory
}

// sweep deletes what a crash of the machine or of the supervisor left behind.
func sweep(parent string) {
	dirs, _ := filepath.Glob(filepath.Join(parent, temporaryPrefix+"*"))
	for _, d := range dirs {
		info, err := os.Lstat(d)
		if err != nil || !info.IsDir() || time.Since(info.ModTime()) < time.Minute {
			continue // a new one may not have its lock yet
		}
		lock, err := lockDir(d)
		if err != nil {
			continue
		}
		if _, running := (&cluster{dir: d}).old(); !running {
			_ = os.RemoveAll(d)
		}
		_ = lock.Close()
	}
}
