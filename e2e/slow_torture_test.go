//go:build torture

package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// The limits of one connection (cmd/internal/app/listen.go), and how much later than
// that a busy machine may notice.
const (
	headersWithin = 5 * time.Second
	bodyWithin    = 15 * time.Second
	answerWithin  = 30 * time.Second
	noticed       = 5 * time.Second
)

// slow is a connection that keeps the server waiting, until the server ends it.
type slow struct {
	way   string
	lives time.Duration // how long it was let
	err   error
}

// TestA75_Torture_SlowConnections is what slowhttptest does with -H, -B and -X: 500
// connections, of which a third each send their headers, send their body and read
// their answer slowly, while others work.
func TestA75_Torture_SlowConnections(t *testing.T) {
	p := startPortal(t)
	host := strings.TrimPrefix(p.base, "http://")
	_, list, err := fetch(p.base + "/backend/manual")
	file := regexp.MustCompile(`/backend/file/[0-9a-f]{64}`).FindString(list)
	if err != nil || file == "" {
		t.Fatalf("no file to read: %v", err)
	}
	officer := newClient(t)
	officer.signIn(p.base, "sample-central-officer")
	others := &others{client: officer, base: p.base}
	others.work(4)
	quiet := others.p99()

	ways := []func(string, string) slow{slowHeaders, slowBody, slowReader}
	results := make([]slow, 500)
	var attack sync.WaitGroup
	for i := range results {
		attack.Go(func() { // pages and files are sent by limits of their own
			results[i] = ways[i%len(ways)](host, []string{file, "/backend/guideline"}[i%2])
		})
	}
	others.start(20)
	attack.Wait()
	others.stop()
	most := map[string]time.Duration{}
	for _, r := range results {
		if r.err != nil {
			t.Errorf("%s: %v after %s", r.way, r.err, r.lives)
		}
		most[r.way] = max(most[r.way], r.lives)
	}
	for way, limit := range map[string]time.Duration{"headers": headersWithin, "body": bodyWithin} {
		if most[way] > limit+noticed {
			t.Errorf("%s: one was let for %s", way, most[way])
		}
	}
	p99 := others.p99()
	t.Logf("others: %d requests, p99 %s (%s before); slow ones lived for %v", len(others.took), p99, quiet, most)
	if p99 > time.Second || len(others.failed) > 0 || len(others.took) < 500 {
		t.Errorf("others: %d requests, p99 %s, failed: %s", len(others.took), p99, strings.Join(others.failed, "\n"))
	}
}

// drip writes a piece each second until the server has enough of it.
func drip(conn net.Conn, piece string) error {
	ended := make(chan error, 1)
	go func() { // whatever it answers, it must end
		_, err := io.Copy(io.Discard, conn)
		ended <- err
	}()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for late := time.After(time.Minute); ; {
		select {
		case <-ended:
			return nil
		case <-late:
			return errors.New("never cut")
		case <-tick.C:
			_, _ = io.WriteString(conn, piece) // if it has ended, ended says so
		}
	}
}

func slowly(way, host, begin, piece string) slow {
	start := time.Now()
	conn, err := net.Dial("tcp", host)
	if err != nil {
		return slow{way, 0, err}
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, begin); err != nil {
		return slow{way, 0, err}
	}
	err = drip(conn, piece)
	return slow{way, time.Since(start), err}
}

func slowHeaders(host, _ string) slow {
	return slowly("headers", host, "GET /backend HTTP/1.1\r\nHost: "+host+"\r\n", "X-A: b\r\n")
}

func slowBody(host, _ string) slow {
	return slowly("body", host, "POST /backend/display HTTP/1.1\r\nHost: "+host+
		"\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n", "a")
}

// slowReader asks for more than any buffer on the way holds and reads ten bytes a
// second. Once the time is over, it reads what is left: if it gets everything,
// nobody has cut it.
func slowReader(host, path string) slow {
	const asked = 2000 // times at least 50 KB
	start := time.Now()
	conn, err := net.Dial("tcp", host)
	if err == nil {
		err = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	}
	if err != nil {
		return slow{"answer", 0, err}
	}
	defer func() { _ = conn.Close() }()
	one := "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n"
	go func() { _, _ = io.WriteString(conn, strings.Repeat(one, asked)) }() // cut, sooner or later
	b := make([]byte, 10)
	for tick := time.NewTicker(time.Second); time.Since(start) < answerWithin+noticed; <-tick.C {
		if _, err := conn.Read(b); err != nil {
			return slow{"answer", time.Since(start), nil}
		}
	}
	lives := time.Since(start)
	_ = conn.SetReadDeadline(time.Now().Add(noticed))
	n, err := io.Copy(io.Discard, bufio.NewReader(conn))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return slow{"answer", lives, fmt.Errorf("%s was never cut, %d bytes read at last", path, n)}
	}
	return slow{"answer", lives, nil}
}

// others are people at work, who read and write.
type others struct {
	client
	base   string
	mu     sync.Mutex
	took   []time.Duration
	failed []string // what, after how long and how
	done   chan struct{}
	all    sync.WaitGroup
}

// work does everything once, so many times.
func (o *others) work(times int) {
	for range times {
		for _, path := range []string{"/backend", "/backend/faq", "/backend/profile", "/backend/tokens", "/backend/guideline", "/backend/staff"} {
			o.measure(http.MethodGet, path, nil, http.StatusOK)
		}
		o.measure(http.MethodPost, "/backend/session/extend", url.Values{}, http.StatusNoContent)
	}
}

func (o *others) measure(method, path string, form url.Values, want int) {
	start := time.Now()
	res, _, err := o.send(method, o.base+path, form)
	took := time.Since(start)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.took = append(o.took, took)
	if err != nil {
		o.failed = append(o.failed, fmt.Sprintf("%s %s after %s: %v", method, path, took, err))
	} else if res.StatusCode != want || res.Request.URL.Path != path {
		o.failed = append(o.failed, fmt.Sprintf("%s %s after %s: %s at %s", method, path, took, res.Status, res.Request.URL.Path))
	}
}

// start lets so many people work until stop. They read for a while in between.
func (o *others) start(people int) {
	o.took, o.done = nil, make(chan struct{})
	for range people {
		o.all.Go(func() {
			for pause := time.NewTicker(time.Second); ; {
				o.work(1)
				select {
				case <-o.done:
					return
				case <-pause.C:
				}
			}
		})
	}
}

func (o *others) stop() { close(o.done); o.all.Wait() }

func (o *others) p99() time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	sorted := slices.Sorted(slices.Values(o.took))
	return sorted[len(sorted)*99/100]
}
