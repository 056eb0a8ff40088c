package testdb

import (
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestNewGivesEmptyMigratedDatabases(t *testing.T) {
	var first string
	for range 2 { // the second gets the first one's database back
		t.Run("", func(t *testing.T) {
			pool := New(t)
			if name := pool.Config().ConnConfig.Database; first == "" {
				first = name
			} else if name != first {
				t.Errorf("got %s, wanted %s again", name, first)
			}
			var versions, rows int
			err := pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM goose_db_version),
				(SELECT count(*) FROM audit_entries)`).Scan(&versions, &rows)
			if err != nil {
				t.Fatal(err)
			}
			if versions == 0 || rows != 0 {
				t.Errorf("%d migrations, %d rows", versions, rows)
			}
			_, err = pool.Exec(t.Context(), "INSERT INTO audit_entries (action, subject) VALUES ('test', 'test')")
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestTestsAtOnceGetTheirOwn(t *testing.T) {
	if a, b := URL(t), URL(t); a == b {
		t.Errorf("both got %s", a)
	}
	conn, err := pgx.Connect(t.Context(), URL(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
