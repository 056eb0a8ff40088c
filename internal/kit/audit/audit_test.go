package audit_test

import (
	"context"
	"errors"
	"testing"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
)

const actionTested audit.Action = "test.done"

func TestChangeWithoutEntryRollsBack(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	pool := testdb.New(t)
	insert := func(tx *audit.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO seeded (key) VALUES ('x')`)
		return err
	}
	if err := audit.New(pool).Change(ctx, authz.System("test"), insert); err == nil {
		t.Error("a change without an entry was taken")
	}
	broken := errors.New("broken")
	err := audit.New(pool).Change(ctx, authz.System("test"), func(tx *audit.Tx) error {
		return errors.Join(insert(tx), tx.Record(actionTested, audit.Subject{Key: "x"}, nil), broken)
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	var rows int
	if err := pool.QueryRow(ctx, `SELECT (SELECT count(*) FROM seeded) + (SELECT count(*) FROM audit_entries)`).Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d rows survived, %v", rows, err)
	}
}

func TestA68_LogIsAppendOnly(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	pool := testdb.New(t)
	err := audit.New(pool).Change(ctx, authz.Actor{Job: "test", Address: "192.0.2.1"}, func(tx *audit.Tx) error {
		return tx.Record(actionTested, audit.Subject{Key: "x"}, map[string]string{"a": "b"})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{`UPDATE audit_entries SET action = 'y'`, `DELETE FROM audit_entries`, `TRUNCATE audit_entries`} {
		if _, err := pool.Exec(ctx, sql); err == nil {
			t.Errorf("%s was allowed", sql)
		}
	}
	var n int
	err = pool.QueryRow(ctx, `SELECT count(*) FROM audit_entries WHERE job = 'test' AND address = '192.0.2.1' AND detail->>'a' = 'b'`).Scan(&n)
	if err != nil || n != 1 {
		t.Errorf("%d entries, %v", n, err)
	}
}

func TestUnchangedRollsBackWithoutAnError(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	pool := testdb.New(t)
	err := audit.New(pool).Change(ctx, authz.System("test"), func(tx *audit.Tx) error {
		return errors.Join(tx.Record(actionTested, audit.Subject{Key: "x"}, nil), audit.ErrUnchanged)
	})
	var n int
	if scan := pool.QueryRow(ctx, `SELECT count(*) FROM audit_entries`).Scan(&n); err != nil || scan != nil || n != 0 {
		t.Errorf("%v, %v, %d entries; want none of these", err, scan, n)
	}
}
