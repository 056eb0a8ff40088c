package file

import (
	"context"
	"encoding/hex"
	"errors"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
	"portal/internal/kit/problem"
)

var errNoFile = problem.New(problem.NotFound, "ไม่พบไฟล์นี้ในระบบ")

// publishedSQL is whether the file $1 stands in what visitors can read, or is a
// size of a picture that does. It is begun_files asked for one file: each part
// has an index.
const publishedSQL = `EXISTS (
	SELECT FROM (SELECT $1::bytea AS h UNION ALL SELECT sha256 FROM file_variants WHERE variant = $1) w WHERE
		EXISTS (SELECT FROM banners WHERE shown AND coalesce(shown_from <= now(), true) AND (image_wide = w.h OR image_narrow = w.h))
		OR EXISTS (SELECT FROM manuals WHERE shown AND (file = w.h OR earlier @> jsonb_build_array(jsonb_build_object('file', encode(w.h, 'hex')))))
		OR EXISTS (SELECT FROM announcements WHERE shown AND coalesce(shown_from <= now(), true) AND
			(attachments @> jsonb_build_array(jsonb_build_object('file', encode(w.h, 'hex'))) OR file_links(body) @> ARRAY[w.h]))
		OR EXISTS (SELECT FROM pages WHERE file_links(body) @> ARRAY[w.h])
		OR EXISTS (SELECT FROM faq_entries WHERE shown AND file_links(answer) @> ARRAY[w.h]))`

func sumOf(hash string) ([]byte, error) {
	sum, err := hex.DecodeString(hash)
	if err != nil || len(sum) != 32 {
		return nil, errNoFile
	}
	return sum, nil
}

func selectFile(ctx context.Context, r db.Reader, hash string, published bool) (File, error) {
	sum, err := sumOf(hash)
	if err != nil {
		return File{}, err
	}
	sql := `SELECT encode(sha256, 'hex') AS sha256, media_type, name, size, created_at, bytes FROM files WHERE sha256 = $1`
	if published {
		sql += ` AND ` + publishedSQL
	}
	rows, err := r.Query(ctx, sql, sum)
	if err != nil {
		return File{}, err
	}
	f, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[File])
	if errors.Is(err, pgx.ErrNoRows) {
		return File{}, errNoFile
	}
	return f, err
}

// exists reports whether a file is there that somebody added.
func exists(ctx context.Context, tx *audit.Tx, sum []byte) (bool, error) {
	rows, err := tx.Query(ctx, `SELECT FROM files WHERE sha256 = $1 AND NOT variant_only FOR KEY SHARE`, sum)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	return rows.Next(), rows.Err()
}

// insertFile reports whether the file was not there before, or only as a size
// of another.
func insertFile(ctx context.Context, tx *audit.Tx, f *stored) (fresh bool, err error) {
	rows, err := tx.Query(ctx, `
		INSERT INTO files AS old (sha256, media_type, name, bytes, pages, width, height, added_by, variant_only)
		VALUES ($1, $2, $3, $4, nullif($5, 0), nullif($6, 0), nullif($7, 0), nullif($8::bigint, 0), $9)
		ON CONFLICT (sha256) DO UPDATE SET variant_only = false, name = EXCLUDED.name, added_by = EXCLUDED.added_by, created_at = now()
			WHERE old.variant_only AND NOT EXCLUDED.variant_only
		RETURNING true`,
		f.hashed(), f.mediaType, f.name, f.bytes, f.pages, f.w, f.h, tx.Actor().StaffID, f.variantOnly)
	if err != nil {
		return false, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[bool])
	return len(all) > 0, err
}

func insertVariants(ctx context.Context, tx *audit.Tx, main []byte, sizes []stored) error {
	for i := range sizes {
		f := &sizes[i]
		_, err := tx.Exec(ctx, `INSERT INTO file_variants (sha256, width, height, variant) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			main, f.w, f.h, f.hashed())
		if err != nil {
			return err
		}
	}
	return nil
}

type variantRow struct {
	File          string
	Hash          string
	Width, Height int
}

func selectVariants(ctx context.Context, r db.Reader, hashes []string) (map[string][]Variant, error) {
	rows, err := r.Query(ctx, `
		SELECT encode(sha256, 'hex') AS file, encode(variant, 'hex') AS hash, width, height FROM file_variants
		WHERE sha256 IN (SELECT decode(h, 'hex') FROM unnest($1::text[]) h WHERE h ~ '^[0-9a-f]{64}$') ORDER BY width DESC`, hashes)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[variantRow])
	variants := map[string][]Variant{}
	for _, v := range all {
		variants[v.File] = append(variants[v.File], Variant{v.Hash, v.Width, v.Height})
	}
	return variants, err
}

func selectUnmeasured(ctx context.Context, tx *audit.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT encode(sha256, 'hex') FROM files WHERE pages IS NULL AND width IS NULL`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

func updateMeasures(ctx context.Context, tx *audit.Tx, hash string, m stored) error {
	_, err := tx.Exec(ctx, `UPDATE files SET pages = nullif($2, 0), width = nullif($3, 0), height = nullif($4, 0) WHERE sha256 = decode($1, 'hex')`,
		hash, m.pages, m.w, m.h)
	return err
}
