package file

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/db"
	"portal/internal/kit/listing"
)

const listedSQL = `SELECT encode(f.sha256, 'hex') AS hash, f.name, f.media_type, f.size, coalesce(f.pages, 0) AS pages,
	coalesce(f.width, 0) AS width, coalesce(f.height, 0) AS height, f.created_at, coalesce(s.name, '') AS added_by,
	encode(coalesce((SELECT variant FROM file_variants v WHERE v.sha256 = f.sha256 ORDER BY v.width LIMIT 1), f.sha256), 'hex') AS thumbnail
	FROM files f LEFT JOIN staff s ON s.id = f.added_by`

// usedSQL are the files that something names, by whichever size of theirs.
const usedSQL = `f.sha256 IN (
	SELECT u.sha256 FROM (SELECT sha256 FROM published_files UNION SELECT sha256 FROM content_files) u
	UNION ALL SELECT v.sha256 FROM (SELECT sha256 FROM published_files UNION SELECT sha256 FROM content_files) u JOIN file_variants v ON v.variant = u.sha256)`

// query is f as conditions on f, a row of files.
func (f Filter) query() listing.Query {
	q := listing.Query{Conditions: []string{`NOT f.variant_only`}}
	if f.Query != "" {
		q.Add(`f.search LIKE ` + listing.Containing(listing.SearchKey(q.Arg(f.Query))))
	}
	switch f.Kind {
	case Pictures:
		q.Add(`f.media_type <> 'application/pdf'`)
	case Documents:
		q.Add(`f.media_type = 'application/pdf'`)
	}
	switch f.Usage {
	case Used:
		q.Add(usedSQL)
	case Unused:
		q.Add(`NOT ` + usedSQL)
	}
	return q
}

func selectList(ctx context.Context, r db.Reader, f Filter, c listing.Cursor) ([]Listed, error) {
	q := f.query()
	after, err := order.After(&q, c, "f")
	if err != nil {
		return nil, err
	}
	q.Add(after)
	return listed(ctx, r, q, c, pageRows+1)
}

// listed reads up to limit rows of q in the direction c looks.
func listed(ctx context.Context, r db.Reader, q listing.Query, c listing.Cursor, limit int) ([]Listed, error) {
	sql := fmt.Sprintf(`%s%s ORDER BY %s LIMIT %d`, listedSQL, listing.Where(q.Conditions), order.By(c, "f"), limit)
	rows, err := r.Query(ctx, sql, q.Args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Listed])
}

func selectCount(ctx context.Context, r db.Reader, f Filter) (int, error) {
	q := f.query()
	rows, err := r.Query(ctx, fmt.Sprintf(`SELECT count(*) FROM (SELECT FROM files f%s LIMIT %d) found`,
		listing.Where(q.Conditions), listing.CountLimit+1), q.Args...)
	if err != nil {
		return 0, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[int])
}

func selectListed(ctx context.Context, r db.Reader, hash string) (Listed, error) {
	sum, err := sumOf(hash)
	if err != nil {
		return Listed{}, err
	}
	q := Filter{}.query()
	q.Add(`f.sha256 = ` + q.Arg(sum))
	all, err := listed(ctx, r, q, listing.Cursor{}, 1)
	if err == nil && len(all) == 0 {
		err = errNoFile
	}
	return append(all, Listed{})[0], err
}

func selectPick(ctx context.Context, r db.Reader, k Kind) ([]Listed, error) {
	return listed(ctx, r, Filter{Kind: k}.query(), listing.Cursor{}, mostPicked)
}

// selectUses finds the items that name any of the files, or a size of it. What
// is published or a draft comes first.
func selectUses(ctx context.Context, r db.Reader, hashes []string) ([]Use, error) {
	rows, err := r.Query(ctx, `
		WITH asked AS (
			SELECT decode(h, 'hex') AS file, decode(h, 'hex') AS sha256 FROM unnest($1::text[]) h
			UNION SELECT v.sha256, v.variant FROM unnest($1::text[]) h JOIN file_variants v ON v.sha256 = decode(h, 'hex')
		), named AS (
			SELECT a.file, p.kind, p.key, true AS published, false AS draft, NULL::int AS version FROM asked a JOIN published_files p USING (sha256)
			UNION ALL SELECT a.file, c.kind, c.key, false, c.number = -1, CASE WHEN c.number >= 0 THEN c.number END FROM asked a JOIN content_files c USING (sha256)
		), uses AS (
			SELECT encode(file, 'hex') AS file, kind, key, bool_or(published) AS published, bool_or(draft) AS draft, count(DISTINCT version)::int AS versions
			FROM named GROUP BY file, kind, key
		)
		SELECT file, kind, key, published, draft, versions, coalesce(CASE kind
			WHEN 'banner' THEN (SELECT coalesce(nullif(heading, ''), alt) FROM banners WHERE slug = key)
			WHEN 'manual' THEN (SELECT title FROM manuals WHERE slug = key)
			WHEN 'announcement' THEN (SELECT title FROM announcements WHERE slug = key)
			WHEN 'page' THEN (SELECT title FROM pages WHERE slug = key)
			WHEN 'faq' THEN (SELECT question FROM faq_entries WHERE slug = key)
			END, '') AS title
		FROM uses ORDER BY file, published DESC, draft DESC, kind, key`, hashes)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Use])
}
