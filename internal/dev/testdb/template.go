package testdb

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"portal/internal/kit/db"
	"portal/migrations"
)

// building is the advisory lock under which one process makes the template.
const building = 7204

// template makes the template database once per schema: its name is a hash
// of the migrations, so it survives between runs and packages share it. Another
// belongs to owner, if one is given.
func template(ctx context.Context, admin *pgx.Conn, base, owner string) (name string, err error) {
	hash, err := schemaHash()
	if err != nil {
		return "", err
	}
	name = "portal_tmpl_" + hash
	if owner != "" {
		name = "portal_owned_" + hash
	}
	if _, err := admin.Exec(ctx, "SELECT pg_advisory_lock($1)", building); err != nil {
		return "", err
	}
	defer func() {
		_, unlockErr := admin.Exec(ctx, "SELECT pg_advisory_unlock($1)", building)
		err = errors.Join(err, unlockErr)
	}()
	var exists bool
	err = admin.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists)
	if err != nil || exists {
		return name, err
	}
	// Under another name until it is whole: a killed process may leave half.
	half := name + "_b"
	create, address := "CREATE DATABASE "+half, with(base, half)
	if owner != "" {
		create, address = create+" OWNER "+owner, as(address, owner)
	}
	if _, err := admin.Exec(ctx, create); err != nil && !alreadyThere(err) {
		return "", err
	}
	if err := db.Migrate(ctx, address); err != nil {
		return "", err
	}
	if err := keepStill(ctx, address); err != nil {
		return "", err
	}
	_, err = admin.Exec(ctx, "ALTER DATABASE "+half+" RENAME TO "+name)
	return name, err
}

// keepStill leaves the tables without statistics. Those that autovacuum takes in
// the middle of a test are of whatever test was there before, and make Postgres
// choose, now and then, what it would choose nowhere else.
func keepStill(ctx context.Context, address string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `DO $$ DECLARE t regclass; BEGIN
		FOR t IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace IN ('public'::regnamespace, 'jobs'::regnamespace)
		LOOP EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', t); END LOOP; END $$`)
	return errors.Join(err, conn.Close(ctx))
}

func alreadyThere(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "42P04" // duplicate_database
}

func schemaHash() (string, error) {
	h := sha256.New()
	err := fs.WalkDir(migrations.FS, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(migrations.FS, p)
		_, _ = fmt.Fprintf(h, "%s %d\n%s", p, len(b), b)
		return err
	})
	return fmt.Sprintf("%x", h.Sum(nil)[:6]), err
}
