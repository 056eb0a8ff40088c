package db_test

import (
	"context"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"portal/internal/dev/testdb"
	"portal/internal/kit/db"
)

// TestA77_FiveServersMigrateAtOnce lets five servers start together, on an empty
// database and on the schema of an older version: all of them get ready, and each
// migration is carried out once.
func TestA77_FiveServersMigrateAtOnce(t *testing.T) {
	t.Parallel()
	for name, old := range map[string]int64{"empty": 0, "old": 3} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := testdb.Bare(t)
			if old > 0 {
				if err := db.MigrateTo(t.Context(), address, old); err != nil {
					t.Fatal(err)
				}
			}
			var wg sync.WaitGroup
			for range 5 {
				wg.Go(func() {
					if err := db.Migrate(t.Context(), address); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			conn, err := pgx.Connect(t.Context(), address)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close(context.Background()) }()
			if err := db.CheckVersion(t.Context(), conn); err != nil {
				t.Error(err)
			}
			var twice int
			err = conn.QueryRow(t.Context(), `SELECT count(*) FROM (SELECT FROM goose_db_version GROUP BY version_id HAVING count(*) > 1) v`).Scan(&twice)
			if err != nil || twice > 0 {
				t.Errorf("%d migrations twice, %v", twice, err)
			}
		})
	}
}
