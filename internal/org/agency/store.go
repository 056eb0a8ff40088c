package agency

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
	"portal/internal/kit/problem"
)

// columns are those of an Agency.
const columns = `a.id, a.code, a.parent_id, a.kind, a.name, a.name_en, a.short_name, a.address, a.telephone,
	NOT a.shown AS hidden, a.version`

func selectByCode(ctx context.Context, r db.Reader, code string) (Agency, error) {
	rows, err := r.Query(ctx, `SELECT `+columns+` FROM agencies a WHERE a.code = $1`, code)
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

// selectLine returns the agency and those above it; nothing when there is none.
func selectLine(ctx context.Context, r db.Reader, id ID) (Line, error) {
	rows, err := r.Query(ctx, `
		SELECT `+columns+` FROM agency_paths p JOIN agencies a ON a.id = p.ancestor_id
		WHERE p.agency_id = $1 ORDER BY p.depth`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Agency])
}

// selectBelow returns the first units directly under id.
func selectBelow(ctx context.Context, r db.Reader, id ID, limit int) ([]Row, error) {
	rows, err := r.Query(ctx, `
		SELECT a.id, a.code, a.kind, a.name, a.short_name, NOT a.shown AS hidden, '' AS path, `+countBelow+` AS below
		FROM agencies a WHERE a.parent_id = $1 ORDER BY a.name, a.id LIMIT $2`, id, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Row])
}

// selectHistory returns the last entries of the log that are about id.
func selectHistory(ctx context.Context, r db.Reader, id ID, limit int) ([]Event, error) {
	rows, err := r.Query(ctx, `
		SELECT at, action, coalesce(nullif(staff_name, ''), job, '') AS who, coalesce(detail->>'reason', '') AS reason
		FROM audit_entries WHERE subject = $1 ORDER BY id DESC LIMIT $2`, subject(Agency{ID: id}).Key, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Event])
}

func insertAgency(ctx context.Context, tx *audit.Tx, a Agency) (ID, error) {
	rows, err := tx.Query(ctx, `
		INSERT INTO agencies (code, parent_id, kind, name, name_en, short_name, address, telephone, shown)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NOT $9::boolean) RETURNING id`,
		a.Code, a.ParentID, a.Kind, a.Name, a.NameEN, a.ShortName, a.Address, a.Telephone, a.Hidden)
	if err != nil {
		return 0, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[ID])
}
