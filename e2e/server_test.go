package e2e

import (
	"bufio"
	"cmp"
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"portal/internal/dev/testdb/seeded"
)

// portal is the binary at work.
type portal struct {
	base   string
	issuer string
	tokens map[string]string // role's name → code
	cmd    *exec.Cmd
}

// tokenKeys are those of all servers of the tests.
var tokenKeys = base64.StdEncoding.EncodeToString(make([]byte, 32))

var codeLine = regexp.MustCompile(`^\s+((?:[0-9A-Z]{4}-){3}[0-9A-Z]{4})\s+(.+)$`)

// startPortal runs devportal on a database of its own until the test ends.
func startPortal(t *testing.T) portal {
	t.Helper()
	p := startServer(t, seeded.URL(t), "")
	t.Cleanup(func() {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		if err := p.cmd.Wait(); err != nil {
			t.Errorf("the portal did not stop cleanly: %v", err)
		}
	})
	return p
}

// startServer runs devportal on the database, with the provider at issuer or
// one of its own. Servers that share a database share its token keys.
func startServer(t *testing.T, database, issuer string) portal {
	t.Helper()
	return startCommand(t, exec.Command(devBinary), database, issuer)
}

// The programs that `make e2e` builds, or those that `make breaks` broke.
var (
	binaries  = cmp.Or(os.Getenv("PORTAL_TEST_BINARIES"), filepath.Join("..", "bin"))
	binary    = filepath.Join(binaries, "portal")
	devBinary = filepath.Join(binaries, "devportal")
)

// startCommand is startServer for a program of another version.
func startCommand(t *testing.T, cmd *exec.Cmd, database, issuer string) portal {
	t.Helper()
	port := freePorts(t)
	p := portal{fmt.Sprintf("http://localhost:%d", port), issuer, map[string]string{}, cmd}
	if issuer == "" {
		p.issuer = fmt.Sprintf("http://localhost:%d", port+1)
	}
	p.cmd.Env = append(os.Environ(), "PORT="+strconv.Itoa(port), "DATABASE_URL="+database, "PORTAL_DEV_DIR="+t.TempDir(),
		"DIGITALID_ISSUER="+issuer, "PORTAL_TOKEN_KEYS="+tokenKeys)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = os.Stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("%v: run `make build devportal` first", err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if m := codeLine.FindStringSubmatch(lines.Text()); m != nil {
			p.tokens[m[2]] = m[1]
		}
		if strings.Contains(lines.Text(), "Ctrl-C เพื่อหยุด") {
			return p
		}
	}
	t.Fatalf("the portal ended before it was ready: %v", lines.Err())
	return p
}

// kill ends the server as a power cut would.
func (p portal) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // killed: its error says nothing new
}

var givenPorts sync.Map // so that no two tests are given the same

// freePorts finds a port whose neighbour is free as well.
func freePorts(t *testing.T) int {
	t.Helper()
	for range 50 {
		l, err := net.Listen("tcp", "localhost:0")
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		next, err := net.Listen("tcp", net.JoinHostPort("localhost", strconv.Itoa(port+1)))
		_ = l.Close()
		if err != nil {
			continue
		}
		_ = next.Close()
		_, taken := givenPorts.LoadOrStore(port, true)
		_, nextTaken := givenPorts.LoadOrStore(port+1, true)
		if !taken && !nextTaken {
			return port
		}
	}
	t.Fatal("no two free ports side by side")
	return 0
}
