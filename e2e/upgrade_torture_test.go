//go:build torture

package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/dev/testdb"
)

var released = regexp.MustCompile(`(?m)^## (\S+) \(\d{4}-\d\d-\d\d, commit ([0-9a-f]{40})\)$`)

// lastRelease builds the version that CHANGELOG.md names first, out of this
// repository's history.
func lastRelease(t *testing.T) (version, binary string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "CHANGELOG.md"))
	if err != nil {
		t.Fatal(err)
	}
	m := released.FindStringSubmatch(string(text))
	if m == nil {
		t.Fatal("CHANGELOG.md names no release as `## VERSION (DATE, commit HASH)`")
	}
	version, commit, dir := m[1], m[2], t.TempDir()
	if out, err := command("git", "cat-file", "-e", commit+"^{commit}"); err != nil {
		t.Fatalf("%s was released from the commit %s, which is not here: get the whole history with `git fetch --unshallow`, or clone the repository instead of taking its files alone (git: %v %s)",
			version, commit, err, out)
	}
	source := filepath.Join(dir, "source")
	if err := os.Mkdir(source, 0o700); err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(dir, "source.tar")
	binary = filepath.Join(dir, "portal")
	for _, args := range [][]string{
		{"git", "archive", "--format=tar", "--output=" + archive, commit},
		{"tar", "-xf", archive, "-C", source},
		{"go", "build", "-C", source, "-trimpath", "-buildvcs=false", "-o", dir, "./cmd/..."},
	} {
		if out, err := command(args[0], args[1:]...); err != nil {
			t.Fatalf("building %s: %s: %v\n%s", version, strings.Join(args, " "), err, out)
		}
	}
	return version, binary
}

// devCommand serves a release with a local Digital ID. Up to 0.2.0 the portal itself did so.
func devCommand(binary string) *exec.Cmd {
	dev := filepath.Join(filepath.Dir(binary), "devportal")
	if _, err := os.Stat(dev); err != nil {
		return exec.Command(binary, "dev")
	}
	return exec.Command(dev)
}

// command runs at the top of the repository.
func command(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = "..", append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// onDatabase runs a subcommand of a portal's binary.
func onDatabase(t *testing.T, binary, database string, args ...string) string {
	t.Helper()
	cmd := exec.Command(binary, args...)
	cmd.Env = append(os.Environ(), "DATABASE_URL="+database, "PORTAL_TOKEN_KEYS="+tokenKeys)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("portal %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// work is people at work on whichever servers there are at the moment.
type work struct {
	t       *testing.T
	servers atomic.Pointer[[]portal]
	people  []*person
}

type person struct {
	client
	done atomic.Int64 // tasks
}

// base is one of the servers.
func (w *work) base() string {
	all := *w.servers.Load()
	return all[rand.IntN(len(all))].base
}

// settle waits until everybody has done so many more tasks.
func (w *work) settle(tasks int64) {
	w.t.Helper()
	for _, p := range w.people {
		for until := p.done.Load() + tasks; p.done.Load() < until; time.Sleep(10 * time.Millisecond) {
			if w.t.Failed() {
				w.t.FailNow()
			}
		}
	}
}

// get expects the page itself: no error, no sign-in in between.
func (w *work) get(p *person, path string) (string, error) {
	base := w.base()
	res, text, err := p.send(http.MethodGet, base+path, nil)
	if err != nil {
		return "", err
	}
	if res.StatusCode != http.StatusOK || res.Request.URL.Path != strings.Split(path, "?")[0] {
		return "", fmt.Errorf("%s%s: %d at %s\n%.300s", base, path, res.StatusCode, res.Request.URL, text)
	}
	return text, nil
}

// look returns a task: one of the pages after the other.
func (w *work) look(p *person, paths ...string) func() error {
	n := 0
	return func() error {
		n++
		_, err := w.get(p, paths[n%len(paths)])
		return err
	}
}

var (
	form    = regexp.MustCompile(`(?s)<form[^>]*action="/backend/tokens/refresh"[^>]*>.*?</form>`)
	field   = regexp.MustCompile(`name="([^"]+)" value="([^"]*)"`)
	written = regexp.MustCompile(`(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}`)
)

// give is a task: the officer makes a code on one server, the newcomer enters it
// on another.
func (w *work) give(officer, newcomer *person) func() error {
	return func() error {
		list, err := w.get(officer, "/backend/tokens?role=service_point_officer&state=none")
		if err != nil {
			return err
		}
		sent := url.Values{}
		for _, f := range field.FindAllStringSubmatch(form.FindString(list), -1) {
			sent.Add(f[1], f[2])
		}
		if sent.Get("form_key") == "" {
			return fmt.Errorf("the list has no form:\n%.3000s", list)
		}
		res, text, err := officer.send(http.MethodPost, w.base()+"/backend/tokens/refresh", sent)
		if err != nil {
			return err
		}
		code := written.FindString(text)
		if res.StatusCode != http.StatusOK || code == "" {
			return fmt.Errorf("issuing: %d, code %q\n%.300s", res.StatusCode, code, text)
		}
		res, text, err = newcomer.send(http.MethodPost, w.base()+"/backend/token", url.Values{"token": {code}})
		if err != nil {
			return err
		}
		if res.StatusCode != http.StatusOK || res.Request.URL.Path != "/backend/profile" {
			return fmt.Errorf("redeeming: %d at %s\n%.300s", res.StatusCode, res.Request.URL, text)
		}
		return nil
	}
}

// start lets somebody do the task again and again until ctx ends.
func (w *work) start(ctx context.Context, wg *sync.WaitGroup, p *person, task func() error) {
	w.people = append(w.people, p)
	wg.Go(func() {
		for ctx.Err() == nil {
			if err := task(); err != nil {
				w.t.Error(err)
				return
			}
			p.done.Add(1)
			time.Sleep(30 * time.Millisecond) // people read
		}
	})
}

// TestA77_Torture_LastReleaseWorksBesideThisOne runs two servers of the last
// release, migrates their database under them, puts a server of this version in
// the place of one of them, and lets people work on old and new all the while.
// No request may fail.
func TestA77_Torture_LastReleaseWorksBesideThisOne(t *testing.T) {
	version, old := lastRelease(t)
	database := testdb.Bare(t)
	onDatabase(t, old, database, "migrate")
	onDatabase(t, old, database, "seed", "--demo", "--points", "9000", "--accounts", "2000", "--entries", "5000")
	before := schemaOf(t, database)
	first := startCommand(t, devCommand(old), database, "")
	t.Cleanup(first.kill)
	second := startCommand(t, devCommand(old), database, first.issuer)
	t.Cleanup(second.kill)
	w := &work{t: t}
	w.servers.Store(&[]portal{first, second})

	admin, officer, newcomer, visitor := &person{client: newClient(t)}, &person{client: newClient(t)}, &person{client: newClient(t)}, &person{client: newClient(t)}
	admin.signIn(first.base, "sample-dga-admin")
	officer.signIn(first.base, "sample-central-officer")
	newcomer.signIn(first.base, "sample-newcomer")
	var wg sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	defer wg.Wait()
	defer stop()
	w.start(ctx, &wg, admin, w.look(admin, "/backend/agencies", "/backend/tokens", "/backend/staff", "/backend/staff?q=สม", "/backend/audit",
		"/backend/profile", "/backend/content/faq", "/backend/content/files"))
	w.start(ctx, &wg, officer, w.give(officer, newcomer))
	w.start(ctx, &wg, visitor, w.look(visitor, "/backend", "/backend/faq", "/backend/search?q=token", "/backend/manual", "/backend/announcement"))
	w.settle(8)

	onDatabase(t, binary, database, "migrate")
	t.Logf("%s beside this version: schema %d, then %d", version, before, schemaOf(t, database))
	w.settle(8) // the old ones alone on the new schema

	third := startServer(t, database, first.issuer)
	t.Cleanup(third.kill)
	w.servers.Store(&[]portal{first, third})
	w.settle(2) // until nobody asks the one that goes
	if err := second.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := second.cmd.Wait(); err != nil {
		t.Errorf("the old server did not end cleanly: %v", err)
	}
	w.settle(20)
	w.servers.Store(&[]portal{first}) // back, as if the new version were no good
	w.settle(8)
	w.servers.Store(&[]portal{third})
	w.settle(8)
	stop()
	wg.Wait()
	given := onDatabase(t, binary, database, "audit", "verify")
	if !strings.HasPrefix(given, "good: ") {
		t.Error(given)
	}
	t.Logf("the administrator looked at %d pages, %d codes were given, a visitor read %d pages", admin.done.Load(), officer.done.Load(), visitor.done.Load())
}

func schemaOf(t *testing.T, database string) (version int64) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if err := conn.QueryRow(t.Context(), `SELECT max(version_id) FROM goose_db_version`).Scan(&version); err != nil {
		t.Fatal(err)
	}
	return version
}
