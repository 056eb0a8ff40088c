package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
)

func anchor(id int64, hash string) string { return fmt.Sprintf("%d:%s", id, hash) }

// selectTarget looks at the database into which a backup is to go.
func selectTarget(ctx context.Context, r db.Reader) (t target, err error) {
	if t.schema, t.ours, err = selectVersion(ctx, r); err != nil {
		return t, err
	}
	tables, err := selectTables(ctx, r)
	for _, table := range tables {
		t.tables = append(t.tables, table.Name)
	}
	if err != nil || !t.ours {
		return t, err
	}
	t.filled, err = filled(ctx, r, tables)
	return t, err
}

// filled lists the tables that hold any row.
func filled(ctx context.Context, r db.Reader, tables []Table) (names []string, err error) {
	for _, t := range tables {
		table, _ := t.names()
		rows, err := r.Query(ctx, "SELECT EXISTS (SELECT FROM "+table+")")
		if err != nil {
			return nil, err
		}
		any, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[bool])
		if err != nil {
			return nil, err
		}
		if any {
			names = append(names, t.Name)
		}
	}
	return names, nil
}

const lockNotAvailable = "55P03"

// takeTables keeps everybody else off the tables until tx ends, and makes sure
// that they are still empty.
func takeTables(ctx context.Context, tx *audit.Tx) ([]Table, error) {
	if _, err := tx.Exec(ctx, plainText); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, `SET LOCAL maintenance_work_mem = '256MB'`); err != nil { // for the indexes
		return nil, err
	}
	tables, err := selectTables(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, t := range tables {
		table, _ := t.names()
		_, err := tx.Exec(ctx, "LOCK TABLE "+table+" IN ACCESS EXCLUSIVE MODE")
		var refused *pgconn.PgError
		if errors.As(err, &refused) && refused.Code == lockNotAvailable {
			return nil, errInUse
		}
		if err != nil {
			return nil, err
		}
	}
	with, err := filled(ctx, tx, tables)
	if err == nil && len(with) > 0 {
		err = notEmpty(with)
	}
	return tables, err
}

// hanging is what hangs on tables and how to take it away and put it back:
// triggers, which must not act; foreign keys, so that tables can come in any
// order; indexes, which are made far faster of all rows at once. All of this the
// owner of the tables may do.
const hanging = `
	SELECT down, up FROM (
		SELECT 1 AS n, format('ALTER TABLE %s DISABLE TRIGGER %I', tgrelid::regclass, tgname) AS down,
			format('ALTER TABLE %s ENABLE TRIGGER %I', tgrelid::regclass, tgname) AS up
		FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
		WHERE NOT tgisinternal AND tgenabled = 'O' AND c.relnamespace = 'public'::regnamespace
		UNION ALL
		SELECT 2, format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
			format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
		FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
		UNION ALL
		SELECT 3, format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
		FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
		WHERE c.relnamespace = 'public'::regnamespace AND c.relname <> 'goose_db_version'
			AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid AND contype IN ('p', 'u', 'x'))
	) hanging ORDER BY n, down`

// takeDown takes away what hangs on the tables; putBack puts it back and lets
// the planner know the rows.
func takeDown(ctx context.Context, tx *audit.Tx) (putBack func(context.Context) error, err error) {
	rows, err := tx.Query(ctx, hanging)
	if err != nil {
		return nil, err
	}
	type way struct{ Down, Up string }
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[way])
	if err != nil {
		return nil, err
	}
	for _, w := range all {
		if _, err := tx.Exec(ctx, w.Down); err != nil {
			return nil, fmt.Errorf("%s: %w", w.Down, err)
		}
	}
	return func(ctx context.Context) error {
		for i := len(all) - 1; i >= 0; i-- {
			if _, err := tx.Exec(ctx, all[i].Up); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `ANALYZE`)
		return err
	}, nil
}

func copyIn(ctx context.Context, tx *audit.Tx, t Table, rows io.Reader) error {
	table, columns := t.names()
	if _, err := tx.CopyIn(ctx, "COPY "+table+" ("+columns+") FROM STDIN (FORMAT text, ENCODING 'UTF8')", rows); err != nil {
		return fmt.Errorf("table %s: %w", t.Name, err)
	}
	return nil
}

func countRows(ctx context.Context, tx *audit.Tx, table string) (int64, error) {
	rows, err := tx.Query(ctx, "SELECT count(*) FROM "+pgx.Identifier{"public", table}.Sanitize())
	if err != nil {
		return 0, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[int64])
}

// setSequences lets each sequence go on where it was. It is no part of the
// transaction: after a rollback the numbers of an empty database have gaps.
func setSequences(ctx context.Context, tx *audit.Tx, all []Sequence) error {
	const set = `SELECT setval(format('public.%I', $1::text)::regclass, $2, $3)`
	own, err := selectSequences(ctx, tx, false)
	if err != nil {
		return err
	}
	last := map[string]int64{}
	for _, s := range all {
		last[s.Name] = s.Last
	}
	for _, s := range own {
		n, used := last[s.Name]
		if !used {
			n = 1
		}
		if _, err := tx.Exec(ctx, set, s.Name, n, used); err != nil {
			return fmt.Errorf("sequence %s: %w", s.Name, err)
		}
	}
	return nil
}

// endAll ends what was alive at the moment of the backup. Codes expire: the
// office then sees of which units new ones are due. Sign-ins and forms on their
// way are forgotten, since each counts once and may have done so.
func endAll(ctx context.Context, tx *audit.Tx, now time.Time) (e Ended, err error) {
	for _, step := range []struct {
		n   *int64
		sql string
	}{
		{&e.Sessions, `UPDATE staff_sessions SET ended_at = $1, data = '', previous_hash = NULL, previous_until = NULL WHERE ended_at IS NULL`},
		{&e.Tokens, `UPDATE role_tokens SET expires_at = greatest(least(expires_at, $1), issued_at + interval '1 microsecond'), sealed_code = NULL
			WHERE used_at IS NULL AND replaced_at IS NULL AND (expires_at > $1 OR sealed_code IS NOT NULL)`},
		{&e.Attempts, `DELETE FROM signin_attempts WHERE $1::timestamptz IS NOT NULL`},
		{&e.Forms, `DELETE FROM kept_forms WHERE $1::timestamptz IS NOT NULL`},
	} {
		tag, err := tx.Exec(ctx, step.sql, now)
		if err != nil {
			return e, err
		}
		*step.n = tag.RowsAffected()
	}
	if err := forgetJobs(ctx, tx); err != nil {
		return e, err
	}
	_, err = tx.Exec(ctx, `SELECT pg_notify('content', '')`) // to a server that waits for its content
	return e, err
}

// forgetJobs removes jobs that were queued in this database before: they are
// about rows that stand there no more. A backup holds none, and one that is older
// than the schema of jobs is restored without it.
func forgetJobs(ctx context.Context, tx *audit.Tx) error {
	_, err := tx.Exec(ctx, `DO $$ BEGIN IF to_regclass('jobs.river_job') IS NOT NULL THEN DELETE FROM jobs.river_job; END IF; END $$`)
	return err
}
