package db_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"portal/internal/dev/testdb"
	"portal/internal/kit/db"
)

// TestFit asks a good database, one that is behind, one that is ahead, and one
// that takes no changes.
func TestFit(t *testing.T) {
	pool := testdb.New(t)
	ctx := t.Context()
	if err := errors.Join(db.CheckThai(ctx, pool), db.CheckWritable(ctx, pool), db.CheckVersion(ctx, pool)); err != nil {
		t.Fatal(err)
	}
	if have, err := db.Version(ctx, pool); err != nil || have != db.WantedVersion() || have < 26 {
		t.Errorf("version %d of %d, %v", have, db.WantedVersion(), err)
	}
	tx, err := pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(ctx) }()
	var unfit db.Unfit
	for sql, want := range map[string]string{
		`UPDATE goose_db_version SET version_id = version_id - 1000`: "run `portal migrate`",
		`UPDATE goose_db_version SET version_id = version_id + 2000`: "",
	} {
		save, err := tx.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := save.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
		err = db.CheckVersion(ctx, save)
		if (err == nil) != (want == "") || err != nil && (!errors.As(err, &unfit) || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", sql, err)
		}
		if err := save.Rollback(ctx); err != nil {
			t.Fatal(err)
		}
	}
	reading, err := pool.BeginTx(ctx, pgx.TxOptions{AccessMode: pgx.ReadOnly})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reading.Rollback(ctx) }()
	if err := db.CheckWritable(ctx, reading); !errors.As(err, &unfit) {
		t.Errorf("a database that takes no changes: %v", err)
	}
}
