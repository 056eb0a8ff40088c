package main

import (
	"slices"
	"testing"
)

func TestDecidedIsAMedianThatLiesOnOneSide(t *testing.T) {
	rounds := func(below, above int) []float64 {
		return slices.Concat(slices.Repeat([]float64{.8}, below), slices.Repeat([]float64{1}, above))
	}
	for name, c := range map[string]struct {
		l    line
		want bool
	}{
		"three of fifteen below":   {line{ours: rounds(3, 12), target: .9}, true},
		"four of fifteen below":    {line{ours: rounds(4, 11), target: .9}, false},
		"four of fifteen above":    {line{ours: rounds(11, 4), target: .9}, false},
		"three of fifteen above":   {line{ours: rounds(12, 3), target: .9}, true},
		"fifteen of 45 below":      {line{ours: rounds(15, 30), target: .9}, true},
		"sixteen of 45 below":      {line{ours: rounds(16, 29), target: .9}, false},
		"three rounds":             {line{ours: rounds(0, 3), target: .9}, false},
		"ratios, not what is ours": {line{ours: rounds(7, 8), theirs: rounds(7, 8), target: .9}, true},
		"nothing to reach":         {line{ours: rounds(7, 8)}, true},
	} {
		if got := c.l.decided(); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
