package agency

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/problem"
)

// lockTree makes all who change the tree take turns until tx ends. The triggers
// of migrations/00004 take the same lock, for whoever changes it otherwise.
func lockTree(ctx context.Context, tx *audit.Tx) error {
	_, err := tx.Exec(ctx, `SELECT lock_agency_tree()`)
	return err
}

func updateAgency(ctx context.Context, tx *audit.Tx, a Agency) error {
	_, err := tx.Exec(ctx, `
		UPDATE agencies SET kind = @kind, `+sqlList("% = @%")+`, shown = NOT @hidden::boolean, version = version + 1
		WHERE id = @id`, a.args())
	return err
}

func updateParent(ctx context.Context, tx *audit.Tx, id ID, parent *ID) error {
	_, err := tx.Exec(ctx, `UPDATE agencies SET parent_id = $2, version = version + 1 WHERE id = $1`, id, parent)
	return err
}

func selectKindsBelow(ctx context.Context, r db.Reader, id ID) ([]Kind, error) {
	rows, err := r.Query(ctx, `SELECT DISTINCT kind FROM agencies WHERE parent_id = $1`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[Kind])
}

// selectHeld returns the roles that people hold, or have a live code for, at
// each of the agencies.
func selectHeld(ctx context.Context, r db.Reader, ids []ID) (map[ID][]authz.Role, error) {
	rows, err := r.Query(ctx, `
		SELECT agency_id, role FROM memberships WHERE agency_id = ANY ($1) AND ended_at IS NULL
		UNION
		SELECT agency_id, role FROM role_tokens
		WHERE agency_id = ANY ($1) AND used_at IS NULL AND replaced_at IS NULL AND expires_at > now()`, ids)
	if err != nil {
		return nil, err
	}
	held := map[ID][]authz.Role{}
	var id ID
	var role authz.Role
	_, err = pgx.ForEachRow(rows, []any{&id, &role}, func() error {
		held[id] = append(held[id], role)
		return nil
	})
	return held, err
}

// friendly turns what Postgres objects to into problems.
func friendly(err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return err
	}
	switch {
	case pg.ConstraintName == "agencies_code_key":
		return problem.Fields(map[string]string{"code": "มีหน่วยงานอื่นใช้รหัสนี้แล้ว กรุณาตรวจสอบรหัส"})
	case pg.Code == "55P03": // lock_not_available
		return problem.Wrap(problem.Busy, err, "ขณะนี้มีผู้อื่นกำลังแก้ไขโครงสร้างหน่วยงาน กรุณารอสักครู่แล้วลองใหม่")
	}
	return err
}
