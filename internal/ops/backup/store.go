package backup

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
)

// plainText makes COPY write and read the same whatever the server's settings
// are, for as long as it takes.
const plainText = `SELECT set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true),
	set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, YMD', true), set_config('intervalstyle', 'postgres', true),
	set_config('extra_float_digits', '1', true), set_config('bytea_output', 'hex', true), set_config('row_security', 'off', true)`

// source is the database as it was at one moment.
type source struct{ tx pgx.Tx }

// snapshot keeps migrations waiting meanwhile: one that began would wait for the
// tables, and everybody else behind it. A connection of its own holds the lock,
// so that the snapshot is younger than the last migration.
func snapshot(ctx context.Context, pool db.Pool, fn func(*source) error) error {
	return pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(guard pgx.Tx) error {
		var got bool
		if _, err := guard.Exec(ctx, plainText); err != nil {
			return err
		}
		if err := guard.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock_shared($1)`, db.MigrationLock).Scan(&got); err != nil {
			return err
		}
		if !got {
			return errMigrating
		}
		return pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, plainText); err != nil {
				return err
			}
			return fn(&source{tx})
		})
	})
}

func (s *source) head(ctx context.Context) (h Head, err error) {
	version, ours, err := selectVersion(ctx, s.tx)
	if err != nil {
		return h, err
	}
	if !ours {
		return h, errNoSchema
	}
	h.Schema = version
	err = s.tx.QueryRow(ctx, `SELECT now(), current_setting('server_version')`).Scan(&h.At, &h.Postgres)
	if err != nil {
		return h, err
	}
	h.At = h.At.UTC().Truncate(time.Microsecond)
	h.Tables, err = selectTables(ctx, s.tx)
	return h, err
}

// selectVersion reads the version of the schema; false if there is none.
func selectVersion(ctx context.Context, r db.Reader) (version int64, ours bool, err error) {
	rows, err := r.Query(ctx, `SELECT to_regclass('public.goose_db_version') IS NOT NULL`)
	if err != nil {
		return 0, false, err
	}
	if ours, err = pgx.CollectExactlyOneRow(rows, pgx.RowTo[bool]); err != nil || !ours {
		return 0, false, err
	}
	rows, err = r.Query(ctx, `SELECT coalesce(max(version_id), 0) FROM public.goose_db_version WHERE is_applied`)
	if err != nil {
		return 0, false, err
	}
	version, err = pgx.CollectExactlyOneRow(rows, pgx.RowTo[int64])
	return version, version > 0, err
}

// selectTables lists what is backed up: every table but the record of
// migrations, and of each the columns that are not computed from others.
func selectTables(ctx context.Context, r db.Reader) ([]Table, error) {
	rows, err := r.Query(ctx, `
		SELECT c.relname::text AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
		WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'goose_db_version'
			AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
		GROUP BY c.relname ORDER BY c.relname`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Table])
}

// names writes the table and its columns as SQL.
func (t Table) names() (table, columns string) {
	for i, c := range t.Columns {
		if i > 0 {
			columns += ", "
		}
		columns += pgx.Identifier{c}.Sanitize()
	}
	return pgx.Identifier{"public", t.Name}.Sanitize(), columns
}

func (s *source) table(ctx context.Context, t Table, to *parts) (Copied, error) {
	table, columns := t.names()
	// A query, not the table itself: COPY refuses a table of partitions.
	tag, err := s.tx.Conn().PgConn().CopyTo(ctx, to, "COPY (SELECT "+columns+" FROM "+table+") TO STDOUT (FORMAT text, ENCODING 'UTF8')")
	if err != nil {
		return Copied{}, err
	}
	return to.end(tag.RowsAffected())
}

// rest reads the sequences and the head of the audit log. Sequences stand
// outside of snapshots: read last, they are never behind the rows.
func (s *source) rest(ctx context.Context) (all []Sequence, head string, err error) {
	if all, err = selectSequences(ctx, s.tx, true); err != nil {
		return nil, "", err
	}
	var id int64
	var hash []byte
	err = s.tx.QueryRow(ctx, `SELECT id, hash FROM audit_entries ORDER BY id DESC LIMIT 1`).Scan(&id, &hash)
	if errors.Is(err, pgx.ErrNoRows) {
		return all, "", nil
	}
	return all, anchor(id, hex.EncodeToString(hash)), err
}

// selectSequences lists the sequences with their last number, or those of which
// none was taken with their first.
func selectSequences(ctx context.Context, r db.Reader, used bool) ([]Sequence, error) {
	rows, err := r.Query(ctx, `
		SELECT sequencename::text AS name, coalesce(last_value, start_value) AS last FROM pg_sequences
		WHERE schemaname = 'public' AND sequencename <> 'goose_db_version_id_seq' AND (last_value IS NOT NULL OR NOT $1)
		ORDER BY sequencename`, used)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Sequence])
}

// insertBackup does nothing in a schema that is older than the table.
func insertBackup(ctx context.Context, tx *audit.Tx, m Made, sum []byte) error {
	rows, err := tx.Query(ctx, `SELECT to_regclass('public.backups') IS NOT NULL`)
	if err != nil {
		return err
	}
	if there, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[bool]); err != nil || !there {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO backups (at, duration_ms, bytes, row_count, schema_version, sha256, file) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		m.At, m.Took.Milliseconds(), m.Bytes, m.Rows, m.Schema, sum, m.name())
	return err
}
