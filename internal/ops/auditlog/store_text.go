package auditlog

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/db"
	"portal/internal/kit/listing"
)

// How many entries are looked through for a text at first: of the whole log, or
// of an agency's part, which lies scattered; few are enough where the index
// helps as well.
const (
	recentAll = 5000
	recentOwn = 2500
	recentFew = 500
	unlimited = math.MaxInt32
)

// newest is the SQL for those entries of q without its texts, in the order of
// the column sort_id. Of an agency's part each entry is fetched by its number, until
// there are enough: Postgres would rather read the whole log beside it.
func (q query) newest(inOrder string) string {
	from := q.from
	if q.reach {
		from = "audit_reach r CROSS JOIN LATERAL (SELECT * FROM audit_entries WHERE id = r.entry_id OFFSET 0) e"
	}
	return `SELECT e.*, ` + q.id + ` AS sort_id FROM ` + from + listing.Where(q.Conditions) + inOrder + fmt.Sprintf(" LIMIT %d", q.recent)
}

// edge is the SQL for the id of the last of newest.
func (q query) edge(inOrder string) string {
	if q.recent == unlimited {
		return `SELECT NULL::bigint`
	}
	from := q.from
	if q.reach {
		from = "audit_reach r"
	}
	return `SELECT ` + q.id + ` FROM ` + from + listing.Where(q.Conditions) + inOrder + fmt.Sprintf(" OFFSET %d LIMIT 1", q.recent-1)
}

// selectRecent looks through the next entries for q's texts, up to limit. edge is
// the last one looked through, 0 if there are no more.
func selectRecent(ctx context.Context, r db.Reader, q query, c listing.Cursor, limit int) (found []Entry, edge int64, err error) {
	q, inOrder, err := q.fromOn(c)
	if err != nil {
		return nil, 0, err
	}
	direction := order.Direction(c)
	rows, err := ask(ctx, r, `
		SELECT coalesce(last.id, 0) AS beside, f.* FROM (SELECT (`+q.edge(inOrder)+`) AS id) last
		LEFT JOIN LATERAL (
			SELECT `+columns+` FROM (SELECT e.* FROM (`+q.newest(inOrder)+`) e`+
		listing.Where(q.texts)+` ORDER BY e.sort_id `+direction+` LIMIT `+strconv.Itoa(limit)+`) e
		) f ON true ORDER BY f.id `+direction, q.Args)
	if err != nil {
		return nil, 0, err
	}
	return collectBeside(rows)
}

// collectBeside collects entries and the number that stands beside each of them,
// alone if there is none.
func collectBeside(rows pgx.Rows) (found []Entry, beside int64, err error) {
	defer rows.Close()
	for rows.Next() {
		if values := rows.RawValues(); values[1] == nil {
			err = rows.Scan(append([]any{&beside}, make([]any, len(values)-1)...)...)
			return nil, beside, err
		}
		b, err := pgx.RowToStructByName[rowBeside](rows)
		if err != nil {
			return nil, 0, err
		}
		found, beside = append(found, b.entry()), b.Beside
	}
	return found, beside, rows.Err()
}

type rowBeside struct {
	row
	Beside int64
}

// maxIndexed is how many entries of the whole log may have a text that is looked
// for by the index.
const maxIndexed = 10_000

// selectIndexed finds q's texts by the index first, and then which of those
// entries are in the agency's part, one by one until there are enough. It reports
// false, and reads nothing, if more than maxIndexed have the texts. OFFSET 0 keeps
// that order of doing things whatever the statistics say of a table that grows.
func selectIndexed(ctx context.Context, r db.Reader, q query, c listing.Cursor, limit int) ([]Entry, bool, error) {
	q, _, err := q.fromOn(c)
	if err != nil {
		return nil, false, err
	}
	direction := order.Direction(c)
	rows, err := ask(ctx, r, fmt.Sprintf(`
		WITH hits AS MATERIALIZED (SELECT e.id FROM audit_entries e%[1]s LIMIT %[2]d + 1)
		SELECT n.hits AS beside, f.* FROM (SELECT count(*) AS hits FROM hits) n
		LEFT JOIN LATERAL (
			SELECT %[3]s FROM (
				SELECT h.id FROM (SELECT id FROM hits ORDER BY id %[5]s OFFSET 0) h
				CROSS JOIN LATERAL (SELECT FROM audit_reach r%[4]s OFFSET 0) own ORDER BY h.id %[5]s LIMIT %[6]d
			) p CROSS JOIN LATERAL (SELECT * FROM audit_entries WHERE id = p.id OFFSET 0) e WHERE n.hits <= %[2]d
		) f ON true ORDER BY f.id %[5]s`,
		listing.Where(q.texts), maxIndexed, columns, listing.Where(q.Conditions, []string{"r.entry_id = h.id"}), direction, limit), q.Args)
	if err != nil {
		return nil, false, err
	}
	found, hits, err := collectBeside(rows)
	return found, hits <= maxIndexed, err
}
