package testdb

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Dump is every row of every table as text, as pg_dump writes them: what
// somebody who steals a copy of the database can read. It needs no pg_dump,
// which not every installation of Postgres brings along.
func Dump(t testing.TB, pool *pgxpool.Pool) string {
	t.Helper()
	ctx := context.Background()
	rows, err := pool.Query(ctx, `SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
		WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(tables) == 0 {
		t.Fatalf("%d tables, %v", len(tables), err)
	}
	conn, err := pool.Acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	var b bytes.Buffer
	for _, table := range tables {
		fmt.Fprintf(&b, "COPY %s\n", table)
		if _, err := conn.Conn().PgConn().CopyTo(ctx, &b, "COPY "+table+" TO STDOUT"); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}
