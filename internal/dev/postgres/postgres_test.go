package postgres

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// childDir makes this test binary start a server and wait to be killed.
const childDir = "PORTAL_TEST_CHILD_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		s, err := Start(context.Background(), Options{Dir: dir, Fast: true})
		if err != nil {
			os.Stdout.WriteString("error " + err.Error() + "\n")
			os.Exit(1)
		}
		os.Stdout.WriteString("url " + s.URL() + "\n")
		select {}
	}
	os.Exit(m.Run())
}

func TestStartKeepsData(t *testing.T) {
	dir := t.TempDir()
	s := mustStart(t, Options{Dir: dir, Fast: true})
	query(t, s, "CREATE TABLE kept (name text)")
	if got := query(t, s, "SELECT (lower('É') = 'é')::text"); got != "true" {
		t.Error("the server does not know letters beyond ASCII")
	}
	if got := query(t, s, "SHOW listen_addresses"); got != "" {
		t.Errorf("listens on TCP: %q", got)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	s = mustStart(t, Options{Dir: dir, Fast: true})
	if got := query(t, s, "SELECT count(*)::text FROM kept"); got != "0" {
		t.Errorf("the table is gone: %q", got)
	}
}

func TestListensOnPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	number := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s := mustStart(t, Options{Dir: t.TempDir(), Fast: true, Port: number})
	if got := query(t, s, "SELECT coalesce(inet_server_addr()::text, 'socket')"); got != "socket" {
		t.Errorf("URL leads to %q", got)
	}
	conn, err := pgx.Connect(t.Context(), fmt.Sprintf("postgres://portal@127.0.0.1:%d/portal?sslmode=disable", number))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if pid := s.PID(); pid == 0 || pid != serverPID(t, socketOf(t, s.URL())) {
		t.Errorf("its process: %d", pid)
	}
}

func TestLongPathGetsShortSocket(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("ยาว", 12), strings.Repeat("it's long ", 8))
	s := mustStart(t, Options{Dir: dir, Fast: true})
	if got := query(t, s, "SELECT current_database()"); got != database {
		t.Errorf("database %q", got)
	}
	socket := socketOf(t, s.URL())
	if strings.HasPrefix(socket, dir) {
		t.Errorf("the socket is in %s", socket)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(socket, ".s.PGSQL."+port)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket stayed: %v", err)
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	dir := t.TempDir()
	mustStart(t, Options{Dir: dir, Fast: true})
	_, err := Start(t.Context(), Options{Dir: dir, Fast: true})
	if err == nil || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("second start: %v", err)
	}
}

func TestOtherMajorVersionIsRefused(t *testing.T) {
	// Not t.TempDir, which other users cannot enter: where root has no user
	// namespace, the server would be given another folder.
	dir, err := os.MkdirTemp("", "portal-other-version-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data", "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Start(t.Context(), Options{Dir: dir, Fast: true})
	if err == nil || !strings.Contains(err.Error(), "made by Postgres 9") {
		t.Errorf("start on other data: %v", err)
	}
}

func TestKilledProcessLeavesNoServer(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "url ") {
		t.Fatalf("child: %q %v", line, err)
	}
	pid := serverPID(t, socketOf(t, strings.TrimSpace(strings.TrimPrefix(line, "url "))))
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	// The next start waits for the old server instead of failing.
	s := mustStart(t, Options{Dir: dir, Fast: true})
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("the old server %d still runs: %v", pid, err)
	}
	query(t, s, "SELECT 'answers'")
}

func TestTemporaryIsRemoved(t *testing.T) {
	s, err := StartTemporary(t.Context(), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	dir := s.drop[len(s.drop)-1]
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("left behind: %v", err)
	}
}

func TestSupervisorEndsWithServer(t *testing.T) {
	drop := filepath.Join(t.TempDir(), "it's one to drop")
	if err := os.Mkdir(drop, 0o700); err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(t.TempDir(), "log")
	p, err := supervise(asOurselves(), log, []string{drop}, []string{"sh", "-c", "echo no luck; exit 3"})
	if err != nil {
		t.Fatal(err)
	}
	err = p.await(t.Context(), (&cluster{port: port}).address(t.TempDir(), database))
	if err == nil || !strings.Contains(err.Error(), "no luck") {
		t.Errorf("await: %v", err)
	}
	if _, err := os.Stat(drop); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("not dropped: %v", err)
	}
}

func mustStart(t *testing.T, o Options) *Server {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s, err := Start(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil && !errors.Is(err, os.ErrClosed) {
			t.Error(err)
		}
	})
	return s
}

func query(t *testing.T, s *Server, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	var got string
	err = conn.QueryRow(t.Context(), sql).Scan(&got)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		t.Fatal(err)
	}
	return got
}

// socketOf is also the folder of the data, unless its path is long.
func socketOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("host")
}

func serverPID(t *testing.T, dir string) int {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}
