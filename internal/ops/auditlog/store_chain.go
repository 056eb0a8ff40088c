package auditlog

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
)

// eachLink reads the chain in one statement, hence as it was at one moment.
func eachLink(ctx context.Context, r db.Reader, each func(link) error) error {
	rows, err := r.Query(ctx, `
		SELECT e.id, e.at, e.hash, convert_to(audit_canonical(e), 'UTF8'),
			CASE WHEN e.id = (SELECT min(id) FROM audit_entries)
				THEN (SELECT detail FROM audit_entries WHERE action = $1 ORDER BY id DESC LIMIT 1) END
		FROM audit_entries e ORDER BY e.id`, ActionPruned)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var l link
		var pruned []byte
		if err := rows.Scan(&l.ID, &l.At, &l.Hash, &l.Canonical, &pruned); err != nil {
			return err
		}
		if pruned != nil {
			l.Start = new(start)
			if err := json.Unmarshal(pruned, l.Start); err != nil {
				return err
			}
		}
		if err := each(l); err != nil {
			return err
		}
	}
	return rows.Err()
}

// eachOfTail reads the newest entries, so many at most, the oldest of them first.
func eachOfTail(ctx context.Context, r db.Reader, most int, each func(link) error) error {
	rows, err := r.Query(ctx, `
		SELECT e.id, e.at, e.hash, convert_to(audit_canonical(e), 'UTF8')
		FROM audit_entries e WHERE e.id > (SELECT max(id) FROM audit_entries) - $1 ORDER BY e.id`, most)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var l link
		if err := rows.Scan(&l.ID, &l.At, &l.Hash, &l.Canonical); err != nil {
			return err
		}
		if err := each(l); err != nil {
			return err
		}
	}
	return rows.Err()
}

func selectHead(ctx context.Context, r db.Reader) (Anchor, bool, error) {
	rows, err := r.Query(ctx, `SELECT id, hash FROM audit_entries ORDER BY id DESC LIMIT 1`)
	if err != nil {
		return Anchor{}, false, err
	}
	return oneAnchor(rows)
}

func oneAnchor(rows pgx.Rows) (Anchor, bool, error) {
	a, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Anchor])
	if errors.Is(err, pgx.ErrNoRows) {
		return Anchor{}, false, nil
	}
	return a, err == nil, err
}

// selectOldest finds how far the oldest entries, limit of them at most, are
// older than the given time without one between that is not. The newest entry
// of all is never among them.
func selectOldest(ctx context.Context, tx *audit.Tx, older time.Time, limit int) (Anchor, bool, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, hash FROM (
			SELECT id, hash, bool_and(at < $1) OVER (ORDER BY id) AS old
			FROM (SELECT id, hash, at FROM audit_entries
				WHERE id < (SELECT max(id) FROM audit_entries) ORDER BY id LIMIT $2) first
		) e WHERE old ORDER BY id DESC LIMIT 1`, older, limit)
	if err != nil {
		return Anchor{}, false, err
	}
	return oneAnchor(rows)
}

func deleteThrough(ctx context.Context, tx *audit.Tx, id ID) (int64, error) {
	tag, err := tx.Exec(ctx, `DELETE FROM audit_entries WHERE id <= $1`, id)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `DELETE FROM audit_reach WHERE entry_id <= $1`, id)
	return tag.RowsAffected(), err
}
