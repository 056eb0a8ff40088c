package agency

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"portal/internal/audit"
	"portal/internal/db"
	"portal/internal/problem"
)

func selectByCode(ctx context.Context, r db.Reader, code string) (Agency, error) {
	rows, err := r.Query(ctx, `
		SELECT id, code, parent_id, kind, name, name_en, short_name FROM agencies WHERE code = $1`, code)
	if err != nil {
		return Agency{}, err
	}
	a, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Agency])
	if errors.Is(err, pgx.ErrNoRows) {
		return Agency{}, problem.New(problem.NotFound, "ไม่พบหน่วยงานรหัสนี้")
	}
	return a, err
}

func selectLineage(ctx context.Context, r db.Reader, id ID) ([]ID, error) {
	rows, err := r.Query(ctx, `
		SELECT ancestor_id FROM agency_paths WHERE agency_id = $1 ORDER BY depth`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[ID])
}

func insertAgency(ctx context.Context, tx *audit.Tx, a Agency) (ID, error) {
	rows, err := tx.Query(ctx, `
		INSERT INTO agencies (code, parent_id, kind, name, name_en, short_name)
		VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		a.Code, a.ParentID, a.Kind, a.Name, a.NameEN, a.ShortName)
	if err != nil {
		return 0, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[ID])
}
