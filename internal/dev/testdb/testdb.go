// Package testdb gives each test its own empty, migrated Postgres database.
package testdb

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/postgres"
	"portal/internal/kit/db"
)

var (
	free = make(chan *slot, 256) // databases this process holds and is not using
	mu   sync.Mutex              // guards claiming another
	next int
)

// slot is one database, held by this process until it exits.
type slot struct {
	lock *pgx.Conn // its session holds the advisory lock on the slot
	pool *pgxpool.Pool
}

// New lends the test an empty, migrated database and takes it back, emptied,
// when the test ends. It fails, never skips, when there is no Postgres.
//
// Databases are kept between tests and emptied with DELETE: on our schema
// that takes milliseconds where CREATE DATABASE or TRUNCATE takes hundreds.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	base, err := server()
	if err != nil {
		t.Fatal(err)
	}
	var s *slot
	select {
	case s = <-free:
	default:
		if s, err = claim(context.Background(), base); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if err := empty(context.Background(), s.pool); err != nil {
			t.Errorf("emptying the test's database: %v", err) // and not lent again
			return
		}
		free <- s
	})
	return s.pool
}

// URL is the address of a database as New gives it, for tests that run the
// program itself.
func URL(t testing.TB) string {
	t.Helper()
	return New(t).Config().ConnString()
}

// server is the address of the server that tests use: the one they are given,
// or one of their own, which ends with this process.
var server = sync.OnceValues(func() (string, error) {
	if given := os.Getenv("PORTAL_TEST_DATABASE_URL"); given != "" {
		if u, err := url.Parse(given); err != nil || u.Scheme == "" {
			return "", errors.New("PORTAL_TEST_DATABASE_URL is not a postgres:// address")
		}
		return given, nil
	}
	s, err := postgres.StartTemporary(context.Background(), os.Stderr)
	if err != nil {
		return "", err
	}
	return s.URL(), nil
})

// claim takes the first database no other test process holds, creating it
// from the template if needed.
func claim(ctx context.Context, base string) (_ *slot, err error) {
	mu.Lock()
	defer mu.Unlock()
	conn, err := pgx.Connect(ctx, base)
	if err != nil {
		return nil, fmt.Errorf("connecting to the tests' Postgres: %w", err)
	}
	defer func() {
		if err != nil {
			_ = conn.Close(ctx)
		}
	}()
	tmpl, err := template(ctx, conn, base, "")
	if err != nil {
		return nil, err
	}
	name, err := lease(ctx, conn, tmpl)
	if err != nil {
		return nil, err
	}
	pool, err := db.Open(ctx, with(base, name))
	if err != nil {
		return nil, err
	}
	// A process that was killed may have left rows.
	if err := empty(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	return &slot{conn, pool}, nil
}

// lease locks the first database that is free, for as long as conn lives.
func lease(ctx context.Context, conn *pgx.Conn, tmpl string) (string, error) {
	for {
		name := fmt.Sprintf("%s_%d", tmpl, next)
		next++
		var got, exists bool
		err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock(hashtext($1)),
			EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&got, &exists)
		if err != nil {
			return "", err
		}
		if !got {
			continue
		}
		if !exists {
			if _, err := conn.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+tmpl); err != nil {
				return "", err
			}
		}
		return name, nil
	}
}

// empty deletes every row but the records of migrations. replica mode skips
// foreign keys and the triggers that make a table append-only.
func empty(ctx context.Context, pool *pgxpool.Pool) error {
	_, err := pool.Exec(ctx, `DO $$ DECLARE t regclass; BEGIN
		SET LOCAL session_replication_role = replica;
		FOR t IN SELECT oid FROM pg_class WHERE relkind = 'r'
			AND relnamespace IN ('public'::regnamespace, 'jobs'::regnamespace) AND relname NOT IN ('goose_db_version', 'river_migration')
		LOOP EXECUTE 'DELETE FROM ' || t; END LOOP; END $$`)
	return err
}

func with(base, name string) string {
	u, _ := url.Parse(base) // server has parsed it
	u.Path = "/" + name
	return u.String()
}
