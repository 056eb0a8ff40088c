package staff

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"portal/internal/kit/listing"
)

// A text is looked for in a person's own name, e-mail and user name, and in the
// names of the agency. What is in many rows is met soon in the order of names;
// what is in few is found by an index. The first rows tell which it is.
const (
	scanned  = 1000 // rows that are looked at first
	often    = 3    // of them with the text: then it is met soon enough
	shortest = 3    // letters that pg_trgm needs
)

// key is the text in the form of the search columns. Being a subquery, it is
// worked out once; so are the three parts of it that the index is asked for.
const key = `(SELECT k FROM asked)`

const asking = `WITH asked AS MATERIALIZED (SELECT k, rest, %s AS head, %s AS middle, %s AS tail
	FROM (SELECT search_key($1::text) AS k, substr(search_key($1::text), %d) AS rest) t)`

// contains is the condition that the text is in a row.
const contains = `strpos(p.search, ` + key + `) > 0`

// asked begins a query with the text.
func (q *listQuery) asked() string {
	from := 1
	if beyondName(q.text) { // the index does not know the first letter of a name
		from = 2
	}
	return fmt.Sprintf(asking, listing.Containing(`left(rest, 3)`), listing.Containing(`substr(rest, length(rest) / 2, 3)`),
		listing.Containing(`right(rest, 3)`), from)
}

// scanNext looks for the text in the next rows.
func (q *listQuery) scanNext(size int) string {
	with := q.asked() + `, next AS MATERIALIZED (` + q.rows(rowSQL+`, p.search`, q.cursor, scanned, q.after) + `),
		hits AS MATERIALIZED (SELECT ` + rowSQL + ` FROM next p WHERE ` + contains + `)`
	count := `SELECT (SELECT count(*) FROM hits) AS found, (SELECT count(*) FROM next) = ` + strconv.Itoa(scanned) + ` AS unfinished`
	return q.listed(with, `SELECT * FROM hits`, count, size)
}

// scanAll looks for the text in all rows that follow, until the page is full.
func (q *listQuery) scanAll(size int) string {
	return q.listed(q.asked(), q.inOrder(q.cursor, size, q.after, contains), `SELECT 0 AS found, true AS unfinished`, size)
}

// byIndex finds all that the text is in by the indexes, or learns that it is in many.
func (q *listQuery) byIndex(size int) string {
	beginning := q.inOrder(listing.Cursor{}, listing.CountLimit+1, q.beginning()...)
	with := q.asked() + `, within AS MATERIALIZED (SELECT ` + rowSQL + ` FROM staff_places p` +
		listing.Where([]string{`p.place = ` + country}, q.Conditions, q.containing()) + ` LIMIT ` + strconv.Itoa(listing.CountLimit+1) + `),
		hits AS MATERIALIZED (` + q.placed(`within`) + `)`
	hits := `SELECT p.* FROM hits p` + listing.Where([]string{q.after}) + ` UNION ` +
		q.inOrder(q.cursor, size, append(q.beginning(), q.after)...)
	count := `SELECT (SELECT count(*) FROM (SELECT * FROM hits UNION ` + beginning + `) n) AS found,
		(SELECT count(*) FROM within) > ` + strconv.Itoa(listing.CountLimit) + ` AS unfinished`
	return q.listed(with, hits, count, size)
}

// placed keeps rows of the country to the places.
func (q *listQuery) placed(rows string) string {
	if q.places[0] == country {
		return `SELECT * FROM ` + rows
	}
	return `SELECT DISTINCT ` + rowSQL + ` FROM ` + rows + ` r JOIN staff_places p ON p.name = r.name AND p.staff_id = r.staff_id
		AND p.membership_id = r.membership_id AND p.place IN (` + strings.Join(q.places, ", ") + `)`
}

// everything is a query of all that is found, in no order.
func (q *listQuery) everything() (with, sql string) {
	const most = 1 << 30
	if q.text == "" {
		return `WITH asked AS (SELECT 1)`, `SELECT * FROM ` + q.inOrder(listing.Cursor{}, most) + ` p`
	}
	return q.asked(), `SELECT * FROM ` + q.inOrder(listing.Cursor{}, most, contains) + ` p`
}

// beginning are the conditions that the name begins with the text: those rows
// stand together in their order. Thai puts a vowel that is written first behind
// the consonant, so one at the end does not say where it is sorted.
func (q *listQuery) beginning() []string {
	from := `rtrim(` + key + `, 'เแโใไ')`
	return []string{`p.name >= ` + from, `p.name < ` + from + ` || U&'\FFFF'`, `starts_with(p.name, ` + key + `)`}
}

// containing are the conditions that a row contains the text, for the indexes:
// some letters of it, and all of it. Three trigrams are as good as all of them
// and sooner compared.
func (q *listQuery) containing() []string {
	const indexed = `search_rest(p.name, p.search)`
	all := []string{contains}
	letters := utf8.RuneCountInString(q.text)
	if beyondName(q.text) {
		letters--
	}
	switch {
	case letters <= 1: // in very many, or else worth the wait
		return all
	case letters < shortest:
		return append(all, `search_pairs(`+indexed+`) @> ARRAY[(SELECT rest FROM asked)]`)
	}
	for _, part := range []string{"head", "middle", "tail"} {
		all = append(all, indexed+` LIKE (SELECT `+part+` FROM asked)`)
	}
	return append(all, `by_index(p.search)`)
}

// beyondName reports whether text may be the end of a name and the beginning of
// the e-mail address behind it.
func beyondName(text string) bool {
	words := strings.Fields(text)
	return len(words) > 1 && !strings.ContainsFunc(words[len(words)-1], func(r rune) bool { return r >= utf8.RuneSelf })
}
