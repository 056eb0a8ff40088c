package listing

import (
	"fmt"
	"slices"
	"testing"

	"portal/internal/kit/problem"
)

// list is a sorted list that is asked as a query asks its table.
func list(all []int, c Cursor, limit int) Page[int] {
	rows := slices.Clone(all)
	if c.Back {
		slices.Reverse(rows)
	}
	if !c.First() {
		i := slices.IndexFunc(rows, func(n int) bool { return fmt.Sprint(n) == c.Keys[0] })
		rows = rows[i+1:]
	}
	rows = rows[:min(len(rows), limit+1)]
	return Collect(rows, c, limit, func(n int) []string { return []string{fmt.Sprint(n)} })
}

func TestThereAndBack(t *testing.T) {
	all := []int{10, 11, 12, 13, 14, 15, 16}
	var seen [][]int
	text := ""
	for range 3 {
		c, err := texts(1).Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		p := list(all, c, 3)
		seen = append(seen, p.Rows)
		if (p.Previous == "") != (len(seen) == 1) || (p.Next == "") != (len(seen) == 3) {
			t.Errorf("page %d: next %q, previous %q", len(seen), p.Next, p.Previous)
		}
		text = p.Next
		if len(seen) == 3 {
			text = p.Previous
		}
	}
	if got := fmt.Sprint(seen); got != "[[10 11 12] [13 14 15] [16]]" {
		t.Error(got)
	}
	for _, want := range []string{"[13 14 15]", "[10 11 12]"} {
		c, err := texts(1).Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		p := list(all, c, 3)
		if got := fmt.Sprint(p.Rows); got != want || p.Next == "" {
			t.Errorf("back to %s, want %s", got, want)
		}
		text = p.Previous
	}
	if text != "" {
		t.Error("there is a page before the first")
	}
}

func TestBadCursors(t *testing.T) {
	for _, text := range []string{"x", "eyJr", Cursor{Keys: []string{"a", "b"}}.String(), string(make([]byte, 3000)), "bnVsbA"} {
		if _, err := texts(1).Parse(text); !problem.Is(err, problem.BadInput) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
