package agency

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
	"portal/internal/kit/problem"
)

// batch is how many agencies one statement writes.
const batch = 5000

func deleteExpiredUploads(ctx context.Context, tx *audit.Tx) (int, error) {
	tag, err := tx.Exec(ctx, `DELETE FROM agency_uploads WHERE expires_at <= now()`)
	return int(tag.RowsAffected()), err
}

func insertUpload(ctx context.Context, tx *audit.Tx, hash []byte, staffID int64, u Upload) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO agency_uploads (key_hash, staff_id, name, content, expires_at)
		VALUES ($1, $2, $3, $4, now() + interval '1 hour')`, hash, staffID, u.Name, u.Content)
	return err
}

func deleteUpload(ctx context.Context, tx *audit.Tx, hash []byte) error {
	_, err := tx.Exec(ctx, `DELETE FROM agency_uploads WHERE key_hash = $1`, hash)
	return err
}

func selectUpload(ctx context.Context, r db.Reader, hash []byte, staffID int64) (Upload, error) {
	rows, err := r.Query(ctx, `
		SELECT name, content FROM agency_uploads WHERE key_hash = $1 AND staff_id = $2 AND expires_at > now()`, hash, staffID)
	if err != nil {
		return Upload{}, err
	}
	u, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Upload])
	if errors.Is(err, pgx.ErrNoRows) {
		return Upload{}, problem.New(problem.NotFound, "ไม่พบไฟล์นี้ ไฟล์เก็บไว้ 1 ชั่วโมงหลังตรวจสอบ กรุณาส่งไฟล์ใหม่")
	}
	return u, err
}

// selectPlaced reads the whole tree, by code.
func selectPlaced(ctx context.Context, r db.Reader) (map[string]placed, error) {
	rows, err := r.Query(ctx, `
		SELECT `+columns+`, coalesce(p.code, '') AS parent_code FROM agencies a LEFT JOIN agencies p ON p.id = a.parent_id`)
	if err != nil {
		return nil, err
	}
	all := map[string]placed{}
	var a placed
	into := []any{&a.ID, &a.ParentID, &a.Kind}
	for _, f := range Fields {
		into = append(into, f.Of(&a.Agency))
	}
	_, err = pgx.ForEachRow(rows, append(into, &a.Hidden, &a.Version, &a.ParentCode), func() error {
		all[a.Code] = a
		return nil
	})
	return all, err
}

// allowTime lets the statements of tx run longer than those of a page.
func allowTime(ctx context.Context, tx *audit.Tx) error {
	_, err := tx.Exec(ctx, `SET LOCAL statement_timeout = '2min'`)
	return err
}

// sentColumns are those of an agency as a statement reads it.
var sentColumns = `(parent text, kind text, hidden boolean, ` + sqlList("% text") + `)`

// sent is an agency as a statement reads it.
func (p Planned) sent() map[string]any {
	row := map[string]any{"parent": p.Parent, "kind": p.After.Kind, "hidden": p.After.Hidden}
	for name, text := range p.After.texts() {
		row[name] = text
	}
	return row
}

// execMany runs a statement whose first parameter is the rows.
func execMany(ctx context.Context, tx *audit.Tx, sql string, rows []Planned) error {
	if len(rows) == 0 {
		return nil
	}
	sent := make([]map[string]any, len(rows))
	for i, p := range rows {
		sent[i] = p.sent()
	}
	all, err := json.Marshal(sent)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sql, string(all))
	return err
}

func insertMany(ctx context.Context, tx *audit.Tx, rows []Planned) error {
	return execMany(ctx, tx, `
		INSERT INTO agencies (parent_id, kind, shown, `+sqlList("%")+`)
		SELECT p.id, r.kind, NOT r.hidden, `+sqlList("r.%")+`
		FROM jsonb_to_recordset($1::jsonb) AS r `+sentColumns+` LEFT JOIN agencies p ON p.code = r.parent`, rows)
}

func updateMany(ctx context.Context, tx *audit.Tx, rows []Planned) error {
	return execMany(ctx, tx, `
		UPDATE agencies a SET kind = r.kind, `+sqlList("% = r.%")+`, shown = NOT r.hidden, version = version + 1
		FROM jsonb_to_recordset($1::jsonb) AS r `+sentColumns+` WHERE a.code = r.code`, rows)
}

func moveMany(ctx context.Context, tx *audit.Tx, rows []Planned) error {
	return execMany(ctx, tx, `SELECT move_agencies($1::jsonb)`, rows)
}

func selectIDs(ctx context.Context, tx *audit.Tx, codes map[string]bool) ([]ID, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM agencies WHERE code = ANY ($1) ORDER BY id`, slices.Collect(maps.Keys(codes)))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[ID])
}
