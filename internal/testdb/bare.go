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

// owner owns the databases that Bare makes: a role as a production server has
// it, with no rights beyond its own database.
const owner = "portal_test_owner"

var bare atomic.Int64

// Bare is the address of a new database without any table, as createdb leaves
// it, owned by an ordinary role. It is dropped when the test ends.
func Bare(t testing.TB) string {
	t.Helper()
	base, err := server()
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("portal_bare_%d_%d", os.Getpid(), bare.Add(1))
	admin(t, base, `SELECT pg_advisory_lock(7205)`, // two processes must not make the role at once
		`DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '`+owner+`') THEN CREATE ROLE `+owner+` LOGIN; END IF; END $$`,
		`CREATE DATABASE `+name+` OWNER `+owner)
	t.Cleanup(func() { admin(t, base, `DROP DATABASE `+name+` WITH (FORCE)`) })
	u, _ := url.Parse(with(base, name)) // server has parsed it
	u.User = url.User(owner)
	return u.String()
}

// BareAdmin is the address of the same database for whoever may do everything.
func BareAdmin(t testing.TB, address string) string {
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

func admin(t testing.TB, base string, statements ...string) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, base)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, sql := range statements {
		if _, err := conn.Exec(ctx, sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
}
