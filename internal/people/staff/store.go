package staff

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
	"portal/internal/kit/problem"
)

const columns = `id, name, email, username, ial, suspended_at, epoch, signed_in_at`

func selectPerson(ctx context.Context, r db.Reader, id ID) (Person, error) {
	rows, err := r.Query(ctx, `SELECT `+columns+` FROM staff WHERE id = $1`, id)
	if err != nil {
		return Person{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Person])
}

func selectMemberships(ctx context.Context, r db.Reader, id ID) ([]Membership, error) {
	rows, err := r.Query(ctx, `
		SELECT m.role, m.agency_id, a.name AS agency_name, m.since, coalesce(g.name, '') AS given_by
		FROM memberships m
		JOIN agencies a ON a.id = m.agency_id
		LEFT JOIN staff g ON g.id = m.given_by
		WHERE m.staff_id = $1 AND m.ended_at IS NULL
		ORDER BY m.since, m.id`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Membership])
}

// upsertPerson keeps a suspended person's row as it was.
func upsertPerson(ctx context.Context, tx *audit.Tx, i Identity, now time.Time) (Person, error) {
	rows, err := tx.Query(ctx, `
		INSERT INTO staff AS s (issuer, subject, name, email, username, ial, signed_in_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (issuer, subject) DO UPDATE SET
			name = excluded.name, email = excluded.email, username = excluded.username, ial = excluded.ial,
			signed_in_at = CASE WHEN s.suspended_at IS NULL THEN excluded.signed_in_at ELSE s.signed_in_at END
		RETURNING `+columns,
		i.Issuer, i.Subject, i.Name, i.Email, i.Username, i.IAL, now)
	if err != nil {
		return Person{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Person])
}

func lockPerson(ctx context.Context, tx *audit.Tx, id ID) error {
	_, err := tx.Exec(ctx, `SELECT FROM staff WHERE id = $1 FOR UPDATE`, id)
	return err
}

func insertMembership(ctx context.Context, tx *audit.Tx, j Joining) error {
	tag, err := tx.Exec(ctx, `
		INSERT INTO memberships (staff_id, agency_id, role, token_id, given_by, since)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (staff_id, agency_id, role) WHERE ended_at IS NULL DO NOTHING`,
		j.Staff, j.Agency, j.Role, j.Token, j.GivenBy, j.Since)
	if err == nil && tag.RowsAffected() == 0 {
		return problem.New(problem.Conflict, "ท่านมีสิทธิ์นี้อยู่แล้ว รหัส Token นี้ยังไม่ถูกใช้ กรุณาแจ้งผู้ที่ให้รหัส")
	}
	return err
}
