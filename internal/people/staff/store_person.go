package staff

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
)

// selectKnown is selectPerson for an id from an address.
func selectKnown(ctx context.Context, r db.Reader, id ID) (Person, error) {
	p, err := selectPerson(ctx, r, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return Person{}, errNoPerson
	}
	return p, err
}

func setSuspended(ctx context.Context, tx *audit.Tx, id ID, at *time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE staff SET suspended_at = $2, epoch = epoch + 1 WHERE id = $1`, id, at)
	return err
}

func raiseEpoch(ctx context.Context, tx *audit.Tx, id ID) error {
	_, err := tx.Exec(ctx, `UPDATE staff SET epoch = epoch + 1 WHERE id = $1`, id)
	return err
}

// selectPast returns the person's memberships within reach, those of today
// first, then the latest ended first.
func selectPast(ctx context.Context, r db.Reader, id ID, everywhere bool, roots []authz.AgencyID) ([]Past, error) {
	rows, err := r.Query(ctx, `
		SELECT m.id, m.role, m.agency_id, a.name AS agency_name, m.since, m.ended_at, coalesce(e.name, '') AS ended_by,
			coalesce(g.name, '') AS given_by, t.issued_at, m.token_id, m.previous_id, coalesce(o.role, '') AS previous_role,
			ARRAY(SELECT ancestor_id FROM agency_paths WHERE agency_id = m.agency_id ORDER BY depth) AS lineage
		FROM memberships m
		JOIN agencies a ON a.id = m.agency_id
		LEFT JOIN staff g ON g.id = m.given_by
		LEFT JOIN staff e ON e.id = m.ended_by
		LEFT JOIN role_tokens t ON t.id = m.token_id
		LEFT JOIN memberships o ON o.id = m.previous_id
		WHERE m.staff_id = $1 AND ($2 OR EXISTS (
			SELECT FROM agency_paths WHERE agency_id = m.agency_id AND ancestor_id = ANY ($3::bigint[])))
		ORDER BY m.ended_at DESC NULLS FIRST, m.since, m.id`, id, everywhere, ints(roots))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Past])
}

func selectDossier(ctx context.Context, r db.Reader, id ID, now time.Time) (Dossier, error) {
	rows, err := r.Query(ctx, `
		SELECT p.id, p.name, p.email, p.username, p.ial, p.suspended_at, p.epoch, p.signed_in_at, p.created_at,
			(SELECT count(*) FROM staff_sessions s WHERE s.staff_id = p.id AND s.ended_at IS NULL
				AND s.epoch = p.epoch AND s.ends_at > $2 AND p.suspended_at IS NULL)::int AS sessions
		FROM staff p WHERE p.id = $1`, id, now)
	if err != nil {
		return Dossier{}, err
	}
	type row struct {
		Person
		CreatedAt time.Time
		Sessions  int
	}
	d, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[row])
	if errors.Is(err, pgx.ErrNoRows) {
		return Dossier{}, errNoPerson
	}
	return Dossier{Person: d.Person, CreatedAt: d.CreatedAt, Sessions: d.Sessions}, err
}

// selectEvents returns the last sign-ins and the last other entries about the
// person, as far as they concern the roots or what is under them.
func selectEvents(ctx context.Context, r db.Reader, id ID, everywhere bool, roots []authz.AgencyID) ([]Event, error) {
	rows, err := r.Query(ctx, `
		SELECT t.action = $5 AS sign_in, at, action, staff_name AS by, address, coalesce(detail->>'reason', '') AS reason
		FROM (VALUES (true), (false)) kind (sign_in), LATERAL (
			SELECT * FROM audit_entries e
			WHERE e.subject = 'staff/' || $1::bigint AND (e.action = $5) = kind.sign_in AND ($2 OR EXISTS (
				SELECT FROM audit_reach WHERE entry_id = e.id AND agency_id = ANY ($3::bigint[])))
			ORDER BY e.id DESC LIMIT $4
		) t ORDER BY t.id DESC`, id, everywhere, ints(roots), eventsShown, string(ActionSignedIn))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Event])
}
