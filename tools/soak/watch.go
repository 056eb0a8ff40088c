package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sampleEvery is how often it is looked what a server holds.
const sampleEvery = 10 * time.Second

// sample is what a process holds at a moment.
type sample struct {
	at         time.Time
	memory     int // resident, bytes
	goal       int // bytes at which the collector runs next: a multiple of what it found in use
	goroutines int
	files      int // descriptors
	pooled     int // connections to the database among them
}

// watch looks at the servers.
type watch struct {
	idle []sample // before the load, for each server
}

// baseline is taken when a server has done what it does after its start.
func (w *watch) baseline(ctx context.Context, s *soak) error {
	pause(ctx, 8*time.Second)
	for _, v := range s.servers {
		one, err := v.sample(ctx)
		if err != nil {
			return err
		}
		w.idle = append(w.idle, one)
	}
	return nil
}

// follow keeps samples of each life until ctx ends.
func (w *watch) follow(ctx context.Context, s *soak) {
	for ctx.Err() == nil {
		for _, v := range s.servers {
			v.keep(ctx)
		}
		pause(ctx, sampleEvery)
	}
}

// keep takes a sample of the present life, if there is one.
func (v *server) keep(ctx context.Context) {
	l := v.present()
	if l == nil {
		return
	}
	if one, err := v.sample(ctx); err == nil { // it may have ended meanwhile
		v.mu.Lock()
		l.samples = append(l.samples, one)
		v.mu.Unlock()
	}
}

func (v *server) sample(ctx context.Context) (sample, error) {
	l := v.present()
	if l == nil {
		return sample{}, fmt.Errorf("server %d is not there", v.number)
	}
	one := sample{at: time.Now()}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", l.pid))
	if err != nil {
		return one, err
	}
	_, after, _ := bytes.Cut(status, []byte("VmRSS:"))
	if words := bytes.Fields(after); len(words) > 0 {
		kilobytes, _ := strconv.Atoi(string(words[0])) // digits, by proc(5)
		one.memory = kilobytes << 10
	}
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", l.pid))
	if err != nil {
		return one, err
	}
	one.files = len(open)
	told, err := v.scrape(ctx)
	one.goroutines, one.pooled, one.goal = int(told["go_goroutines"]), int(told["pool"]), int(told["go_memstats_next_gc_bytes"])
	return one, err
}

// scrape reads the numbers that Prometheus would.
func (v *server) scrape(ctx context.Context) (map[string]float64, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+v.metrics+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	numbers := map[string]float64{}
	lines := bufio.NewScanner(io.LimitReader(res.Body, 4<<20))
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			continue
		}
		numbers[name] = n
		if strings.HasPrefix(name, "portal_db_pool_connections{") {
			numbers["pool"] += n
		}
	}
	return numbers, lines.Err()
}

// What a server may hold more at the end, idle again, than before the load.
const (
	moreGoroutines = 20
	moreFiles      = 15 // beside connections to the database: the pools keep those that they opened
	memoryGrowth   = 1.2
	lifeCounts     = 3 * time.Minute // shorter lives say nothing of growth
	warmUp         = time.Minute     // of each life
)

// grew compares a life that lasted with itself: what was usually in use in its
// second half with that in its first, once it had warmed up. Resident memory says
// little of it: between two runs of the collector it swings by a third.
func (l *life) grew(until time.Time) (from, to int, ok bool) {
	if !l.to.IsZero() {
		until = l.to
	}
	if until.Sub(l.from) < lifeCounts {
		return 0, 0, false
	}
	half := l.from.Add(warmUp).Add(until.Sub(l.from.Add(warmUp)) / 2)
	var first, second []int
	for _, one := range l.samples {
		switch {
		case one.at.Sub(l.from) < warmUp:
		case one.at.Before(half):
			first = append(first, one.goal)
		default:
			second = append(second, one.goal)
		}
	}
	if len(first) == 0 || len(second) == 0 {
		return 0, 0, false
	}
	return median(first), median(second), true
}

func median(list []int) int {
	slices.Sort(list)
	return list[len(list)/2]
}
