package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"
)

// line is one comparison: what was measured in each round, ours beside theirs.
type line struct {
	what   string
	ours   []float64
	theirs []float64 // none where there is nothing to compare with
	unit   string
	atMost bool
	target float64 // of the ratio, or of ours where there is none; 0: it is told alone
}

// table is every line.
type table struct{ lines []line }

func (t *table) add(l line) { t.lines = append(t.lines, l) }

// values are the rounds' ratios, if there are any, since what disturbs a round
// disturbs both.
func (l line) values() []float64 {
	if len(l.theirs) == 0 {
		return l.ours
	}
	var ratios []float64
	for i := range l.ours {
		ratios = append(ratios, l.ours[i]/l.theirs[i])
	}
	return ratios
}

// value is the median of the rounds.
func (l line) value() float64 { return median(l.values()) }

// decided reports whether the rounds say on which side of the target the median
// is: 95 of 100 times it lies between two of them, whatever their distribution
// (the confidence interval of a median by order statistics).
func (l line) decided() bool {
	s := slices.Sorted(slices.Values(l.values()))
	n := float64(len(s))
	out := int(math.Round(n/2 - .98*math.Sqrt(n))) // the place of either, from its end
	return l.target == 0 || out >= 1 && (s[out-1] > l.target || s[len(s)-out] < l.target)
}

// verdict is the target and whether it was reached.
func (l line) verdict() string {
	sign, reached := "≥", l.value() >= l.target
	switch {
	case l.target == 0:
		return ""
	case l.atMost:
		sign, reached = "≤", l.value() <= l.target
	}
	if !reached {
		return fmt.Sprintf("%s %.4g MISSED", sign, l.target)
	}
	return fmt.Sprintf("%s %.4g reached", sign, l.target)
}

func median(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(list))
	return (s[len(s)/2] + s[(len(s)-1)/2]) / 2
}

// number is v with the four digits that matter.
func number(v float64) string {
	if v >= 1000 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.4g", v)
}

func (t *table) print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "what\tportal\tcompared with\tratio\trounds\tmust reach\t")
	for _, l := range t.lines {
		theirs, ratio, rounds := "", "", ""
		if len(l.theirs) > 0 {
			theirs, ratio = number(median(l.theirs))+" "+l.unit, fmt.Sprintf("%.2f", l.value())
			for i := range l.ours {
				rounds += fmt.Sprintf("%.2f ", l.ours[i]/l.theirs[i])
			}
		}
		_, _ = fmt.Fprintf(w, "%s\t%s %s\t%s\t%s\t%s\t%s\t\n", l.what, number(median(l.ours)), l.unit, theirs, ratio, cmp.Or(rounds, " "), l.verdict())
	}
	_ = w.Flush()
}
