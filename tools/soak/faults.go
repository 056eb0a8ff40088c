package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
)

// healing is how long after a fault its traces are forgiven.
const healing = 5 * time.Second

// side is what a fault takes away.
type side int

const (
	theDatabase side = iota
	theProvider
	aServer // killed: connections to it break
	aPolite // told to end: nobody may notice
)

// breaking is one kind of fault; do breaks, waits and mends.
type breaking struct {
	name string
	side side
	do   func(ctx context.Context, s *soak, server int, lasts time.Duration) error
}

// breakings are all kinds.
var breakings = []breaking{
	{"restart", theDatabase, func(ctx context.Context, s *soak, _ int, _ time.Duration) error { return s.pg.restart() }},
	{"freeze", theDatabase, func(ctx context.Context, s *soak, _ int, lasts time.Duration) error { return s.pg.freeze(ctx, lasts) }},
	{"cut", theDatabase, between(func(s *soak) (func() error, error) { return s.pg.link.down() })},
	{"silence", theDatabase, between(func(s *soak) (func() error, error) { return s.pg.link.silence() })},
	{"slow", theDatabase, between(func(s *soak) (func() error, error) { return s.pg.link.slow(150 * time.Millisecond) })},
	{"provider-errors", theProvider, between(func(s *soak) (func() error, error) {
		s.provider.failing.Store(true)
		return func() error { s.provider.failing.Store(false); return nil }, nil
	})},
	{"provider-silence", theProvider, between(func(s *soak) (func() error, error) { return s.provider.link.silence() })},
	{"provider-cut", theProvider, between(func(s *soak) (func() error, error) { return s.provider.link.down() })},
	{"kill", aServer, func(ctx context.Context, s *soak, server int, lasts time.Duration) error {
		s.servers[server].kill()
		pause(ctx, lasts)
		return s.servers[server].start(ctx)
	}},
	{"stop", aPolite, func(ctx context.Context, s *soak, server int, lasts time.Duration) error {
		if err := s.servers[server].stop(); err != nil {
			s.wrong.add("server %d did not end cleanly: %v", server, err)
		}
		pause(ctx, lasts)
		return s.servers[server].start(ctx)
	}},
}

func faultNames() (names []string) {
	for _, b := range breakings {
		names = append(names, b.name)
	}
	return names
}

// between breaks, waits and mends.
func between(do func(*soak) (func() error, error)) func(context.Context, *soak, int, time.Duration) error {
	return func(ctx context.Context, s *soak, _ int, lasts time.Duration) error {
		mend, err := do(s)
		if err != nil {
			return err
		}
		pause(ctx, lasts)
		return mend()
	}
}

// fault is one that happened.
type fault struct {
	breaking
	server   int // for those that hit one; else -1
	from, to time.Time
}

func (f fault) String() string {
	if f.server >= 0 {
		return fmt.Sprintf("%s server %d", f.name, f.server)
	}
	return f.name
}

// timeline is every fault of the run.
type timeline struct {
	mu   sync.Mutex
	list []*fault
}

func (t *timeline) begin(b breaking, server int) *fault {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := &fault{breaking: b, server: server, from: time.Now()}
	t.list = append(t.list, f)
	return f
}

func (t *timeline) end(f *fault) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f.to = time.Now()
}

// during returns the faults that were there, or healing, at some time between.
func (t *timeline) during(from, to time.Time) (found []fault) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range t.list {
		if f.from.Before(to) && (f.to.IsZero() || f.to.Add(healing).After(from)) {
			found = append(found, *f)
		}
	}
	return found
}

// breakThings carries out the plan that the seed gives until ctx ends: one fault
// at a time, each kind as often as the others, with quiet between.
func (s *soak) breakThings(ctx context.Context) error {
	chance := rand.New(rand.NewPCG(s.seed, 0)) // #nosec G404 -- a plan that can be repeated
	short := s.lasts < 5*time.Minute
	var bag []breaking
	pause(ctx, quiet(chance, short)+5*time.Second)
	for ctx.Err() == nil && s.options.faults != "none" {
		if len(bag) == 0 {
			bag = slices.Clone(breakings)
			chance.Shuffle(len(bag), func(i, j int) { bag[i], bag[j] = bag[j], bag[i] })
		}
		b, server, lasts := bag[0], -1, length(chance, short)
		bag = bag[1:]
		if b.side == aServer || b.side == aPolite {
			server = chance.IntN(len(s.servers))
		}
		if s.options.faults != "" && !slices.Contains(strings.Split(s.options.faults, ","), b.name) {
			continue
		}
		f := s.faults.begin(b, server)
		fmt.Printf("%s  %s\n", s.clock(f.from), f)
		err := b.do(ctx, s, server, lasts)
		s.faults.end(f)
		if err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
		pause(ctx, healing)
		s.lookAround(ctx)
		pause(ctx, quiet(chance, short))
	}
	return nil
}

func (s *soak) clock(t time.Time) string {
	return t.Sub(s.begun).Round(100 * time.Millisecond).String()
}

// Chance is asked the same questions in each run: a seed means one plan.
func quiet(chance *rand.Rand, short bool) time.Duration {
	d := time.Duration(8+chance.IntN(15)) * time.Second
	if short {
		return d / 3
	}
	return d
}

func length(chance *rand.Rand, short bool) time.Duration {
	d := time.Duration(4+chance.IntN(26)) * time.Second
	if short {
		return d / 3
	}
	return d
}
