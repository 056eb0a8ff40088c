package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// page is one comparison of a public page.
type page struct {
	name, path string
	conns      int
	same       bool // the reader has it already
}

// tails reports whether the slowest answers count as well.
func (p page) tails() bool { return p.name == "FAQ" }

var pages = []page{
	{"FAQ", "/backend/faq", 16, false}, {"FAQ", "/backend/faq", 64, false}, {"FAQ", "/backend/faq", 256, false},
	{"FAQ, 304", "/backend/faq", 16, true}, {"FAQ, 304", "/backend/faq", 64, true}, {"FAQ, 304", "/backend/faq", 256, true},
	{"landing", "/backend", 64, false}, {"guideline", "/backend/guideline", 64, false},
	{"manual", "/backend/manual", 64, false}, {"contact", "/backend/contact", 64, false},
}

// Targets of the public pages.
const (
	leastRate = .90
	mostP99   = 1.15
)

// pages compares the public pages with a bare handler that writes the same
// bytes under the same headers.
func (b *bench) pages(ctx context.Context) error {
	portal, _, err := b.servePortal(ctx)
	if err != nil {
		return err
	}
	defer portal.stop()
	ours, err := b.questions(ctx, portal.address)
	if err != nil {
		return err
	}
	portal.settle(ctx)
	theirs, bare, err := b.serveBare(ctx, ours)
	if err != nil {
		return err
	}
	defer bare.stop()
	c := make([]compared, len(pages))
	for i, p := range pages {
		c[i] = newCompared(p)
	}
	for round := range max(b.rounds, b.most) {
		for i, p := range pages {
			if round >= b.rounds && c[i].rates.decided() && c[i].tails.decided() {
				continue
			}
			if err := b.compare(ctx, &c[i], question{ours[i], portal}, question{theirs[i], bare}, p.conns, round%2 == 0); err != nil {
				return err
			}
		}
	}
	for i, p := range pages {
		b.table.add(c[i].rates)
		if b.atOnce {
			b.table.add(c[i].share)
		}
		if p.tails() {
			b.table.add(c[i].tails)
		}
	}
	return nil
}

// compared is what was measured of a page: rates and times of the slowest answers
// one after the other, the share of the core at the same time.
type compared struct{ rates, tails, share line }

func newCompared(p page) compared {
	what := fmt.Sprintf("%s, %d connections", p.name, p.conns)
	c := compared{
		rates: line{what: what, unit: "req/s", target: leastRate},
		share: line{what: what + ", of one core", unit: "req/s"},
		tails: line{what: what + ", p99", unit: "ms", atMost: true},
	}
	if p.tails() {
		c.tails.target = mostP99
	}
	return c
}

// compare measures one round.
func (b *bench) compare(ctx context.Context, c *compared, ours, theirs question, conns int, oursFirst bool) error {
	one, other, err := b.both(ctx, ours, theirs, conns, oursFirst)
	if err != nil {
		return err
	}
	note(&c.rates, one.rate, other.rate)
	note(&c.tails, float64(one.p99.Microseconds())/1000, float64(other.p99.Microseconds())/1000)
	if !b.atOnce {
		return nil
	}
	if one, other, err = b.together(ctx, ours, theirs, conns, oursFirst); err != nil {
		return err
	}
	const second = 1e6 // microseconds
	note(&c.share, second/one.cost, second/other.cost)
	return nil
}

func note(l *line, ours, theirs float64) {
	l.ours, l.theirs = append(l.ours, ours), append(l.theirs, theirs)
}

// question is a target with the process that answers.
type question struct {
	target
	by *process
}

// measured also says what one answer took of the server's core.
type measured struct {
	result
	cost float64 // microseconds
}

func (b *bench) measure(ctx context.Context, q question, conns int) (measured, error) {
	before := q.by.used()
	m, err := b.load.run(ctx, q.target, conns, b.lasts)
	return measured{m, float64((q.by.used() - before).Microseconds()) / (m.rate * b.lasts.Seconds())}, err
}

// both measures one after the other, taking turns in being first.
func (b *bench) both(ctx context.Context, ours, theirs question, conns int, oursFirst bool) (one, other measured, err error) {
	order := []struct {
		r  question
		to *measured
	}{{ours, &one}, {theirs, &other}}
	if !oursFirst {
		order[0], order[1] = order[1], order[0]
	}
	for _, o := range order {
		if *o.to, err = b.measure(ctx, o.r, conns); err != nil {
			return one, other, err
		}
	}
	return one, other, nil
}

// together measures both at once on the same core, which they share: whatever
// disturbs the machine disturbs both alike. What an answer takes of the core is
// what can be compared then, not the rates.
func (b *bench) together(ctx context.Context, ours, theirs question, conns int, oursFirst bool) (one, other measured, err error) {
	var work sync.WaitGroup
	var failed, failedToo error
	run := []func(){
		func() { one, failed = b.measure(ctx, ours, conns) },
		func() { other, failedToo = b.measure(ctx, theirs, conns) },
	}
	if !oursFirst {
		slices.Reverse(run)
	}
	for _, f := range run {
		work.Go(f)
	}
	work.Wait()
	return one, other, errors.Join(failed, failedToo)
}

// questions waits until every page is packed as short as can be.
func (b *bench) questions(ctx context.Context, address string) ([]target, error) {
	var all []target
	for _, p := range pages {
		t := target{address, p.path, map[string]string{"Host": host, "Accept-Encoding": "br"}}
		for start := time.Now(); ; time.Sleep(100 * time.Millisecond) {
			a, err := t.fetch(ctx)
			if err != nil {
				return nil, err
			}
			if a.Header.Get("Content-Encoding") == "br" {
				if p.same {
					t.header["If-None-Match"] = a.Header.Get("Etag")
				}
				break
			}
			if time.Since(start) > 30*time.Second {
				return nil, fmt.Errorf("%s is not packed", p.path)
			}
		}
		all = append(all, t)
	}
	return all, nil
}

// serveBare starts a bare server that answers as ours do, each at an address.
func (b *bench) serveBare(ctx context.Context, ours []target) ([]target, *process, error) {
	var answers []answer
	var theirs []target
	for _, t := range ours {
		a, err := t.fetch(ctx)
		if err != nil {
			return nil, nil, err
		}
		if a.Address, err = freeAddress(); err != nil {
			return nil, nil, err
		}
		a.Header.Del("Date") // net/http writes its own
		if a.Status == http.StatusOK {
			a.Header.Set("Content-Length", strconv.Itoa(len(a.Body)))
		}
		answers = append(answers, a)
		theirs = append(theirs, target{a.Address, t.path, maps.Clone(t.header)})
	}
	text, err := json.Marshal(answers)
	if err != nil {
		return nil, nil, err
	}
	file := filepath.Join(b.dir, "bare.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, nil, err
	}
	p, err := b.startOnCore(ctx, os.Environ(), b.self, "bare", file)
	if err != nil {
		return nil, nil, err
	}
	for _, t := range theirs {
		if _, err := firstAnswer(ctx, t, time.Now()); err != nil {
			p.stop()
			return nil, nil, err
		}
	}
	return theirs, p, nil
}

// start measures how soon a server shows its first page, on a warm database.
func (b *bench) start(ctx context.Context) error {
	l := line{what: "start to first public page", unit: "ms", target: 300, atMost: true}
	for range 2 + 3*b.rounds {
		p, took, err := b.servePortal(ctx)
		if p != nil {
			p.stop()
		}
		if err != nil {
			return err
		}
		l.ours = append(l.ours, float64(took.Microseconds())/1000)
	}
	l.ours = l.ours[2:] // the first ones warm the machine
	b.table.add(l)
	return nil
}

// memory watches a server at full load.
func (b *bench) memory(ctx context.Context) error {
	p, _, err := b.servePortal(ctx)
	if err != nil {
		return err
	}
	defer p.stop()
	t, err := b.questions(ctx, p.address)
	if err != nil {
		return err
	}
	p.settle(ctx)
	if _, err := b.load.run(ctx, t[1], 256, 20*time.Second); err != nil { // until its heap has its size
		return err
	}
	before := resident(p)
	if _, err := b.load.run(ctx, t[1], 256, b.soak); err != nil {
		return err
	}
	b.table.add(line{what: fmt.Sprintf("memory after %s at full load", b.soak), unit: "MB",
		ours: []float64{resident(p)}, theirs: []float64{before}, target: 1.1, atMost: true})
	return nil
}

// resident is a process's memory in MB; taskset becomes the program it starts.
func resident(p *process) float64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid)) // 0 shows in the table
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	kb, _ := strconv.Atoi(strings.TrimSpace(strings.Split(rest, "kB")[0]))
	return float64(kb) / 1024
}
