package db

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"portal/migrations"
)

// Unfit says why a database that answers is not one to work with. It holds no
// secret: every client may read it.
type Unfit string

func (u Unfit) Error() string { return string(u) }

// WantedVersion is the number of the newest migration that this build brings.
var WantedVersion = sync.OnceValue(func() int64 {
	files, _ := fs.Glob(migrations.FS, "*.sql") // the pattern is good
	var newest int64
	for _, name := range files {
		number, _, _ := strings.Cut(path.Base(name), "_")
		if n, err := strconv.ParseInt(number, 10, 64); err == nil {
			newest = max(newest, n)
		}
	}
	return newest
})

// Version is the number of the newest migration that the database has had.
func Version(ctx context.Context, r Reader) (int64, error) {
	rows, err := r.Query(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`)
	if err != nil {
		return 0, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[int64])
}

// CheckVersion reports an error while a migration of this build is missing. A
// database that is ahead is good: each migration can be used by the version
// before it.
func CheckVersion(ctx context.Context, r Reader) error {
	have, err := Version(ctx, r)
	if err == nil && have < WantedVersion() {
		err = Unfit(fmt.Sprintf("the schema is at %d and this build needs %d: run `portal migrate`", have, WantedVersion()))
	}
	return err
}

// CheckWritable reports an error if the server takes no changes, as a standby
// does.
func CheckWritable(ctx context.Context, r Reader) error {
	rows, err := r.Query(ctx, `SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::bool`)
	if err != nil {
		return err
	}
	refuses, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[bool])
	if err == nil && refuses {
		err = Unfit("the database takes no changes: it is a standby, or read-only")
	}
	return err
}
