package editing

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
	"portal/internal/kit/problem"
)

// draftNumber stands for the draft among the numbers of versions.
const draftNumber = -1

type draftRow struct {
	Key           string
	Fields        Fields
	Base          int
	Revision      int
	By            string
	SavedAt       time.Time
	PublishAt     *time.Time
	PublishReason string
}

const draftSQL = `SELECT d.key, d.fields, d.base, d.revision, s.name AS by, d.saved_at, d.publish_at, d.publish_reason
	FROM content_drafts d JOIN staff s ON s.id = d.saved_by WHERE d.kind = $1`

func (d draftRow) draft() Draft {
	return Draft{Fields: d.Fields, Base: d.Base, Revision: d.Revision, Reason: d.PublishReason,
		DraftNote: DraftNote{By: d.By, At: d.SavedAt, PublishAt: d.PublishAt}}
}

func selectDrafts(ctx context.Context, r db.Reader, k Kind) (map[string]Draft, error) {
	rows, err := r.Query(ctx, draftSQL, k)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[draftRow])
	drafts := make(map[string]Draft, len(all))
	for _, d := range all {
		drafts[d.Key] = d.draft()
	}
	return drafts, err
}

// selectDraft returns nil if there is no draft.
func selectDraft(ctx context.Context, r db.Reader, k Kind, key string) (*Draft, error) {
	rows, err := r.Query(ctx, draftSQL+` AND d.key = $2`, k, key)
	if err != nil {
		return nil, err
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[draftRow])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	d := row.draft()
	return &d, err
}

// lock keeps everybody else from changing an item until tx ends.
func lock(ctx context.Context, tx *audit.Tx, k Kind, key string) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 4))`, string(k)+"/"+key)
	return err
}

func upsertDraft(ctx context.Context, tx *audit.Tx, it Item, f Fields, now time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO content_drafts (kind, key, fields, base, revision, saved_by, saved_at) VALUES ($1, $2, $3, $4, nextval('content_revisions'), $5, $6)
		ON CONFLICT (kind, key) DO UPDATE SET fields = $3, revision = EXCLUDED.revision, saved_by = $5, saved_at = $6,
			publish_at = NULL, publish_by = NULL, publish_reason = ''`,
		it.Kind, it.Key, f, it.Number, tx.Actor().StaffID, now)
	return err
}

func deleteDraft(ctx context.Context, tx *audit.Tx, k Kind, key string) error {
	if err := putFiles(ctx, tx, k, key, draftNumber, nil); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM content_drafts WHERE kind = $1 AND key = $2`, k, key)
	return err
}

func setSchedule(ctx context.Context, tx *audit.Tx, it Item, at time.Time, reason string) error {
	_, err := tx.Exec(ctx, `UPDATE content_drafts SET publish_at = $3, publish_by = $4, publish_reason = $5 WHERE kind = $1 AND key = $2`,
		it.Kind, it.Key, at, tx.Actor().StaffID, reason)
	return err
}

func clearSchedule(ctx context.Context, tx *audit.Tx, it Item) error {
	_, err := tx.Exec(ctx, `UPDATE content_drafts SET publish_at = NULL, publish_by = NULL, publish_reason = '' WHERE kind = $1 AND key = $2`,
		it.Kind, it.Key)
	return err
}

type dueDraft struct {
	Kind      Kind
	Key       string
	PublishBy int64
}

func selectDue(ctx context.Context, r db.Reader, now time.Time) ([]dueDraft, error) {
	rows, err := r.Query(ctx, `SELECT kind, key, publish_by FROM content_drafts WHERE publish_at <= $1 ORDER BY publish_at`, now)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[dueDraft])
}

// selectLatest returns the number of the newest version, or -1.
func selectLatest(ctx context.Context, r db.Reader, k Kind, key string) (int, error) {
	rows, err := r.Query(ctx, `SELECT coalesce(max(number), -1) FROM content_versions WHERE kind = $1 AND key = $2`, k, key)
	if err != nil {
		return 0, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[int])
}

func selectVersions(ctx context.Context, r db.Reader, k Kind, key string) ([]Version, error) {
	rows, err := r.Query(ctx, `
		SELECT v.number, coalesce(s.name, '') AS by, v.published_at AS at, v.reason
		FROM content_versions v LEFT JOIN staff s ON s.id = v.published_by
		WHERE v.kind = $1 AND v.key = $2 ORDER BY v.number DESC LIMIT 500`, k, key)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Version])
}

func selectVersion(ctx context.Context, r db.Reader, k Kind, key string, number int) (Fields, error) {
	rows, err := r.Query(ctx, `SELECT fields FROM content_versions WHERE kind = $1 AND key = $2 AND number = $3`, k, key, number)
	if err != nil {
		return nil, err
	}
	f, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[Fields])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNoItem
	}
	return f, err
}

func insertVersion(ctx context.Context, tx *audit.Tx, it Item, number int, f Fields, by int64, at time.Time, reason string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO content_versions (kind, key, number, fields, published_by, published_at, reason)
		VALUES ($1, $2, $3, $4, nullif($5::bigint, 0), $6, $7)`, it.Kind, it.Key, number, f, by, at, reason)
	if err != nil {
		return err
	}
	return putFiles(ctx, tx, it.Kind, it.Key, number, f)
}

const foreignKeyViolation = "23503"

// putFiles notes which files a version or the draft names, so that they stay.
func putFiles(ctx context.Context, tx *audit.Tx, k Kind, key string, number int, f Fields) error {
	if _, err := tx.Exec(ctx, `DELETE FROM content_files WHERE kind = $1 AND key = $2 AND number = $3`, k, key, number); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO content_files (kind, key, number, sha256) SELECT $1, $2, $3, decode(h, 'hex') FROM unnest($4::text[]) h`,
		k, key, number, f.files())
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == foreignKeyViolation {
		return problem.New(problem.Invalid, "ไฟล์หรือภาพที่อ้างถึงไม่อยู่ในคลังไฟล์แล้ว กรุณาเลือกไฟล์ใหม่")
	}
	return err
}

// selectFiles returns the SHA-256 of every stored file, in hex.
func selectFiles(ctx context.Context, r db.Reader) (map[string]bool, error) {
	rows, err := r.Query(ctx, `SELECT encode(sha256, 'hex') FROM files`)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	files := make(map[string]bool, len(all))
	for _, f := range all {
		files[f] = true
	}
	return files, err
}

type fileName struct {
	Hash      string
	Name      string
	CreatedAt time.Time
}

// selectFileNames returns what the files are called that a version or the draft
// of an item names, and those among hashes, the oldest first.
func selectFileNames(ctx context.Context, r db.Reader, k Kind, key string, hashes []string) ([]fileName, error) {
	rows, err := r.Query(ctx, `
		SELECT encode(sha256, 'hex') AS hash, name, created_at FROM files
		WHERE sha256 IN (SELECT sha256 FROM content_files WHERE kind = $1 AND key = $2 UNION SELECT decode(h, 'hex') FROM unnest($3::text[]) h)
		ORDER BY created_at, sha256`, k, key, hashes)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[fileName])
}
