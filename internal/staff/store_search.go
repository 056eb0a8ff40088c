package staff

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"portal/internal/db"
)

// containing makes from give rows of table whose column contains what is
// searched for. A letter or two are looked up in the index for them before
// anything else.
func (q *listQuery) containing(from, table, column string) (source, condition string) {
	switch {
	case table == "":
		return from, ""
	case q.short == "":
		return from, column + ` LIKE ` + q.pattern
	}
	found := `(SELECT * FROM ` + table + ` WHERE search_grams(` + column + `) @> ARRAY[` + q.short + `] OFFSET 0)`
	return strings.Replace(from, table, found+table[len(table)-2:], 1), ""
}

// amongMembers reads the part of the tree that is asked for and looks for a
// letter or two in it, for which an index would find too much elsewhere.
func (q *listQuery) amongMembers(limit int) string {
	return `(SELECT name, sid, mid FROM (
			SELECT s.name, s.id AS sid, m.id AS mid, s.search AS own, a.search AS agency FROM ` + membersSQL + conditions(slices.Clone(q.where)) + ` OFFSET 0
		) t WHERE own LIKE ` + q.pattern + ` OR agency LIKE ` + q.pattern + atMost(limit) + `)`
}

// amongUnits looks for a letter or two in the names of that part's agencies.
func (q *listQuery) amongUnits(limit int) string {
	units := `(SELECT * FROM agencies WHERE id IN ` + q.scope + ` OFFSET 0) a`
	return `(SELECT s.name, s.id, m.id FROM ` + strings.Replace(membersSQL, "agencies a", units, 1) +
		conditions(append([]string{`(a.search || '') LIKE ` + q.pattern}, q.where...)) + atMost(limit) + `)`
}

// firstPeople are the people of the page when what is searched for is in their
// own names: the first by name, before their memberships are looked up.
func (q *listQuery) firstPeople(size int) string {
	compare, direction := q.cursor.SQL()
	source, condition := q.containing("staff s", "staff s", "s.search")
	// OFFSET 0 keeps Postgres from walking through all names in their order.
	found := `(SELECT s.* FROM ` + source + conditions(append([]string{condition}, q.where...)) + ` OFFSET 0) s`
	place := ""
	if q.after != "" {
		place = ` WHERE (s.name, s.id) ` + compare + `= ` + q.from2
	}
	first := fmt.Sprintf(`(SELECT * FROM %[1]s%[2]s ORDER BY s.name %[3]s, s.id %[3]s LIMIT %[4]d) s`, found, place, direction, size+1)
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

// probe looks for the letter or two searched for in some names. If they are in
// very many, there is more than the list counts, and walking is the short way.
func (q *listQuery) probe(ctx context.Context, r db.Reader) (common bool, err error) {
	if q.short == "" {
		return false, nil
	}
	n, err := q.number(ctx, r, fmt.Sprintf(`SELECT count(*) FROM (SELECT FROM (SELECT * FROM staff LIMIT %d) s
		WHERE s.search LIKE %s LIMIT %d) t`, probeLimit, strings.ReplaceAll(q.pattern, q.asked, "$1::text"), gatherLimit+1), q.text)
	q.rare, q.frequent = n < rareLimit, n > gatherLimit
	if n <= gatherLimit || q.from != peopleSQL || len(q.where) > 0 {
		return false, err
	}
	q.found = n
	return true, err
}
