package staff

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A text is looked for in a person's own name, e-mail and user name, and in the
// names of the agency. Those whose name begins with it stand together in
// staff_places; where it stands further on, an index of staff finds it.
const (
	fewUnits  = 200  // agencies, up to which their people are looked up
	walkLimit = 3000 // rows that are looked at in their order before everything is gathered
	shortest  = 3    // letters that pg_trgm needs
)

// key is the text in the form of the search columns. Being a subquery, it is
// worked out once.
const key = `(SELECT k FROM asked)`

const asking = `WITH asked AS MATERIALIZED (SELECT search_key($1::text) AS k)`

// few finds all that the text is in, or learns that it is in many: then common
// is true.
func (q *listQuery) few(size int) string {
	_, direction := q.cursor.SQL()
	beginning := q.inOrder("ASC", CountLimit+1, q.beginning()...)
	with := q.finding(fewUnits+1, CountLimit+1) + `, begun AS (SELECT count(*) AS n FROM ` + beginning + ` b)`
	others := `SELECT * FROM own UNION SELECT * FROM theirs`
	hits := `SELECT * FROM (` + others + `) p` + conditions([]string{q.after}) +
		` UNION ` + q.inOrder(direction, size, append(q.beginning(), q.after)...)
	count := `SELECT CASE WHEN (SELECT n FROM begun) > ` + strconv.Itoa(CountLimit) + ` THEN (SELECT n FROM begun)
		ELSE (SELECT count(*) FROM (` + others + ` UNION ` + beginning + `) n) END AS found,
		(SELECT count(*) FROM units) > ` + strconv.Itoa(fewUnits) + ` OR (SELECT count(*) FROM named) > ` + strconv.Itoa(CountLimit) + `
		OR (SELECT count(*) FROM theirs) > ` + strconv.Itoa(CountLimit) + ` AS common`
	return q.listed(with, hits, count, size)
}

// gathered finds all that the text is in, however many they are.
func (q *listQuery) gathered(size int) string {
	_, direction := q.cursor.SQL()
	hits := `SELECT * FROM (SELECT * FROM own UNION SELECT * FROM theirs) p` + conditions([]string{q.after}) +
		` UNION ` + q.inOrder(direction, size, append(q.beginning(), q.after)...)
	return q.listed(q.finding(0, 0), hits, `SELECT 0 AS found, false AS common`, size)
}

// walked looks for the text in the next rows.
func (q *listQuery) walked(size int) string {
	_, direction := q.cursor.SQL()
	hits := `SELECT w.* FROM ` + q.inOrder(direction, walkLimit, q.after) + ` w JOIN staff s ON s.id = w.staff_id LEFT JOIN agencies a ON a.id = w.agency_id
		WHERE strpos(s.search, ` + key + `) > 0 OR strpos(a.search, ` + key + `) > 0`
	return q.listed(asking, hits, `SELECT 0 AS found, false AS common`, size)
}

// hits is a query of all that is found, in no order.
func (q *listQuery) hits() (with, sql string) {
	const most = 1 << 30
	if q.text == "" {
		return `WITH asked AS (SELECT 1)`, `SELECT * FROM ` + q.inOrder("ASC", most) + ` p`
	}
	return q.finding(0, 0), `SELECT * FROM own UNION SELECT * FROM theirs UNION ` + q.inOrder("ASC", most, q.beginning()...)
}

// finding begins a query with asked; units, agencies in whose names the text is;
// theirs, the people there; named, people in whose own names it is other than at
// the beginning; own, their rows. 0 is no limit.
func (q *listQuery) finding(units, people int) string {
	return asking + `,
		units AS MATERIALIZED (SELECT a.id FROM agencies a` + conditions(q.containing("a.search", "a.search"), q.reached()) + atMost(units) + `),
		theirs AS MATERIALIZED (SELECT ` + rowSQL + ` FROM (
			SELECT s.name, m.staff_id, m.id AS membership_id, m.agency_id, m.role, s.suspended_at IS NOT NULL AS suspended
			FROM memberships m JOIN staff s ON s.id = m.staff_id WHERE m.ended_at IS NULL AND m.agency_id IN (SELECT id FROM units)) p` +
		conditions(q.where) + atMost(people) + `),
		named AS MATERIALIZED (SELECT s.name, s.id FROM staff s` + conditions(q.containing("search_rest(s.name, s.search)", "s.search")) + atMost(people) + `),
		own AS MATERIALIZED (SELECT DISTINCT ` + rowSQL + ` FROM named n JOIN staff_places p ON p.name = n.name AND p.staff_id = n.id` +
		conditions([]string{`p.place IN (` + strings.Join(q.places, ", ") + `)`}, q.where) + `)`
}

// reached keeps agencies to the places.
func (q *listQuery) reached() []string {
	if q.places[0] == country {
		return nil
	}
	return []string{`EXISTS (SELECT FROM agency_paths o WHERE o.agency_id = a.id AND o.ancestor_id IN (` + strings.Join(q.places, ", ") + `))`}
}

// beginning are the conditions that the name begins with the text. Thai puts a
// vowel that is written first behind the consonant, so one at the end does not
// say where it is sorted.
func (q *listQuery) beginning() []string {
	from := `rtrim(` + key + `, 'เแโใไ')`
	return []string{`p.name >= ` + from, `p.name < ` + from + ` || U&'\FFFF'`, `starts_with(p.name, ` + key + `)`}
}

// containing are the conditions that a column contains the text: some of its
// letters by the index on indexed, and all of it. Three trigrams are as good as
// all of them and sooner compared.
func (q *listQuery) containing(indexed, column string) []string {
	all := []string{`strpos(` + column + `, ` + key + `) > 0`}
	sought, letters := key, utf8.RuneCountInString(q.text)
	if beyondName(q.text) && column != indexed { // may begin the text and go beyond the name
		sought, letters = `substr(`+key+`, 2)`, letters-1
	}
	switch {
	case letters == 1: // in very many, or else worth the wait
		return all
	case letters < shortest:
		return append(all, `search_pairs(`+indexed+`) @> ARRAY[`+sought+`]`)
	}
	for _, part := range []string{`left(%s, 3)`, `right(%s, 3)`, `substr(%[1]s, length(%[1]s) / 2, 3)`} {
		all = append(all, indexed+` LIKE '%' || regexp_replace(`+fmt.Sprintf(part, sought)+`, '([\\%_])', '\\\1', 'g') || '%'`)
	}
	return append(all, `by_index(`+column+`)`)
}

// beyondName reports whether text may be the end of a name and the beginning of
// the e-mail address behind it.
func beyondName(text string) bool {
	words := strings.Fields(text)
	return len(words) > 1 && !strings.ContainsFunc(words[len(words)-1], func(r rune) bool { return r >= utf8.RuneSelf })
}

func atMost(limit int) string {
	if limit == 0 {
		return ""
	}
	return " LIMIT " + strconv.Itoa(limit)
}

// conditions joins those that are not empty.
func conditions(lists ...[]string) string {
	all := slices.DeleteFunc(slices.Concat(lists...), func(c string) bool { return c == "" })
	if len(all) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(all, " AND ")
}
