package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// slowest is how long an answer may take, whatever is broken.
const slowest = 5 * time.Second

// report is what came of it.
type report struct {
	s        *soak
	ended    time.Time
	verdicts []verdict
	results  []result
	counts   map[string]count
	end      []sample
}

type verdict struct {
	what string
	good bool
	why  []string
}

// verdict notes whether something held. why is shown when it did not.
func (r *report) verdict(what string, good bool, why ...string) {
	r.verdicts = append(r.verdicts, verdict{what, good, why})
}

func (r *report) good() bool {
	return !slices.ContainsFunc(r.verdicts, func(v verdict) bool { return !v.good })
}

// answers judges what came back.
func (r *report) answers() {
	var late, unexcused []string
	for _, o := range r.s.seen.all() {
		say := fmt.Sprintf("%s %s, server %d: %d %v after %s", r.s.clock(o.from), o.what, o.server, o.status, o.err, o.took().Round(time.Millisecond))
		if o.took() > slowest {
			late = append(late, say)
		}
		if o.failed() && !slices.ContainsFunc(r.s.faults.during(o.from, o.to), o.excused) {
			unexcused = append(unexcused, say)
		}
	}
	r.verdict(fmt.Sprintf("no answer took over %s", slowest), len(late) == 0, late...)
	r.verdict(fmt.Sprintf("errors only while something is down, and for %s after", healing), len(unexcused) == 0, unexcused...)
}

// resources judges what the servers hold.
func (r *report) resources(ctx context.Context) {
	var wrong []string
	for i, v := range r.s.servers {
		end, err := v.sample(ctx)
		r.end = append(r.end, end)
		idle := r.s.watch.idle[i]
		if err != nil {
			wrong = append(wrong, err.Error())
			continue
		}
		if end.goroutines > idle.goroutines+moreGoroutines {
			wrong = append(wrong, fmt.Sprintf("server %d: %d goroutines, %d before the load", i, end.goroutines, idle.goroutines))
		}
		if end.files-end.pooled > idle.files-idle.pooled+moreFiles {
			wrong = append(wrong, fmt.Sprintf("server %d: %d files without the database's, %d before the load", i, end.files-end.pooled, idle.files-idle.pooled))
		}
		for _, l := range v.lives {
			if from, to, ok := l.grew(r.ended); ok && float64(to) > memoryGrowth*float64(from) {
				wrong = append(wrong, fmt.Sprintf("server %d, life from %s: the collector aims at %d MB in its first half, at %d MB in its second", i, r.s.clock(l.from), from>>20, to>>20))
			}
		}
	}
	r.verdict("memory, goroutines and files are flat", len(wrong) == 0, wrong...)
}

// logs counts what the servers said, and looks for what no fault explains.
func (r *report) logs() {
	said, panics := map[string]int{}, []string{}
	for _, v := range r.s.servers {
		text, err := os.ReadFile(v.log)
		if err != nil {
			panics = append(panics, err.Error())
		}
		for line := range strings.Lines(string(text)) {
			var one struct{ Level, Msg, Err string }
			if json.Unmarshal([]byte(line), &one) != nil || strings.Contains(strings.ToLower(line), "panic") {
				panics = append(panics, strings.TrimSpace(line))
				continue
			}
			if one.Level != "INFO" {
				said[one.Level+" "+one.Msg]++
			}
		}
	}
	fmt.Println()
	for _, msg := range sortedKeys(said) {
		fmt.Printf("log  %5d  %s\n", said[msg], msg)
	}
	r.verdict("the servers' logs are whole and tell of no panic", len(panics) == 0, panics...)
}

func sortedKeys[V any](m map[string]V) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// mostWhy is how many reasons are shown for one verdict.
const mostWhy = 25

func (r *report) print(out io.Writer) {
	r.printFaults(out)
	r.printAnswers(out)
	r.printBooks(out)
	r.printResources(out)
	say(out, "\n")
	for _, v := range r.verdicts {
		if v.good {
			say(out, "ok      %s\n", v.what)
			continue
		}
		say(out, "FAILED  %s (%d)\n", v.what, len(v.why))
		for _, why := range v.why[:min(mostWhy, len(v.why))] {
			say(out, "        %s\n", why)
		}
		if len(v.why) > mostWhy {
			say(out, "        and %d more\n", len(v.why)-mostWhy)
		}
	}
	say(out, "\nseed %d: %s\n", r.s.seed, map[bool]string{true: "ok", false: "FAILED"}[r.good()])
}

func say(out io.Writer, format string, a ...any) { _, _ = fmt.Fprintf(out, format, a...) }

// table aligns columns.
func table(out io.Writer, rows func(w io.Writer)) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	rows(w)
	_ = w.Flush() // to standard output
}
