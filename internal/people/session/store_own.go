package session

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
)

// selectDevices lists sessions that would still be let in.
func selectDevices(ctx context.Context, r db.Reader, staffID, this int64, now time.Time, idle time.Duration) ([]Device, error) {
	rows, err := r.Query(ctx, `
		SELECT s.id, s.user_agent, s.address, s.opened_at, s.last_seen_at, s.id = $2 AS this
		FROM staff_sessions s JOIN staff p ON p.id = s.staff_id AND p.epoch = s.epoch
		WHERE s.staff_id = $1 AND s.ended_at IS NULL AND s.ends_at > $3 AND s.last_seen_at > $4
		ORDER BY this DESC, s.last_seen_at DESC, s.id DESC LIMIT 200`, staffID, this, now, now.Add(-idle))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Device])
}

// lockOwn finds a session of the person, ended or not.
func lockOwn(ctx context.Context, tx *audit.Tx, staffID, id int64) (d Device, ended, found bool, err error) {
	type row struct {
		Device
		Ended bool
	}
	rows, err := tx.Query(ctx, `
		SELECT id, user_agent, address, opened_at, last_seen_at, false AS this, ended_at IS NOT NULL AS ended
		FROM staff_sessions WHERE id = $1 AND staff_id = $2 FOR UPDATE`, id, staffID)
	if err != nil {
		return Device{}, false, false, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[row])
	if errors.Is(err, pgx.ErrNoRows) {
		return Device{}, false, false, nil
	}
	return r.Device, r.Ended, err == nil, err
}

func endOthers(ctx context.Context, tx *audit.Tx, staffID, but int64, now time.Time) (int, error) {
	tag, err := tx.Exec(ctx, `
		UPDATE staff_sessions SET ended_at = $3, data = '' WHERE staff_id = $1 AND id <> $2 AND ended_at IS NULL`, staffID, but, now)
	return int(tag.RowsAffected()), err
}

// replaced is a session that made room for another.
type replaced struct {
	StaffID int64
	Device
}

// endReplaced ends the session of a token, the one that a change of rights has
// replaced a moment ago as well.
func endReplaced(ctx context.Context, tx *audit.Tx, token []byte, now time.Time) (all []replaced, err error) {
	rows, err := tx.Query(ctx, `
		UPDATE staff_sessions SET ended_at = $2, data = ''
		WHERE (token_hash = $1 OR previous_hash = $1 AND previous_until > $2) AND ended_at IS NULL
		RETURNING staff_id, address, user_agent, opened_at`, token, now)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r replaced, err error) {
		return r, row.Scan(&r.StaffID, &r.Address, &r.UserAgent, &r.OpenedAt)
	})
}

// endByProvider returns whose sessions it ended, once for each session.
func endByProvider(ctx context.Context, tx *audit.Tx, p ProviderSession, now time.Time) ([]int64, error) {
	const end = `
		UPDATE staff_sessions s SET ended_at = $1, data = '' FROM staff p
		WHERE p.id = s.staff_id AND p.issuer = $2 AND s.ended_at IS NULL`
	where, args := ` AND p.subject = $3`, []any{now, p.Issuer, p.Subject}
	if p.SID != "" {
		where, args = ` AND s.provider_sid = $3 AND $4 IN ('', p.subject)`, []any{now, p.Issuer, p.SID, p.Subject}
	}
	rows, err := tx.Query(ctx, end+where+` RETURNING s.staff_id`, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// deleteSessions goes by the absolute end: no session is alive after it.
func deleteSessions(ctx context.Context, tx *audit.Tx, before time.Time, limit int) (int, error) {
	tag, err := tx.Exec(ctx, `
		DELETE FROM staff_sessions WHERE id = ANY (ARRAY(SELECT id FROM staff_sessions WHERE ends_at < $1 LIMIT $2))`, before, limit)
	return int(tag.RowsAffected()), err
}

func endAll(ctx context.Context, tx *audit.Tx, now time.Time) (int, error) {
	tag, err := tx.Exec(ctx, `UPDATE staff_sessions SET ended_at = $1, data = '' WHERE ended_at IS NULL AND ends_at > $1`, now)
	return int(tag.RowsAffected()), err
}
