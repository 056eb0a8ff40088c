// Package seeded gives each test its own Postgres database with the portal's
// initial content. It stands apart from testdb, which the packages below seed use
// as well.
package seeded

import (
	"context"
	"testing"

	"sync"

	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/ops/seed"
)

// content is what seeding leaves, made once in each process by the code under
// test: a copy that outlived the process could be of older content.
var content struct {
	sync.Mutex
	made bool
	rows testdb.Snapshot
}

// New is testdb.New with the initial content.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool := testdb.New(t)
	if err := fill(context.Background(), pool); err != nil {
		t.Fatal(err)
	}
	return pool
}

// URL is the address of a database as New gives it.
func URL(t testing.TB) string {
	t.Helper()
	return New(t).Config().ConnString()
}

func fill(ctx context.Context, pool *pgxpool.Pool) error {
	rows, mine, err := snapshot(ctx, pool)
	if err != nil || mine {
		return err
	}
	return rows.Restore(ctx, pool)
}

// snapshot is the content to copy. Whose call makes it has it in pool already.
func snapshot(ctx context.Context, pool *pgxpool.Pool) (rows testdb.Snapshot, mine bool, err error) {
	content.Lock()
	defer content.Unlock()
	if content.made {
		return content.rows, false, nil
	}
	if _, err := seed.New(pool, audit.New(pool)).Content(ctx, authz.System("test")); err != nil {
		return testdb.Snapshot{}, false, err
	}
	content.rows, err = testdb.TakeSnapshot(ctx, pool)
	content.made = err == nil
	return content.rows, true, err
}
