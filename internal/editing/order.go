package editing

import (
	"slices"

	"portal/internal/authz"
	"portal/internal/problem"
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
