package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// target is what is asked for, over and over.
type target struct {
	address string // host:port
	path    string
	header  map[string]string
}

// result is what a server did under load.
type result struct {
	rate float64       // requests a second
	p99  time.Duration // of the answers' times
}

// generator makes load on the second core.
type generator interface {
	name() string
	run(ctx context.Context, t target, conns int, lasts time.Duration) (result, error)
}

// newGenerator is wrk where it is installed, else our own.
func newGenerator() generator {
	if path, err := exec.LookPath("wrk"); err == nil {
		return wrk(path)
	}
	return own{}
}

const loadCore = "1"

type wrk string

func (wrk) name() string { return "wrk" }

var (
	wrkRate  = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)
	wrkP99   = regexp.MustCompile(`99%\s+([\d.]+)(us|ms|s)`)
	wrkWrong = regexp.MustCompile(`(Non-2xx or 3xx responses: \d+|Socket errors: .*)`)
)

func (w wrk) run(ctx context.Context, t target, conns int, lasts time.Duration) (result, error) {
	args := []string{"-c", loadCore, string(w), "-t1", "--latency", "-c", strconv.Itoa(conns), "-d", strconv.Itoa(int(lasts.Seconds())) + "s"}
	for k, v := range t.header {
		args = append(args, "-H", k+": "+v)
	}
	out, err := exec.CommandContext(ctx, "taskset", append(args, "http://"+t.address+t.path)...).CombinedOutput() // #nosec G204 -- our own words
	if err != nil {
		return result{}, fmt.Errorf("%w: %s", err, out)
	}
	rate, p99 := wrkRate.FindSubmatch(out), wrkP99.FindSubmatch(out)
	if rate == nil || p99 == nil {
		return result{}, fmt.Errorf("wrk says nothing that is known: %s", out)
	}
	if wrong := wrkWrong.Find(out); wrong != nil {
		return result{}, fmt.Errorf("%s: %s", t.path, wrong)
	}
	r := result{}
	r.rate, _ = strconv.ParseFloat(string(rate[1]), 64) // digits, by the pattern
	r.p99, _ = time.ParseDuration(string(p99[1]) + string(p99[2]))
	return r, nil
}

// own is a plain load generator: each connection asks again as soon as it has
// the whole answer. It shares the load's core with nobody but itself.
type own struct{}

func (own) name() string { return "own generator (wrk is not installed)" }

func (own) run(ctx context.Context, t target, conns int, lasts time.Duration) (result, error) {
	ctx, cancel := context.WithTimeout(ctx, lasts)
	defer cancel()
	var mu sync.Mutex
	var all []time.Duration
	var failed error
	var work sync.WaitGroup
	start := time.Now()
	for range conns {
		work.Go(func() {
			took, err := t.askOn(ctx)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, took...)
			if err != nil && failed == nil {
				failed = err
			}
		})
	}
	work.Wait()
	if failed != nil || len(all) == 0 {
		return result{}, fmt.Errorf("%d answers: %w", len(all), failed)
	}
	slices.Sort(all)
	return result{float64(len(all)) / time.Since(start).Seconds(), all[len(all)*99/100]}, nil
}

// askOn asks over one connection until ctx ends.
func (t target) askOn(ctx context.Context) (took []time.Duration, err error) {
	conn, err := net.Dial("tcp", t.address)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	var b strings.Builder
	fmt.Fprintf(&b, "GET %s HTTP/1.1\r\n", t.path)
	for k, v := range t.header {
		fmt.Fprintf(&b, "%s: %s\r\n", k, v)
	}
	question, in := []byte(b.String()+"\r\n"), bufio.NewReaderSize(conn, 64<<10)
	for ctx.Err() == nil {
		start := time.Now()
		if _, err := conn.Write(question); err != nil {
			return took, err
		}
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			return took, err
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode >= http.StatusBadRequest {
			return took, fmt.Errorf("%s: %s, %w", t.path, res.Status, err)
		}
		took = append(took, time.Since(start))
	}
	return took, nil
}
