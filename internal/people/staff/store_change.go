package staff

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/problem"
)

const heldSQL = `
	SELECT m.id, m.staff_id, s.name, s.email, m.role, m.agency_id, a.name AS agency_name, a.code AS agency_code, m.since, m.ended_at,
		ARRAY(SELECT ancestor_id FROM agency_paths WHERE agency_id = m.agency_id ORDER BY depth) AS lineage
	FROM memberships m JOIN staff s ON s.id = m.staff_id JOIN agencies a ON a.id = m.agency_id `

func selectHeld(ctx context.Context, r db.Reader, id MembershipID) (Held, error) {
	rows, err := r.Query(ctx, heldSQL+`WHERE m.id = $1`, id)
	if err != nil {
		return Held{}, err
	}
	h, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Held])
	if errors.Is(err, pgx.ErrNoRows) {
		return Held{}, errNoMembership
	}
	return h, err
}

// selectSuccessor returns what the membership was turned into in the end, if
// that is still held.
func selectSuccessor(ctx context.Context, r db.Reader, id MembershipID) (*Held, error) {
	rows, err := r.Query(ctx, `
		WITH RECURSIVE next AS (
			SELECT id FROM memberships WHERE previous_id = $1
			UNION ALL SELECT m.id FROM memberships m JOIN next ON m.previous_id = next.id
		)`+heldSQL+`WHERE m.id IN (SELECT id FROM next) AND m.ended_at IS NULL`, id)
	if err != nil {
		return nil, err
	}
	h, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Held])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return h, err
}

func selectPlace(ctx context.Context, r db.Reader, id authz.AgencyID) (p Place, found bool, err error) {
	rows, err := r.Query(ctx, `
		SELECT id, name, code, kind, ARRAY(SELECT ancestor_id FROM agency_paths WHERE agency_id = a.id ORDER BY depth) AS lineage
		FROM agencies a WHERE id = $1`, id)
	if err != nil {
		return Place{}, false, err
	}
	p, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Place])
	if errors.Is(err, pgx.ErrNoRows) {
		return Place{}, false, nil
	}
	return p, err == nil, err
}

// lockOthers makes those wait for each other until tx ends who take out people
// of the roles of which one should remain.
func lockOthers(ctx context.Context, tx *audit.Tx, h Held) error {
	key := "memberships/" + string(h.Role)
	switch h.Role {
	case authz.DGAAdmin:
	case authz.CentralOfficer:
		key += fmt.Sprintf("/%d", h.AgencyID)
	default:
		return nil
	}
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, key)
	return err
}

// countOthers counts the people beside h who hold the same role at the same
// agency and can use it.
func countOthers(ctx context.Context, r db.Reader, h Held) (int, error) {
	rows, err := r.Query(ctx, `
		SELECT count(*) FROM memberships m JOIN staff s ON s.id = m.staff_id
		WHERE m.role = $1 AND m.agency_id = $2 AND m.staff_id <> $3 AND m.ended_at IS NULL AND s.suspended_at IS NULL`,
		h.Role, h.AgencyID, h.StaffID)
	if err != nil {
		return 0, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[int])
}

var errEnded = errors.New("staff: a membership ended while its person was locked")

func endMembership(ctx context.Context, tx *audit.Tx, id MembershipID, by int64, at time.Time) error {
	tag, err := tx.Exec(ctx, `
		UPDATE memberships SET ended_at = $2, ended_by = nullif($3::bigint, 0) WHERE id = $1 AND ended_at IS NULL`, id, at, by)
	if err == nil && tag.RowsAffected() != 1 {
		return errEnded
	}
	return err
}

// insertSuccessor makes the membership that takes the place of h.
func insertSuccessor(ctx context.Context, tx *audit.Tx, h Held, role authz.Role, agency authz.AgencyID, at time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO memberships (staff_id, agency_id, role, given_by, since, previous_id)
		VALUES ($1, $2, $3, nullif($4::bigint, 0), $5, $6)`,
		h.StaffID, agency, role, tx.Actor().StaffID, at, h.ID)
	var objects *pgconn.PgError
	if errors.As(err, &objects) && objects.ConstraintName == "memberships_one_live" {
		return problem.Wrap(problem.Conflict, err, "ผู้ใช้งานมีบทบาทนี้ที่หน่วยงานนี้อยู่แล้ว กรุณาเลือกบทบาทหรือหน่วยงานอื่น")
	}
	return err
}
