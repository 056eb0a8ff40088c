//go:build torture

package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// join leads what each of two connections says to the other.
func join(a, b net.Conn) {
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{a, b}, {b, a}} {
		both.Go(func() {
			_, _ = io.Copy(way[0], way[1]) // whichever ends, both do
			_, _ = way[0].Close(), way[1].Close()
		})
	}
	both.Wait()
}

// reader is one connection that reads again and again.
type reader struct {
	client
	paths []string
	pause time.Duration
	done  atomic.Int64
	mu    sync.Mutex
	lost  []loss
}

// loss is an answer that did not come, or not whole.
type loss struct {
	begun, ended time.Time
	what         error
}

// read reads until stop is closed.
func (r *reader) read(stop <-chan struct{}) {
	tick := time.NewTicker(r.pause)
	defer tick.Stop()
	for n := 0; ; n++ {
		path, begun := r.paths[n%len(r.paths)], time.Now()
		res, _, err := r.send(http.MethodGet, ownBase+path, nil)
		if err == nil && (res.StatusCode != http.StatusOK || res.Request.URL.Path != path) {
			err = fmt.Errorf("%s: %d at %s", path, res.StatusCode, res.Request.URL)
		}
		if err != nil {
			r.mu.Lock()
			r.lost = append(r.lost, loss{begun, time.Now(), err})
			r.mu.Unlock()
		}
		r.done.Add(1)
		select {
		case <-stop:
			return
		case <-tick.C:
		}
	}
}

// crowd are the readers of a test: mostly visitors, and some who are signed in.
func (s *stage) crowd(many int) (all []*reader) {
	public := []string{"/backend", "/backend/faq", "/backend/guideline", "/backend/manual", "/backend/contact", "/backend/announcement"}
	office := []string{"/backend/profile", "/backend/tokens", "/backend/staff", "/backend/faq"}
	people := make([]client, 4)
	for i, who := range []string{"sample-dga-admin", "sample-central-officer", "sample-dga-admin", "sample-central-officer"} {
		people[i] = newClient(s.t).through(s.door(s.nginx.site, "127.0.0.1"))
		people[i].signIn(ownBase, who)
	}
	for i := range many {
		r := &reader{client: newClient(s.t), paths: append(append([]string{}, public[i%len(public):]...), public[:i%len(public)]...), pause: 100 * time.Millisecond}
		if i%16 == 0 {
			r.client, r.paths, r.pause = people[i/16%len(people)], office, 400*time.Millisecond
		}
		r.client = r.through(s.door(s.nginx.site, "127.0.0.1")) // a connection of its own
		all = append(all, r)
	}
	return all
}

// everybody waits until each reader has read so many more pages.
func everybody(t *testing.T, all []*reader, more int64) {
	t.Helper()
	goals := make([]int64, len(all))
	for i, r := range all {
		goals[i] = r.done.Load() + more
	}
	for i, r := range all {
		until(t, fmt.Sprintf("reader %d reads", i), func() bool { return r.done.Load() >= goals[i] })
	}
}

// TestA73_Torture_OneOfTwoBehindNginxIsKilled lets 256 connections read through
// nginx and kills one of the servers: nobody may lose what was asked afterwards,
// nor more than what was on its way. Then the server comes back.
func TestA73_Torture_OneOfTwoBehindNginxIsKilled(t *testing.T) {
	s := startStage(t)
	all, stop := s.crowd(256), make(chan struct{})
	var reading sync.WaitGroup
	for _, r := range all {
		reading.Go(func() { r.read(stop) })
	}
	everybody(t, all, 5)
	victim := s.servers[0]
	if !strings.Contains(victim.said(t), `"path":"/backend/profile"`) {
		t.Error("the server that is killed was never asked by signed-in people")
	}
	open, dying := connectionsTo(t, victim.address), time.Now()
	victim.kill()
	killed := time.Now()
	everybody(t, all, 10)
	before := len(victim.said(t))
	victim.start(t)
	back := time.Now()
	until(t, "nginx asks the server that has come back", func() bool {
		return strings.Count(victim.said(t)[before:], `"path":"/backend/faq"`) > 50
	})
	again := time.Since(back)
	everybody(t, all, 3)
	close(stop)
	reading.Wait()
	var read, during int64
	for i, r := range all {
		read += r.done.Load()
		for _, lost := range r.lost {
			during++
			if lost.begun.After(killed) || lost.ended.Before(dying) {
				t.Errorf("reader %d lost %v, asked %s after the server's end", i, lost.what, lost.begun.Sub(killed))
			}
		}
	}
	t.Logf("%d pages read over 256 connections; nginx had %d connections to the server, %d answers were lost; it was dead within %s and asked again %s after its start",
		read, open, during, killed.Sub(dying), again)
	if open == 0 || during > int64(open) {
		t.Errorf("%d answers lost over %d connections", during, open)
	}
}

// connectionsTo counts the connections that others have open to the address.
func connectionsTo(t *testing.T, address string) (open int) {
	t.Helper()
	_, port, _ := strings.Cut(address, ":")
	n, table := 0, "/proc/net/tcp"
	if _, err := fmt.Sscan(port, &n); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(table)
	if err != nil {
		t.Fatalf("how many connections there are is read from %s, which only Linux has: %v", table, err)
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 3 && strings.HasSuffix(f[2], fmt.Sprintf(":%04X", n)) && f[3] == "01" {
			open++
		}
	}
	return open
}

// TestA79_Torture_NginxSendsNoChangeTwice kills a server that has been sent pages
// and changes to answer: pages come from the other one, but a change that may have
// been made is not sent again.
func TestA79_Torture_NginxSendsNoChangeTwice(t *testing.T) {
	s := startStage(t)
	frozen, other := s.servers[0], s.servers[1]
	if err := frozen.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	const each = 8
	var answered atomic.Int64
	var sending sync.WaitGroup
	statuses := map[string][]int{http.MethodGet: make([]int, each), http.MethodPost: make([]int, each)}
	for method, got := range statuses {
		for i := range each {
			c := newClient(t).through(s.door(s.nginx.site, "127.0.0.1"))
			c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			path := map[string]string{http.MethodGet: "/backend/faq", http.MethodPost: "/backend/display"}[method]
			sending.Go(func() {
				res, text, err := c.send(method, ownBase+path, url.Values{"set": {"text-large"}, "return": {"/backend"}})
				answered.Add(1)
				if err != nil {
					t.Errorf("%s: %v", method, err)
				} else if got[i] = res.StatusCode; got[i] == http.StatusServiceUnavailable && (!strings.Contains(text, "กรุณาลองใหม่") || res.Header.Get("Cache-Control") != "no-store") {
					t.Errorf("not the page for a server that is away: %v %s", res.Header, text)
				}
			})
		}
	}
	until(t, "all requests are answered or wait for the server that stands still", func() bool {
		return answered.Load() > 0 && int(answered.Load())+connectionsTo(t, frozen.address) >= 2*each
	})
	frozen.kill()
	sending.Wait()
	made, away := 0, 0
	for _, status := range statuses[http.MethodPost] {
		switch status {
		case http.StatusSeeOther:
			made++
		case http.StatusServiceUnavailable:
			away++
		}
	}
	until(t, "the log is written", func() bool {
		return strings.Count(other.said(t), `"path":"/backend/faq"`) >= each
	})
	sent := strings.Count(other.said(t), `"method":"POST","path":"/backend/display"`)
	t.Logf("pages %v, changes %v, of which the other server got %d", statuses[http.MethodGet], statuses[http.MethodPost], sent)
	if away == 0 || made+away != each || sent != made {
		t.Errorf("%d changes made, %d refused, %d sent to the other server", made, away, sent)
	}
	for _, status := range statuses[http.MethodGet] {
		if status != http.StatusOK {
			t.Errorf("a page: %d", status)
		}
	}
}
