package session

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
)

// store is the scs.CtxStore over staff_sessions. What scs calls a token is the
// row's number here: the cookie's value goes no further than Service.Load. The
// store updates rows that are alive; it neither makes nor removes one.
type store struct{ keep db.Bookkeeper }

type dataKey struct{}

// withData hands values that have been read already to FindCtx.
func withData(ctx context.Context, data []byte) context.Context {
	return context.WithValue(ctx, dataKey{}, data)
}

// FindCtx returns the values that came with the live session.
func (s store) FindCtx(ctx context.Context, _ string) ([]byte, bool, error) {
	data, found := ctx.Value(dataKey{}).([]byte)
	return data, found, nil
}

// CommitCtx saves the values of a live session; those of an ended one are lost.
func (s store) CommitCtx(ctx context.Context, id string, data []byte, _ time.Time) error {
	_, err := s.keep.Exec(ctx, `
		UPDATE staff_sessions SET data = $2 WHERE id = $1::text::bigint AND ended_at IS NULL`, id, data)
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
	ID         int64
	StaffID    int64
	Name       string
	LastSeenAt time.Time
	EndsAt     time.Time
	Data       []byte
	Changed    bool // rights are no longer those the id was drawn with
	Roles      []string
	Agencies   []int64
	Names      []string
}

func (l live) current(token string) Current {
	c := Current{
		Actor: authz.Actor{StaffID: l.StaffID}, Name: l.Name, Ends: l.EndsAt, RightsChanged: l.Changed,
		id: l.ID, token: token,
	}
	for i, role := range l.Roles {
		h := Held{authz.Role(role), authz.AgencyID(l.Agencies[i]), l.Names[i]}
		c.Memberships = append(c.Memberships, h)
		c.Actor.Grants = append(c.Actor.Grants, authz.Grant{Role: h.Role, Agency: h.Agency})
	}
	return c
}

// selectLive reads the session, its values, the person and their memberships at
// once. Rights are written as rights_of does (migrations/00007_sessions.sql).
// OFFSET 0 makes Postgres find the session first and then its one person: when
// its statistics knew few sessions it walked through all 300,000 people.
func selectLive(ctx context.Context, r db.Reader, token []byte, now time.Time, idle time.Duration) (live, bool, error) {
	rows, err := r.Query(ctx, `
		SELECT s.id, p.id AS staff_id, p.name, s.last_seen_at, s.ends_at, s.data,
			s.token_hash = $1 AND s.rights <> m.rights AS changed, m.roles, m.agencies, m.names
		FROM staff_sessions s
		CROSS JOIN LATERAL (
			SELECT id, name FROM staff WHERE id = s.staff_id AND epoch = s.epoch AND suspended_at IS NULL OFFSET 0
		) p
		CROSS JOIN LATERAL (
			SELECT coalesce(array_agg(m.role ORDER BY m.id), '{}') AS roles,
				coalesce(array_agg(m.agency_id ORDER BY m.id), '{}') AS agencies,
				coalesce(array_agg(a.name ORDER BY m.id), '{}') AS names,
				coalesce(string_agg(m.role || '@' || m.agency_id, ' ' ORDER BY m.agency_id, m.role), '') AS rights
			FROM memberships m JOIN agencies a ON a.id = m.agency_id
			WHERE m.staff_id = p.id AND m.ended_at IS NULL
		) m
		WHERE (s.token_hash = $1 OR s.previous_hash = $1 AND s.previous_until > $2)
			AND s.ended_at IS NULL AND s.ends_at > $2 AND s.last_seen_at > $3`,
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

// touch reports whether the session was still alive.
func touch(ctx context.Context, keep db.Bookkeeper, id int64, now time.Time) (bool, error) {
	tag, err := keep.Exec(ctx, `
		UPDATE staff_sessions SET last_seen_at = greatest(last_seen_at, $2) WHERE id = $1 AND ended_at IS NULL`, id, now)
	return tag.RowsAffected() > 0, err
}

func insertSession(ctx context.Context, tx *audit.Tx, token []byte, s Start, now, ends time.Time, data []byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO staff_sessions
			(token_hash, staff_id, epoch, provider_sid, auth_time, opened_at, last_seen_at, ends_at, address, user_agent, data, rights)
		VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, left($9, 300), $10, rights_of($2))`,
		token, s.StaffID, s.Epoch, s.ProviderSID, s.AuthTime, now, ends, s.Address, s.UserAgent, data)
	return err
}

// updateToken leaves the old token dead. It fails with a SignIn problem if the
// session ended meanwhile.
func updateToken(ctx context.Context, tx *audit.Tx, id int64, to, data []byte) error {
	tag, err := tx.Exec(ctx, `
		UPDATE staff_sessions
		SET token_hash = $2, data = $3, previous_hash = NULL, previous_until = NULL, rights = rights_of(staff_id)
		WHERE id = $1 AND ended_at IS NULL`, id, to, data)
	if err == nil && tag.RowsAffected() == 0 {
		return errGone
	}
	return err
}

// renewToken lets the old token live on until the given time. It reports
// whether the token was still from.
func renewToken(ctx context.Context, keep db.Bookkeeper, id int64, from, to []byte, until time.Time) (bool, error) {
	tag, err := keep.Exec(ctx, `
		UPDATE staff_sessions
		SET token_hash = $3, previous_hash = token_hash, previous_until = $4, rights = rights_of(staff_id)
		WHERE id = $1 AND token_hash = $2 AND ended_at IS NULL`, id, from, to, until)
	return tag.RowsAffected() > 0, err
}

func endSession(ctx context.Context, tx *audit.Tx, id int64, now time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE staff_sessions SET ended_at = $2, data = '' WHERE id = $1 AND ended_at IS NULL`, id, now)
	return err
}
