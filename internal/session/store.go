package session

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/db"
)

// store is the scs.CtxStore over staff_sessions. It reads and updates rows that
// are alive; it neither makes nor removes one.
type store struct {
	keep db.Bookkeeper
	now  func() time.Time
}

// FindCtx returns the values of a live session.
func (s store) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	if token == "" {
		return nil, false, nil
	}
	rows, err := s.keep.Query(ctx, `
		SELECT data FROM staff_sessions WHERE token_hash = $1 AND ended_at IS NULL AND ends_at > $2`,
		hash(token), s.now())
	if err != nil {
		return nil, false, err
	}
	data, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[[]byte])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	return data, err == nil, err
}

// CommitCtx saves the values of a live session; those of an ended one are lost.
func (s store) CommitCtx(ctx context.Context, token string, data []byte, _ time.Time) error {
	_, err := s.keep.Exec(ctx, `
		UPDATE staff_sessions SET data = $2 WHERE token_hash = $1 AND ended_at IS NULL`, hash(token), data)
	return err
}

var errUnused = errors.New("session: sessions end through Service.Close only")

// DeleteCtx is not used: ending a session is an audited change.
func (s store) DeleteCtx(context.Context, string) error { return errUnused }

// Find, Commit and Delete are asked for by scs.Store but never called on a CtxStore.
func (s store) Find(string) ([]byte, bool, error)      { return nil, false, errUnused }
func (s store) Commit(string, []byte, time.Time) error { return errUnused }
func (s store) Delete(string) error                    { return errUnused }

type live struct {
	StaffID    int64
	Name       string
	LastSeenAt time.Time
	Roles      []string
	Agencies   []int64
	Names      []string
}

func (l live) current(token string) Current {
	c := Current{Actor: authz.Actor{StaffID: l.StaffID}, Name: l.Name, token: token}
	for i, role := range l.Roles {
		h := Held{authz.Role(role), authz.AgencyID(l.Agencies[i]), l.Names[i]}
		c.Memberships = append(c.Memberships, h)
		c.Actor.Grants = append(c.Actor.Grants, authz.Grant{Role: h.Role, Agency: h.Agency})
	}
	return c
}

// selectLive reads the session, the person and their memberships at once.
func selectLive(ctx context.Context, r db.Reader, token []byte, now time.Time, idle time.Duration) (live, bool, error) {
	rows, err := r.Query(ctx, `
		SELECT p.id AS staff_id, p.name, s.last_seen_at, m.roles, m.agencies, m.names
		FROM staff_sessions s
		JOIN staff p ON p.id = s.staff_id AND p.epoch = s.epoch AND p.suspended_at IS NULL,
		LATERAL (
			SELECT coalesce(array_agg(m.role ORDER BY m.id), '{}') AS roles,
				coalesce(array_agg(m.agency_id ORDER BY m.id), '{}') AS agencies,
				coalesce(array_agg(a.name ORDER BY m.id), '{}') AS names
			FROM memberships m JOIN agencies a ON a.id = m.agency_id
			WHERE m.staff_id = p.id AND m.ended_at IS NULL
		) m
		WHERE s.token_hash = $1 AND s.ended_at IS NULL AND s.ends_at > $2 AND s.last_seen_at > $3`,
		token, now, now.Add(-idle))
	if err != nil {
		return live{}, false, err
	}
	l, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[live])
	if errors.Is(err, pgx.ErrNoRows) {
		return live{}, false, nil
	}
	return l, err == nil, err
}

func touch(ctx context.Context, keep db.Bookkeeper, token []byte, now time.Time) error {
	_, err := keep.Exec(ctx, `
		UPDATE staff_sessions SET last_seen_at = $2 WHERE token_hash = $1 AND ended_at IS NULL AND last_seen_at < $2`,
		token, now)
	return err
}

func insertSession(ctx context.Context, tx *audit.Tx, token []byte, s Start, now, ends time.Time, data []byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO staff_sessions
			(token_hash, staff_id, epoch, provider_sid, auth_time, last_seen_at, ends_at, address, user_agent, data)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, left($9, 300), $10)`,
		token, s.StaffID, s.Epoch, s.ProviderSID, s.AuthTime, now, ends, s.Address, s.UserAgent, data)
	return err
}

// updateToken fails with a SignIn problem if the session ended meanwhile.
func updateToken(ctx context.Context, tx *audit.Tx, from, to, data []byte) error {
	tag, err := tx.Exec(ctx, `
		UPDATE staff_sessions SET token_hash = $2, data = $3 WHERE token_hash = $1 AND ended_at IS NULL`, from, to, data)
	if err == nil && tag.RowsAffected() == 0 {
		return errGone
	}
	return err
}

func endSession(ctx context.Context, tx *audit.Tx, token []byte, now time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE staff_sessions SET ended_at = $2, data = '' WHERE token_hash = $1 AND ended_at IS NULL`, token, now)
	return err
}
