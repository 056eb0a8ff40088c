package status

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/db"
)

// facts are what the database knows of itself and of what it holds.
type facts struct {
	Migration int64
	Server    string
	Bytes     int64
	Scheduled int // drafts that wait for their time
	Overdue   int // whose time has come a while ago
	Sessions  int // live ones
}

// overdueAfter is how long after its time a draft is late.
const overdueAfter = 2 * time.Minute

func selectFacts(ctx context.Context, r db.Reader, now time.Time, idle time.Duration) (facts, error) {
	rows, err := r.Query(ctx, `
		SELECT (SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied) AS migration,
			split_part(current_setting('server_version'), ' ', 1) AS server,
			pg_database_size(current_database()) AS bytes,
			count(*) FILTER (WHERE publish_at IS NOT NULL) AS scheduled,
			count(*) FILTER (WHERE publish_at < $2) AS overdue,
			(SELECT count(*) FROM staff_sessions WHERE ended_at IS NULL AND ends_at > $1 AND last_seen_at > $3) AS sessions
		FROM content_drafts`, now, now.Add(-overdueAfter), now.Add(-idle))
	if err != nil {
		return facts{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[facts])
}

// backup is the last copy that was made of the database.
type backup struct {
	At    time.Time
	Bytes int64
}

// selectBackup finds the last backup. A database that has never had one may not
// have the table.
func selectBackup(ctx context.Context, r db.Reader) (backup, bool, error) {
	rows, err := r.Query(ctx, `SELECT to_regclass('backups') IS NOT NULL`)
	if err != nil {
		return backup{}, false, err
	}
	if there, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[bool]); err != nil || !there {
		return backup{}, false, err
	}
	rows, err = r.Query(ctx, `SELECT at, bytes FROM backups ORDER BY at DESC LIMIT 1`)
	if err != nil {
		return backup{}, false, err
	}
	b, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[backup])
	if errors.Is(err, pgx.ErrNoRows) {
		return backup{}, false, nil
	}
	return b, err == nil, err
}
