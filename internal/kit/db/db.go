// Package db opens pools and applies migrations. It knows no table.
package db

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver that goose opens
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"portal/migrations"
)

// Reader is what a read-only store function needs; a pool and an audit.Tx both
// satisfy it.
type Reader interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Bookkeeper writes the rows for which no user is responsible: sign-ins under way, when a
// session was last seen, counts of what visitors do. Everything else is written
// through audit.Log.
type Bookkeeper interface {
	Reader
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// Pool is a Reader from which a connection can be taken for a while.
type Pool interface {
	Reader
	BeginTx(ctx context.Context, options pgx.TxOptions) (pgx.Tx, error)
}

// Long lets fn read in one transaction of its own, in which a statement may
// take up to limit: an export lasts as long as its reader takes. The statement
// is cancelled when ctx ends.
func Long(ctx context.Context, pool Pool, limit time.Duration, fn func(Reader) error) error {
	begin := pgx.TxOptions{BeginQuery: fmt.Sprintf("BEGIN READ ONLY; SET LOCAL statement_timeout = %d", limit.Milliseconds())} // one way there and back
	return pgx.BeginTxFunc(ctx, pool, begin, func(tx pgx.Tx) error { return fn(tx) })
}

// Limits that keep one slow query from holding up all others.
const (
	statementTimeout = "5s"
	lockTimeout      = "2s"
	connectTimeout   = 3 * time.Second
	maxConns         = 20
)

// Open returns a pool for writing. It does not wait for the server.
// A tracer hears of each statement.
func Open(_ context.Context, url string, tracer ...pgx.QueryTracer) (*pgxpool.Pool, error) {
	return open(url, false, tracer)
}

// OpenReadOnly returns a pool on which Postgres refuses every write.
func OpenReadOnly(_ context.Context, url string, tracer ...pgx.QueryTracer) (*pgxpool.Pool, error) {
	return open(url, true, tracer)
}

func open(url string, readOnly bool, tracer []pgx.QueryTracer) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("reading the database address: %w", err)
	}
	cfg.MaxConns = maxConns
	cfg.ConnConfig.ConnectTimeout = connectTimeout
	for _, t := range tracer {
		if t != nil {
			cfg.ConnConfig.Tracer = t
		}
	}
	p := cfg.ConnConfig.RuntimeParams
	p["statement_timeout"], p["lock_timeout"] = statementTimeout, lockTimeout
	p["timezone"], p["application_name"] = "UTC", "portal"
	// Plan for tables that lie in memory and for many people at once: an index
	// rather than a scan, one process for a query.
	p["random_page_cost"], p["max_parallel_workers_per_gather"], p["jit"] = "1.1", "0", "off"
	if readOnly {
		p["default_transaction_read_only"] = "on"
	}
	// A context's own background: the pool outlives the call that opens it.
	return pgxpool.NewWithConfig(context.Background(), cfg)
}

// MigrationLock is the advisory lock that a migration holds: with a share of it
// none begins.
const MigrationLock = lock.DefaultLockID

// Migrate brings the schema up to date. Servers that start together wait for
// each other.
func Migrate(ctx context.Context, databaseURL string) error {
	return migrate(ctx, databaseURL, func(p *goose.Provider) error { _, err := p.Up(ctx); return err })
}

// MigrateTo brings the schema up to the version, for data that were written
// with it.
func MigrateTo(ctx context.Context, databaseURL string, version int64) error {
	return migrate(ctx, databaseURL, func(p *goose.Provider) error { _, err := p.UpTo(ctx, version); return err })
}

// NewestSchema is the version to which Migrate brings the schema.
func NewestSchema() (int64, error) {
	sources, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil || len(sources) == 0 {
		return 0, fmt.Errorf("this build has no migrations: %w", err)
	}
	return goose.NumericComponent(slices.Max(sources)) // their numbers have one length
}

func migrate(ctx context.Context, databaseURL string, up func(*goose.Provider) error) error {
	conn, err := sql.Open("pgx", databaseURL)
	if err != nil {
		return fmt.Errorf("reading the database address: %w", err)
	}
	defer func() { _ = conn.Close() }()
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectPostgres, conn, migrations.FS, goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	if err := up(p); err != nil {
		return fmt.Errorf("migrating the database: %w", err)
	}
	return nil
}

// CheckThai reports an error if the server cannot index Thai text: under
// LC_CTYPE=C it sees no letters in it.
func CheckThai(ctx context.Context, r Reader) error {
	rows, err := r.Query(ctx, `SELECT lower('É') = 'é'`)
	if err != nil {
		return err
	}
	ok, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[bool])
	if err == nil && !ok {
		err = Unfit("the database was created with LC_CTYPE=C: create it with --locale=C.UTF-8, so that Thai text can be searched")
	}
	return err
}
