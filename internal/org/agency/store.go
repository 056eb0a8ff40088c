package agency

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
	"portal/internal/kit/problem"
)

// columns are those of an Agency.
var columns = `a.id, a.parent_id, a.kind, ` + sqlList("a.%") + `, NOT a.shown AS hidden, a.version`

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
		INSERT INTO agencies (parent_id, kind, shown, `+sqlList("%")+`)
		VALUES (@parent_id, @kind, NOT @hidden::boolean, `+sqlList("@%")+`) RETURNING id`, a.args())
	if err != nil {
		return 0, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[ID])
}

// args are what the statements that write an agency are given.
func (a Agency) args() pgx.NamedArgs {
	all := pgx.NamedArgs{"id": a.ID, "parent_id": a.ParentID, "kind": a.Kind, "hidden": a.Hidden}
	for name, text := range a.texts() {
		all[name] = text
	}
	return all
}

// sqlList writes a list of SQL: pattern for each field, with its name for %.
func sqlList(pattern string) string {
	all := make([]string, len(Fields))
	for i, f := range Fields {
		all[i] = strings.ReplaceAll(pattern, "%", f.Name)
	}
	return strings.Join(all, ", ")
}
