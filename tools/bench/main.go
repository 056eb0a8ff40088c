// Command bench measures what the portal promises of its speed (docs/performance.md).
// It builds and starts all that it compares on this machine: the servers share
// one core, the load and Postgres the other, and rounds are interleaved, so that a
// noisy machine is noisy for both. `make bench` runs it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

// options are the flags.
type options struct {
	runs     int // tables, one after the other
	rounds   int
	most     int           // rounds of a page that is close to its target
	lasts    time.Duration // one measurement
	soak     time.Duration // at full load, for the memory
	accounts int
	points   int
	atOnce   bool
	only     string
	portal   string // the program; built unless given
}

func main() {
	if len(os.Args) > 1 && children[os.Args[1]] != nil {
		exit(children[os.Args[1]](os.Args[2:]))
		return
	}
	var o options
	flag.IntVar(&o.runs, "runs", 1, "how often to measure it all")
	flag.IntVar(&o.rounds, "rounds", 15, "rounds, interleaved: many short ones, since a shared machine changes its speed within seconds")
	flag.IntVar(&o.most, "most", 45, "rounds at most of a public page whose rounds leave open whether it reaches its target")
	flag.DurationVar(&o.lasts, "lasts", time.Second, "how long one measurement lasts")
	flag.DurationVar(&o.soak, "soak", 10*time.Minute, "how long the memory is watched at full load")
	flag.IntVar(&o.accounts, "accounts", 300_000, "accounts of the made-up country")
	flag.IntVar(&o.points, "points", 2000, "service points of the made-up country")
	flag.BoolVar(&o.atOnce, "at-once", false, "compare public pages with both servers at work at the same moment, too: steadier where other machines disturb this one")
	flag.StringVar(&o.only, "only", "", "parts to run, separated by commas: pages, office, memory, start, wire; all unless given")
	flag.StringVar(&o.portal, "portal", "", "the program to measure; built unless given")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	exit(run(ctx, o))
}

// children are what this program also does, as processes of their own on the
// core that is measured.
var children = map[string]func([]string) error{"bare": bare, "sql": sqlLoop}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if runtime.NumCPU() < 2 {
		return fmt.Errorf("two cores are needed: one for the server, one for the load")
	}
	b, err := prepare(ctx, o)
	if b != nil {
		defer b.close()
	}
	if err != nil {
		return err
	}
	fmt.Printf("%s, %d cores, %s; load: %s; %d rounds of %s\n\n", runtime.Version(), runtime.NumCPU(), runtime.GOARCH, b.load.name(), o.rounds, o.lasts)
	for range o.runs {
		if err := b.measureAll(ctx); err != nil {
			return err
		}
	}
	return nil
}

// measureAll runs the parts that are wanted and prints their table.
func (b *bench) measureAll(ctx context.Context) error {
	b.table = table{}
	for _, part := range []struct {
		name string
		run  func(context.Context) error
	}{{"start", b.start}, {"pages", b.pages}, {"office", b.office}, {"memory", b.memory}, {"wire", b.wire}} {
		if !b.wanted(part.name) {
			continue
		}
		if err := part.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	b.table.print(os.Stdout)
	return nil
}
