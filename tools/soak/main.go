// Command soak lets everybody work on two servers while things break: Postgres
// is restarted, frozen and cut off, the provider fails, servers are killed and
// started. At the end it compares what was acknowledged with what is there
// (docs/reliability.md). `make soak` runs it.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// options are the flags.
type options struct {
	lasts  time.Duration
	rate   int    // requests a second
	seed   uint64 // of the faults' plan
	faults string // kinds, all of them if empty
	portal string // the program; built unless given
	keep   bool   // the logs, also when all went well
}

func main() {
	var o options
	flag.DurationVar(&o.lasts, "for", 20*time.Minute, "how long the load lasts")
	flag.IntVar(&o.rate, "rate", 100, "requests a second, whatever the answers take")
	flag.Uint64Var(&o.seed, "seed", rand.Uint64N(1_000_000), "of the plan of faults; a run prints its own")
	flag.StringVar(&o.faults, "faults", "", "kinds of faults, separated by commas: "+strings.Join(faultNames(), ", ")+", or none; all unless given")
	flag.StringVar(&o.portal, "portal", "", "the program to soak; built unless given")
	flag.BoolVar(&o.keep, "keep", false, "keep the servers' logs also when all went well")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	good, err := run(ctx, o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
	}
	if err != nil || !good {
		os.Exit(1) //nolint:gocritic // nothing is left to be stopped
	}
}

// run soaks and reports whether all held.
func run(ctx context.Context, o options) (good bool, err error) {
	s, err := prepare(ctx, o)
	if s != nil {
		defer func() { s.close(good) }()
	}
	if err != nil {
		return false, err
	}
	fmt.Printf("soak: seed %d, %s at %d requests a second, logs in %s\n", o.seed, o.lasts, o.rate, s.dir)
	if err := s.work(ctx); err != nil {
		return false, err
	}
	r := s.judge(ctx)
	r.print(os.Stdout)
	return r.good(), nil
}

// work is the load with its faults, until all is quiet again.
func (s *soak) work(ctx context.Context) error {
	if err := s.watch.baseline(ctx, s); err != nil {
		return err
	}
	s.begun = time.Now()
	loaded, stop := context.WithTimeout(ctx, s.lasts)
	defer stop()
	s.loaded = loaded
	watching, stopWatching := context.WithCancel(ctx)
	defer stopWatching()
	go s.balancer.follow(watching)
	go s.watch.follow(watching, s)
	done := make(chan error, 1)
	go func() { done <- s.breakThings(loaded) }()
	s.load(loaded)
	if err := <-done; err != nil {
		return err
	}
	return ctx.Err()
}
