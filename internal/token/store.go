package token

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/db"
)

type newToken struct {
	Agency    authz.AgencyID
	Role      authz.Role
	Hash      []byte
	Sealed    []byte
	IssuedAt  time.Time
	IssuedBy  int64 // 0 for the command line
	ExpiresAt time.Time
}

func insertToken(ctx context.Context, tx *audit.Tx, t newToken) (ID, error) {
	rows, err := tx.Query(ctx, `
		INSERT INTO role_tokens (agency_id, role, code_hash, sealed_code, issued_at, issued_by, expires_at)
		VALUES ($1, $2, $3, $4, $5, nullif($6::bigint, 0), $7) RETURNING id`,
		t.Agency, t.Role, t.Hash, t.Sealed, t.IssuedAt, t.IssuedBy, t.ExpiresAt)
	if err != nil {
		return 0, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[ID])
}

// lockPair makes issuers of one pair wait for each other until tx ends.
func lockPair(ctx context.Context, tx *audit.Tx, agency authz.AgencyID, role authz.Role) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, "role_tokens/"+place(agency, role))
	return err
}

func replaceLive(ctx context.Context, tx *audit.Tx, agency authz.AgencyID, role authz.Role, at time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE role_tokens SET replaced_at = $3, sealed_code = NULL
		WHERE agency_id = $1 AND role = $2 AND used_at IS NULL AND replaced_at IS NULL`, agency, role, at)
	return err
}

// selectSealed returns nil when no code is live.
func selectSealed(ctx context.Context, r db.Reader, agency authz.AgencyID, role authz.Role, now time.Time) ([]byte, error) {
	rows, err := r.Query(ctx, `
		SELECT sealed_code FROM role_tokens
		WHERE agency_id = $1 AND role = $2 AND used_at IS NULL AND replaced_at IS NULL AND expires_at > $3`,
		agency, role, now)
	if err != nil {
		return nil, err
	}
	sealed, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[[]byte])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return sealed, err
}

// lockToken holds the row until tx ends: a second redeemer waits, then sees it used.
func lockToken(ctx context.Context, tx *audit.Tx, hashes [][]byte) (t Token, found bool, err error) {
	rows, err := tx.Query(ctx, `
		SELECT id, agency_id, role, issued_by, expires_at, used_at, replaced_at
		FROM role_tokens WHERE code_hash = ANY($1) FOR UPDATE`, hashes)
	if err != nil {
		return Token{}, false, err
	}
	t, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Token])
	if errors.Is(err, pgx.ErrNoRows) {
		return Token{}, false, nil
	}
	return t, err == nil, err
}

var errRace = errors.New("token: used by somebody else while its row was locked")

func markUsed(ctx context.Context, tx *audit.Tx, id ID, by int64, at time.Time) error {
	tag, err := tx.Exec(ctx, `
		UPDATE role_tokens SET used_at = $2, used_by = $3, sealed_code = NULL
		WHERE id = $1 AND used_at IS NULL AND replaced_at IS NULL`, id, at, by)
	if err == nil && tag.RowsAffected() != 1 {
		return errRace
	}
	return err
}

func countTries(ctx context.Context, tx *audit.Tx, staffID int64, address string, since time.Time) (tries, error) {
	rows, err := tx.Query(ctx, `
		SELECT count(*) FILTER (WHERE staff_id = $1) AS person,
			count(*) FILTER (WHERE address = $2) AS address, min(at) AS oldest
		FROM token_tries WHERE at > $3 AND (staff_id = $1 OR address = $2)`, staffID, address, since)
	if err != nil {
		return tries{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[tries])
}

func insertTry(ctx context.Context, tx *audit.Tx, staffID int64, address string, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO token_tries (staff_id, address, at) VALUES ($1, $2, $3)`, staffID, address, at)
	return err
}
