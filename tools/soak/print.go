package main

import (
	"fmt"
	"io"
	"slices"
	"time"
)

func (r *report) printFaults(out io.Writer) {
	say(out, "\nFaults: %d\n", len(r.s.faults.list))
	table(out, func(w io.Writer) {
		say(w, "begun\tlasted\tfault\terrors\t\n")
		all := r.s.seen.all()
		for _, f := range r.s.faults.list {
			errors := 0
			for _, o := range all {
				if o.failed() && o.from.Before(f.to.Add(healing)) && o.to.After(f.from) {
					errors++
				}
			}
			say(w, "%s\t%s\t%s\t%d\t\n", r.s.clock(f.from), f.to.Sub(f.from).Round(100*time.Millisecond), f, errors)
		}
	})
}

// summary is of a kind of request in one of the two conditions.
type summary struct {
	took     []time.Duration
	statuses map[string]int
}

func (s *summary) add(o observation) {
	s.took = append(s.took, o.took())
	if s.statuses == nil {
		s.statuses = map[string]int{}
	}
	switch {
	case o.err != nil:
		s.statuses["none"]++
	default:
		s.statuses[fmt.Sprint(o.status)]++
	}
}

func (r *report) printAnswers(out io.Writer) {
	quiet, broken := map[kind]*summary{}, map[kind]*summary{}
	sent := 0
	for _, o := range r.s.seen.all() {
		if o.from.After(r.ended) {
			continue // what was looked at afterwards
		}
		if o.kind != kindConnection {
			sent++
		}
		in := quiet
		if len(r.s.faults.during(o.from, o.to)) > 0 {
			in = broken
		}
		if in[o.kind] == nil {
			in[o.kind] = &summary{}
		}
		in[o.kind].add(o)
	}
	lasted := r.ended.Sub(r.s.begun)
	say(out, "\nRequests: %d in %s, %.1f a second\n", sent, lasted.Round(time.Second), float64(sent)/lasted.Seconds())
	for _, part := range []struct {
		name string
		of   map[kind]*summary
	}{{"while all was well", quiet}, {"while something was down or healing", broken}} {
		say(out, "\n%s\n", part.name)
		table(out, func(w io.Writer) {
			say(w, "kind\tnumber\tp50\tp99\tlongest\tstatus\t\n")
			for _, k := range kinds {
				if s := part.of[k]; s != nil {
					slices.Sort(s.took)
					say(w, "%s\t%d\t%s\t%s\t%s\t%s\t\n", k, len(s.took), milli(quantile(s.took, 50)), milli(quantile(s.took, 99)), milli(s.took[len(s.took)-1]), statuses(s.statuses))
				}
			}
		})
	}
}

func milli(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

func statuses(of map[string]int) (text string) {
	for _, status := range sortedKeys(of) {
		text += fmt.Sprintf("%s×%d ", status, of[status])
	}
	return text
}

func (r *report) printBooks(out io.Writer) {
	say(out, "\nLedger\n")
	table(out, func(w io.Writer) {
		say(w, "change\tacknowledged\tin doubt, done\tin doubt, not done\trefused\twrong\t\n")
		for _, one := range r.results {
			say(w, "%s\t%d\t%d\t%d\t%d\t%d\t\n", one.kind, one.acknowledged, one.done, one.notDone, one.refused, len(one.wrong))
		}
	})
	table(out, func(w io.Writer) {
		say(w, "\ncounted\tacknowledged\tin doubt\t\n")
		for _, kind := range sortedKeys(r.counts) {
			say(w, "%s\t%d\t%d\t\n", kind, r.counts[kind].acknowledged, r.counts[kind].inDoubt)
		}
	})
}

func (r *report) printResources(out io.Writer) {
	say(out, "\nServers\n")
	table(out, func(w io.Writer) {
		say(w, "server\tlife\tat\tMB\tcollector aims at\tgoroutines\tfiles\tof the database\t\n")
		row := func(i int, life, at string, one sample) {
			say(w, "%d\t%s\t%s\t%.0f\t%.0f\t%d\t%d\t%d\t\n", i, life, at, float64(one.memory)/(1<<20), float64(one.goal)/(1<<20), one.goroutines, one.files, one.pooled)
		}
		for i, v := range r.s.servers {
			row(i, "1", "before the load", r.s.watch.idle[i])
			for n, l := range v.lives {
				for k, one := range l.samples {
					if k%6 == 5 || k == len(l.samples)-1 { // one a minute, and the last
						row(i, fmt.Sprint(n+1), r.s.clock(one.at), one)
					}
				}
			}
			row(i, fmt.Sprint(len(v.lives)), "idle again", r.end[i])
		}
	})
}
