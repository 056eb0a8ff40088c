package jobs_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/jobs"
)

// catalogue is every column, index, constraint and function of a schema. Columns
// have another order where river added them later.
const catalogue = `SELECT coalesce(string_agg(line, E'\n' ORDER BY line), '') FROM (
	SELECT format('%s.%s %s %s %s', table_name, column_name, udt_name, is_nullable, column_default) AS line
		FROM information_schema.columns WHERE table_schema = $1
	UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = $1
	UNION ALL SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE connamespace = $1::regnamespace
	UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = $1::regnamespace
	UNION ALL SELECT format('%s %s', relname, relpersistence) FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind = 'r'
	UNION ALL SELECT format('%s %s', row_number() OVER (ORDER BY enumsortorder), enumlabel) FROM pg_enum e JOIN pg_type t ON t.oid = enumtypid WHERE typnamespace = $1::regnamespace
) all_of_it`

// TestOurMigrationIsRivers lets river look for what is missing, and compares the
// schema with the one that river makes itself.
func TestOurMigrationIsRivers(t *testing.T) {
	t.Parallel()
	pool, err := pgxpool.New(t.Context(), testdb.Owned(t))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	migrator := func(schema string) *rivermigrate.Migrator[pgx.Tx] {
		m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: schema})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	if got, err := migrator(jobs.Schema).Validate(t.Context(), nil); err != nil || !got.OK {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := pool.Exec(t.Context(), `CREATE SCHEMA theirs`); err != nil {
		t.Fatal(err)
	}
	if _, err := migrator("theirs").Migrate(t.Context(), rivermigrate.DirectionUp, nil); err != nil {
		t.Fatal(err)
	}
	lines := func(schema string) (all []string) {
		var text string
		if err := pool.QueryRow(t.Context(), catalogue, schema).Scan(&text); err != nil {
			t.Fatal(err)
		}
		text = strings.NewReplacer(schema+".", "", "river_migration_pkey1", "river_migration_pkey").Replace(text) // river renames a table on the way
		return strings.Split(text, "\n")
	}
	ours, theirs := lines(jobs.Schema), lines("theirs")
	slices.Sort(ours)
	slices.Sort(theirs)
	for _, line := range theirs {
		if !slices.Contains(ours, line) {
			t.Errorf("river has: %s", line)
		}
	}
	for _, line := range ours {
		if !slices.Contains(theirs, line) {
			t.Errorf("only we have: %s", line)
		}
	}
}

type letter struct {
	To int `json:"to"`
}

func (letter) Kind() string { return "letter" }

func queued(t *testing.T, pool *pgxpool.Pool) int {
	t.Helper()
	rows, err := pool.Query(t.Context(), `SELECT count(*) FROM jobs.river_job WHERE kind = 'letter' AND args = '{"to": 7}'`)
	if err != nil {
		t.Fatal(err)
	}
	n, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[int])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestAJobCommitsWithItsTransaction queues one in a transaction that fails and
// one in a transaction that commits.
func TestAJobCommitsWithItsTransaction(t *testing.T) {
	t.Parallel()
	pool := testdb.New(t)
	log := audit.New(pool)
	failed := errors.New("no")
	ask := func(end error) error {
		return log.Change(t.Context(), authz.System("test"), func(tx *audit.Tx) error {
			if err := tx.Enqueue(t.Context(), letter{To: 7}, time.Time{}); err != nil {
				return err
			}
			return errors.Join(end, tx.Record(audit.RowsCleaned, audit.Subject{Key: "x"}, nil))
		})
	}
	if err := ask(failed); !errors.Is(err, failed) || queued(t, pool) != 0 {
		t.Errorf("%v, and %d jobs after a rollback", err, queued(t, pool))
	}
	if err := ask(nil); err != nil || queued(t, pool) != 1 {
		t.Errorf("%v, and %d jobs after a commit", err, queued(t, pool))
	}
}
