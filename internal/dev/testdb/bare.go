package testdb

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// owner owns the databases that Bare and Owned make: a role as a production
// server has it, with no rights beyond its own databases.
const owner = "portal_test_owner"

// namingOwner is the advisory lock under which one process makes the role.
const namingOwner = 7205

var bare atomic.Int64

// Bare is the address of a new database without any table, as createdb leaves
// it, owned by an ordinary role. It is dropped when the test ends.
func Bare(t testing.TB) string {
	t.Helper()
	return newOwned(t, func(context.Context, *pgx.Conn, string) (string, error) { return "template1", nil })
}

// Owned is Bare with the portal's tables, empty.
func Owned(t testing.TB) string {
	t.Helper()
	return newOwned(t, func(ctx context.Context, conn *pgx.Conn, base string) (string, error) {
		return template(ctx, conn, base, owner)
	})
}

func newOwned(t testing.TB, from func(ctx context.Context, conn *pgx.Conn, base string) (string, error)) string {
	t.Helper()
	name := fmt.Sprintf("portal_bare_%d_%d", os.Getpid(), bare.Add(1))
	base := admin(t, func(ctx context.Context, conn *pgx.Conn, base string) error {
		_, err := conn.Exec(ctx, fmt.Sprintf(`SELECT pg_advisory_xact_lock(%d);
			DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '%[2]s') THEN CREATE ROLE %[2]s LOGIN; END IF; END $$`,
			namingOwner, owner)) // both in one transaction
		if err != nil {
			return err
		}
		source, err := from(ctx, conn, base)
		if err != nil {
			return err
		}
		_, err = conn.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+source+" OWNER "+owner)
		return err
	})
	t.Cleanup(func() {
		admin(t, func(ctx context.Context, conn *pgx.Conn, _ string) error {
			_, err := conn.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)")
			return err
		})
	})
	return as(with(base, name), owner)
}

// Admin is the address of the same database for whoever may do everything.
func Admin(t testing.TB, address string) string {
	t.Helper()
	base, err := server()
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return with(base, u.Path[1:])
}

// as is the address for another role.
func as(address, role string) string {
	u, _ := url.Parse(address) // it was made by with
	u.User = url.User(role)
	return u.String()
}

func admin(t testing.TB, fn func(ctx context.Context, conn *pgx.Conn, base string) error) (base string) {
	t.Helper()
	ctx := context.Background()
	base, err := server()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(ctx, base)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if err := fn(ctx, conn, base); err != nil {
		t.Fatal(err)
	}
	return base
}
