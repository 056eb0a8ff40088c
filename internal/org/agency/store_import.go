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
	_, err = pgx.ForEachRow(rows, []any{
		&a.ID, &a.Code, &a.ParentID, &a.Kind, &a.Name, &a.NameEN, &a.ShortName, &a.Address, &a.Telephone, &a.Hidden, &a.Version, &a.ParentCode,
	}, func() error {
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

// sentRow is an agency as a statement reads it.
type sentRow struct {
	Code      string `json:"code"`
	Parent    string `json:"parent"`
	Kind      Kind   `json:"kind"`
	Name      string `json:"name"`
	NameEN    string `json:"name_en"`
	ShortName string `json:"short_name"`
	Address   string `json:"address"`
	Telephone string `json:"telephone"`
	Hidden    bool   `json:"hidden"`
}

const sentColumns = `(code text, parent text, kind text, name text, name_en text, short_name text, address text, telephone text, hidden boolean)`

// execMany runs a statement whose first parameter is the rows.
func execMany(ctx context.Context, tx *audit.Tx, sql string, rows []Planned) error {
	if len(rows) == 0 {
		return nil
	}
	sent := make([]sentRow, len(rows))
	for i, p := range rows {
		a := p.After
		sent[i] = sentRow{a.Code, p.Parent, a.Kind, a.Name, a.NameEN, a.ShortName, a.Address, a.Telephone, a.Hidden}
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
		INSERT INTO agencies (code, parent_id, kind, name, name_en, short_name, address, telephone, shown)
		SELECT r.code, p.id, r.kind, r.name, r.name_en, r.short_name, r.address, r.telephone, NOT r.hidden
		FROM jsonb_to_recordset($1::jsonb) AS r `+sentColumns+` LEFT JOIN agencies p ON p.code = r.parent`, rows)
}

func updateMany(ctx context.Context, tx *audit.Tx, rows []Planned) error {
	return execMany(ctx, tx, `
		UPDATE agencies a SET kind = r.kind, name = r.name, name_en = r.name_en, short_name = r.short_name,
			address = r.address, telephone = r.telephone, shown = NOT r.hidden, version = version + 1
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
