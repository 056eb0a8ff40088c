package staff

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// containing makes from give rows of table whose column contains what is
// searched for. A letter or two in all of government are looked up in the index
// for them before anything else; within a part of the tree they are looked for
// by reading that part (no trigram index can help, and || keeps them away).
func (q *listQuery) containing(from, table, column string) (source, condition string) {
	switch {
	case table == "":
		return from, ""
	case q.short == "":
		return from, column + ` LIKE ` + q.pattern
	case !q.wide:
		return from, `(` + column + ` || '') LIKE ` + q.pattern
	}
	found := `(SELECT * FROM ` + table + ` WHERE search_grams(` + column + `) @> ARRAY[` + q.short + `] OFFSET 0)`
	return strings.Replace(from, table, found+table[len(table)-2:], 1), ""
}

// firstPeople are the people of the page when what is searched for is in their
// own names: the first by name, before their memberships are looked up.
func (q *listQuery) firstPeople(size int) string {
	compare, direction := q.cursor.SQL()
	source, condition := q.containing("staff s", "staff s", "s.search")
	where := append([]string{condition}, q.where...)
	if q.after != "" {
		where = append(where, `(s.name, s.id) `+compare+`= `+q.from2)
	}
	first := `(SELECT s.* FROM ` + source + conditions(where) + fmt.Sprintf(` ORDER BY s.name %[1]s, s.id %[1]s LIMIT %[2]d) s`, direction, size+1)
	return `(SELECT s.name, s.id AS sid, coalesce(m.id, 0) AS mid FROM ` + strings.Replace(peopleSQL, "staff s", first, 1) + `)`
}

func atMost(limit int) string {
	if limit == 0 {
		return ""
	}
	return " LIMIT " + strconv.Itoa(limit)
}

// conditions joins those that are not empty.
func conditions(all []string) string {
	all = slices.DeleteFunc(all, func(c string) bool { return c == "" })
	if len(all) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(all, " AND ")
}
