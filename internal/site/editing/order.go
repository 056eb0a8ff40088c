package editing

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"portal/internal/kit/authz"
	"portal/internal/kit/problem"
)

// arranged says which names stand where before and after an editor's order. It
// is a Conflict if the items are not what the editor saw, and Forbidden if one
// of them is not the editor's to move.
func arranged(m model, actor authz.Actor, live []item, keys, was []string) (before, after []string, err error) {
	names := map[string]string{}
	var order []string // the live items among those that the editor saw
	for _, it := range live {
		if !slices.Contains(was, it.key) {
			continue
		}
		if err := m.may(actor, it.fields); err != nil {
			return nil, nil, err
		}
		names[it.key] = m.name(it.key, it.fields)
		order = append(order, it.key)
	}
	sorted := func(s []string) []string { return slices.Sorted(slices.Values(s)) }
	if !slices.Equal(order, was) || !slices.Equal(sorted(keys), sorted(was)) {
		return nil, nil, problem.New(problem.Conflict, "ลำดับเปลี่ยนไประหว่างที่ท่านจัดเรียง กรุณาตรวจสอบลำดับล่าสุดแล้วเรียงใหม่")
	}
	for i := range was {
		before, after = append(before, names[was[i]]), append(after, names[keys[i]])
	}
	return before, after, nil
}

// InPlace is the order that the numbers typed beside the lines of a list ask
// for: which line stands at each place. Whoever moves a line without scripts
// changes its number alone, so that number is where it goes, and the lines that
// kept theirs stand around it as before.
func InPlace(typed []string) []int {
	var order, moved []int
	place := make([]int, len(typed))
	for i, text := range typed {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n == i+1 {
			order = append(order, i)
			continue
		}
		place[i] = n
		moved = append(moved, i)
	}
	slices.SortStableFunc(moved, func(a, b int) int { return cmp.Compare(place[a], place[b]) })
	at := 0
	for _, line := range moved {
		at = min(max(place[line]-1, at), len(order))
		order = slices.Insert(order, at, line)
		at++
	}
	return order
}
