package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// supervisor is the parent of the server. It reads a pipe whose other end is
// ours: the kernel closes it when we end, even by kill -9, and then it stops
// the server. Linux and macOS alike, which PDEATHSIG is not.
//
// The arguments are the number of folders to delete at the end, those
// folders, and the server's command line.
const supervisor = `
n=$1; shift; drop=
while [ "$n" -gt 0 ]; do
	quoted=$(printf %s "$1" | sed "s/'/'\\\\''/g"); drop="$drop '$quoted'"
	shift; n=$((n-1))
done
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
{ while read -r line; do :; done <&3; kill -INT "$server"; } 2>/dev/null &
watcher=$!
exec 3<&- </dev/null
wait "$server"; code=$?
kill "$watcher" 2>/dev/null
cd /
[ -z "$drop" ] || eval "rm -rf $drop"
exit "$code"
`

// process is the supervisor and, through it, the server.
type process struct {
	stdin   io.Closer
	pid     int
	logFile string
	ended   chan struct{}
}

func supervise(who identity, logFile string, drop, command []string) (*process, error) {
	args := append([]string{"-c", supervisor, "sh", fmt.Sprint(len(drop))}, drop...)
	cmd := exec.Command("/bin/sh", append(args, command...)...)
	cmd.SysProcAttr, cmd.Env, cmd.Dir = who.sysProcAttr(), environ(), "/"
	cmd.SysProcAttr.Setpgid = true // Ctrl-C reaches us first
	out, err := os.OpenFile(logFile, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	cmd.Stdout, cmd.Stderr = out, out
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the local Postgres: %w", err)
	}
	p := &process{stdin: stdin, pid: cmd.Process.Pid, logFile: logFile, ended: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // why it ended stands in its log
		close(p.ended)
	}()
	return p, nil
}

// await tries until the server answers, and makes our database there.
func (p *process) await(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, url)
		if err == nil {
			err = ensureDatabase(ctx, conn)
			return errors.Join(err, conn.Close(ctx))
		}
		select {
		case <-p.ended:
			return fmt.Errorf("the local Postgres did not start; the end of its log:\n%s", p.logTail())
		case <-ctx.Done():
			return fmt.Errorf("the local Postgres does not answer: %w\n%s", err, p.logTail())
		case <-tick.C:
		}
	}
}

func (p *process) stop(patience time.Duration) error {
	_ = p.stdin.Close() // closed already, if this is the second Stop
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-p.ended:
		return nil
	case <-timer.C:
		_ = syscall.Kill(-p.pid, syscall.SIGKILL)
		<-p.ended
		return errors.New("the local Postgres did not stop in time and was killed")
	}
}

func (p *process) logTail() string {
	b, _ := os.ReadFile(p.logFile)
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-8):], "\n")
}
