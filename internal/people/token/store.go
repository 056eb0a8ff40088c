package token

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/problem"
)

// department is the agency whose row stands for i.id when codes are issued: the
// nearest department above it, or itself where there is none.
const department = `coalesce((SELECT p.ancestor_id FROM agency_paths p JOIN agencies d ON d.id = p.ancestor_id
	WHERE p.agency_id = i.id AND d.kind = 'department' ORDER BY p.depth LIMIT 1), i.id)`

// lockUnits makes all who issue codes in the units' departments take turns until
// tx ends. One lock for each department: a lock for each of 2,000 units would
// fill the server's table of locks. They are taken in the order of their ids, so
// that two who need several never wait for each other.
func lockUnits(ctx context.Context, tx *audit.Tx, units []authz.AgencyID) error {
	_, err := tx.Exec(ctx, `
		SELECT pg_advisory_xact_lock(hashtextextended('role_tokens/' || place, 0))
		FROM (SELECT DISTINCT `+department+` AS place FROM unnest($1::bigint[]) AS i (id) ORDER BY place) d`, units)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == lockNotAvailable {
		return problem.Wait(10*time.Second, "กำลังออกรหัส Token ของหน่วยงานนี้พร้อมกันหลายรายการ กรุณารอสักครู่แล้วลองใหม่")
	}
	return err
}

const lockNotAvailable = "55P03"

func selectUnit(ctx context.Context, r db.Reader, id authz.AgencyID) (unit, error) {
	rows, err := r.Query(ctx, `SELECT id, kind, code, name, shown FROM agencies WHERE id = $1`, id)
	if err != nil {
		return unit{}, err
	}
	u, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[unit])
	if errors.Is(err, pgx.ErrNoRows) {
		return unit{}, nil
	}
	return u, err
}

// columnsOf turns pairs into arrays for unnest.
func columnsOf(pairs []Pair) (agencies []authz.AgencyID, roles []authz.Role) {
	agencies, roles = make([]authz.AgencyID, len(pairs)), make([]authz.Role, len(pairs))
	for i, p := range pairs {
		agencies[i], roles[i] = p.Agency, p.Role
	}
	return agencies, roles
}

// selectLast returns the last token of each pair that has one.
func selectLast(ctx context.Context, r db.Reader, pairs []Pair) (map[Pair]Token, error) {
	agencies, roles := columnsOf(pairs)
	rows, err := r.Query(ctx, `
		SELECT k.id, k.agency_id, '' AS agency_name, k.role, k.issued_by, k.expires_at, k.used_at, k.replaced_at
		FROM unnest($1::bigint[], $2::text[]) AS p (agency, role),
		LATERAL (SELECT * FROM role_tokens k WHERE k.agency_id = p.agency AND k.role = p.role ORDER BY k.id DESC LIMIT 1) k`,
		agencies, roles)
	if err != nil {
		return nil, err
	}
	last := map[Pair]Token{}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[Token])
	for _, t := range all {
		last[Pair{t.AgencyID, t.Role}] = t
	}
	return last, err
}

func replaceLive(ctx context.Context, tx *audit.Tx, pairs []Pair, at time.Time) error {
	agencies, roles := columnsOf(pairs)
	_, err := tx.Exec(ctx, `
		UPDATE role_tokens k SET replaced_at = $3, sealed_code = NULL
		FROM unnest($1::bigint[], $2::text[]) AS p (agency, role)
		WHERE k.agency_id = p.agency AND k.role = p.role AND k.used_at IS NULL AND k.replaced_at IS NULL`, agencies, roles, at)
	return err
}

// insertTokens returns the new tokens' ids. The command line issues for nobody.
func insertTokens(ctx context.Context, tx *audit.Tx, pairs []Pair, hashes, sealed [][]byte, at, expires time.Time) (map[Pair]ID, error) {
	agencies, roles := columnsOf(pairs)
	rows, err := tx.Query(ctx, `
		INSERT INTO role_tokens (agency_id, role, code_hash, sealed_code, issued_at, issued_by, expires_at)
		SELECT t.agency, t.role, t.hash, t.sealed, $5, nullif($6::bigint, 0), $7
		FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::bytea[]) AS t (agency, role, hash, sealed)
		RETURNING agency_id AS agency, role, id`, agencies, roles, hashes, sealed, at, tx.Actor().StaffID, expires)
	if err != nil {
		return nil, err
	}
	made, err := pgx.CollectRows(rows, pgx.RowToStructByName[struct {
		Pair
		ID ID
	}])
	ids := make(map[Pair]ID, len(made))
	for _, m := range made {
		ids[m.Pair] = m.ID
	}
	return ids, err
}

// sealedToken is a token as showing its code needs it.
type sealedToken struct {
	Token
	Sealed  []byte
	Lineage []authz.AgencyID
}

func selectToken(ctx context.Context, tx *audit.Tx, id ID) (sealedToken, error) {
	rows, err := tx.Query(ctx, `
		SELECT k.id, k.agency_id, a.name AS agency_name, k.role, k.issued_by, k.expires_at, k.used_at, k.replaced_at, k.sealed_code AS sealed,
			ARRAY(SELECT ancestor_id FROM agency_paths WHERE agency_id = a.id ORDER BY depth) AS lineage
		FROM role_tokens k JOIN agencies a ON a.id = k.agency_id WHERE k.id = $1`, id)
	if err != nil {
		return sealedToken{}, err
	}
	t, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[sealedToken])
	if errors.Is(err, pgx.ErrNoRows) {
		return sealedToken{}, problem.New(problem.NotFound, "ไม่พบรหัส Token นี้")
	}
	return t, err
}

func eraseExpired(ctx context.Context, tx *audit.Tx, now, batchesBefore time.Time) (Erased, error) {
	codes, err := tx.Exec(ctx, `UPDATE role_tokens SET sealed_code = NULL WHERE sealed_code IS NOT NULL AND expires_at <= $1`, now)
	if err != nil {
		return Erased{}, err
	}
	batches, err := tx.Exec(ctx, `DELETE FROM token_batches WHERE created_at <= $1`, batchesBefore)
	return Erased{codes.RowsAffected(), batches.RowsAffected()}, err
}

// lockToken holds the row until tx ends: a second redeemer waits, then sees it used.
func lockToken(ctx context.Context, tx *audit.Tx, hashes [][]byte) (t Token, found bool, err error) {
	rows, err := tx.Query(ctx, `
		SELECT k.id, k.agency_id, a.name AS agency_name, k.role, k.issued_by, k.expires_at, k.used_at, k.replaced_at
		FROM role_tokens k JOIN agencies a ON a.id = k.agency_id WHERE k.code_hash = ANY($1) FOR UPDATE OF k`, hashes)
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
			count(*) FILTER (WHERE address = $2) AS address,
			min(at) FILTER (WHERE staff_id = $1) AS persons_oldest, min(at) FILTER (WHERE address = $2) AS address_oldest
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
