package backup_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/problem"
	"portal/internal/ops/auditlog"
	"portal/internal/ops/backup"
	"portal/internal/ops/seed"
	"portal/internal/org/agency"
	"portal/internal/people/session"
	"portal/internal/people/staff"
	"portal/internal/people/token"
)

var system = authz.System("test")

// place is a database and the services on it.
type place struct {
	t       testing.TB
	address string
	pool    *pgxpool.Pool
	log     *audit.Log
	backups *backup.Service
}

func at(t testing.TB, address string) place {
	t.Helper()
	pool, err := db.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	newest, err := db.NewestSchema()
	if err != nil {
		t.Fatal(err)
	}
	log := audit.New(pool)
	to := func(ctx context.Context, v int64) error { return db.MigrateTo(ctx, address, v) }
	s := backup.New(pool, log, auditlog.New(pool, log, time.Now), backup.Schema{Newest: newest, To: to}, time.Now)
	return place{t, address, pool, log, s}
}

// bare is an empty database; migrated has the schema of version, 0 for the newest.
func bare(t testing.TB) place { return at(t, testdb.Bare(t)) }

func migrated(t testing.TB, version int64) place {
	t.Helper()
	if version == 0 {
		return at(t, testdb.Owned(t))
	}
	p := bare(t)
	if err := db.MigrateTo(t.Context(), p.address, version); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p place) exec(statements ...string) {
	p.t.Helper()
	for _, sql := range statements {
		if _, err := p.pool.Exec(p.t.Context(), sql); err != nil {
			p.t.Fatalf("%s: %v", sql, err)
		}
	}
}

// tamper runs the statements as somebody with all rights, past every trigger.
func (p place) tamper(statements ...string) {
	p.t.Helper()
	all := at(p.t, testdb.Admin(p.t, p.address))
	all.exec(`DO $$ BEGIN SET LOCAL session_replication_role = replica; ` + strings.Join(statements, "; ") + `; END $$`)
}

func one[T any](p place, sql string, args ...any) (v T) {
	p.t.Helper()
	if err := p.pool.QueryRow(p.t.Context(), sql, args...).Scan(&v); err != nil {
		p.t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// text is all that a query returns, as text.
func (p place) text(sql string) string {
	return one[string](p, `SELECT coalesce(string_agg(q::text, E'\n' ORDER BY q::text), '') FROM (`+sql+`) q`)
}

// key is a pair of keys of age.
func key(t testing.TB) *age.X25519Identity {
	t.Helper()
	k, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (p place) make(k *age.X25519Identity) backup.Made {
	p.t.Helper()
	m, err := p.backups.Make(p.t.Context(), system, []age.Recipient{k.Recipient()}, p.t.TempDir(), "test")
	if err != nil {
		p.t.Fatal(err)
	}
	return m
}

func (p place) restore(file string, k *age.X25519Identity) error {
	_, err := p.backups.Restore(p.t.Context(), system, backup.Restoring{File: file, Keys: []age.Identity{k}})
	return err
}

var tokenKeys = func() token.Keys {
	k, _ := token.ParseKeys(base64.StdEncoding.EncodeToString(make([]byte, 32)))
	return k
}()

func (p place) tokens() *token.Service {
	agencies := agency.New(p.pool, p.log)
	return token.New(p.pool, p.log, tokenKeys, agencies.Lineage, time.Now)
}

func (p place) sessions() *session.Service {
	return session.New(p.pool, p.log, session.DefaultLimits, time.Now)
}

// lively is a small made-up country in which somebody is signed in, a code
// works, a sign-in is under way and a form waits.
func lively(t testing.TB) (p place, cookie string, code token.Code) {
	t.Helper()
	p = migrated(t, 0)
	ctx := t.Context()
	seeds := seed.New(p.pool, p.log)
	if _, err := seeds.Content(ctx, system); err != nil {
		t.Fatal(err)
	}
	if _, err := seeds.Demo(ctx, system, seed.DemoSize{ServicePoints: 300, Accounts: 400, AuditEntries: 700}); err != nil {
		t.Fatal(err)
	}
	code, err := p.tokens().Issue(ctx, system, authz.AgencyID(one[int64](p, `SELECT id FROM agencies WHERE code = $1`, authz.CodeDGA)), authz.DGAAdmin)
	if err != nil {
		t.Fatal(err)
	}
	err = p.log.Change(ctx, system, func(tx *audit.Tx) error {
		who, err := staff.SignIn(ctx, tx, staff.Identity{Issuer: "test", Subject: "a\tb\\N\nc", Name: "สมชาย \\N \"x\"\t"}, time.Now())
		if err != nil {
			return err
		}
		cookie, err = p.sessions().Open(ctx, tx, session.Start{StaffID: int64(who.ID), Epoch: who.Epoch, AuthTime: time.Now()})
		return errOr(err, tx.Record(staff.ActionSignedIn, audit.Person(int64(who.ID)), nil))
	})
	if err != nil {
		t.Fatal(err)
	}
	p.exec(`INSERT INTO signin_attempts VALUES ('\x01', '\x02', 'n', 'v', '/', now() + interval '5 minutes')`,
		`INSERT INTO kept_forms (key_hash, staff_id, path, sealed, expires_at) SELECT '\x01', min(id), '/', '\x00ff', now() + interval '5 minutes' FROM staff`)
	return p, cookie, code
}

func errOr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// changed are the tables in which restoring changes something: what was alive
// has ended, and the backup and the restoring are recorded.
var changed = map[string]string{
	"staff_sessions": `SELECT id, token_hash, staff_id, epoch, opened_at, ends_at, rights FROM staff_sessions`,
	"role_tokens":    `SELECT id, agency_id, role, code_hash, issued_at, issued_by, used_at, used_by, replaced_at FROM role_tokens`,
	"audit_entries":  `SELECT * FROM audit_entries WHERE action NOT LIKE 'backup.%'`,
	"backups":        `SELECT WHERE false`, "signin_attempts": `SELECT WHERE false`, "kept_forms": `SELECT WHERE false`,
	"goose_db_version": `SELECT version_id FROM goose_db_version`,
}

func (p place) rows() map[string]string {
	p.t.Helper()
	all := map[string]string{}
	for _, name := range strings.Fields(one[string](p, `SELECT coalesce(string_agg(tablename, ' '), '') FROM pg_tables WHERE schemaname = 'public'`)) {
		sql := changed[name]
		if sql == "" {
			sql = "SELECT * FROM " + name
		}
		all[name] = p.text(sql)
	}
	return all
}

// shape is the schema: what restoring takes away must all be back.
func (p place) shape() string {
	return p.text(`SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'`) + p.text(`
		SELECT conrelid::regclass, conname, convalidated, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace`) + p.text(`
		SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal`)
}

func TestEverythingComesBack(t *testing.T) {
	t.Parallel()
	from, cookie, code := lively(t)
	k := key(t)
	before, shape := from.rows(), from.shape()
	sequences := `SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND sequencename NOT IN ('goose_db_version_id_seq', 'backups_id_seq')`
	numbers := from.text(sequences)
	m := from.make(k)
	if n := one[int](from, `SELECT count(*)::int FROM backups WHERE encode(sha256, 'hex') = $1 AND bytes = $2 AND row_count = $3 AND file = $4`,
		m.Manifest, m.Bytes, m.Rows, filepath.Base(m.File)); n != 1 {
		t.Errorf("%d rows of this backup", n)
	}
	to := bare(t)
	if err := to.restore(m.File, k); err != nil {
		t.Fatal(err)
	}
	after := to.rows()
	if len(before) < 25 || len(after) != len(before) {
		t.Fatalf("%d tables, then %d", len(before), len(after))
	}
	for name, want := range before {
		if after[name] != want {
			t.Errorf("%s is not what it was:\n%.600s\nwas\n%.600s", name, after[name], want)
		}
	}
	if got := to.shape(); got != shape {
		t.Errorf("the schema is\n%s\nwas\n%s", got, shape)
	}
	if got := to.text(sequences); got != numbers {
		t.Errorf("sequences are\n%s\nwere\n%s", got, numbers)
	}
	to.isDead(cookie, code)
	if n := one[int](to, `SELECT count(*)::int FROM audit_entries WHERE action = 'backup.restored' AND detail->>'hash' = $1`, m.Manifest); n != 1 {
		t.Errorf("%d entries tell of the restoring", n)
	}
	v, err := auditlog.New(to.pool, to.log, time.Now).Verify(t.Context(), system, nil, func(int64) {})
	if err != nil || v.Count < 700 {
		t.Errorf("the chain: %+v, %v", v, err)
	}
	// Numbers go on behind those that are taken.
	if _, err := to.tokens().Issue(t.Context(), system, authz.AgencyID(one[int64](to, `SELECT id FROM agencies WHERE code = $1`, authz.CodeDGA)), authz.DGAAdmin); err != nil {
		t.Errorf("issuing afterwards: %v", err)
	}
	if err := to.restore(m.File, k); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("a second time: %v", err)
	}
}

// isDead reports what of the backup's live sessions and codes still works.
func (p place) isDead(cookie string, code token.Code) {
	p.t.Helper()
	ctx := p.t.Context()
	if _, c, err := p.sessions().Load(ctx, cookie); err != nil || c.Actor.SignedIn() {
		p.t.Errorf("the session lives: %+v, %v", c.Actor, err)
	}
	if n := one[int](p, `SELECT (SELECT count(*) FROM staff_sessions WHERE ended_at IS NULL OR data <> '') +
		(SELECT count(*) FROM role_tokens WHERE sealed_code IS NOT NULL OR used_at IS NULL AND replaced_at IS NULL AND expires_at > now()) +
		(SELECT count(*) FROM signin_attempts) + (SELECT count(*) FROM kept_forms)`); n != 0 {
		p.t.Errorf("%d of them live", n)
	}
	err := p.log.Change(ctx, authz.Actor{StaffID: one[int64](p, `SELECT min(id) FROM staff`)}, func(tx *audit.Tx) error {
		_, wrong, err := p.tokens().Use(ctx, tx, tx.Actor().StaffID, code)
		return errOr(err, wrong)
	})
	if !problem.Is(err, problem.Invalid) {
		p.t.Errorf("the code: %v", err)
	}
}

// TestOlderBackupIsBroughtUpToDate: the backup of a portal with an older schema.
func TestOlderBackupIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	from, to, k := migrated(t, 26), bare(t), key(t)
	from.exec(`INSERT INTO search_terms VALUES ('2026-11-23', E'ก\\tข\\', 2, 1)`)
	m := from.make(k)
	if m.Schema != 26 {
		t.Fatalf("%+v", m)
	}
	if err := to.restore(m.File, k); err != nil {
		t.Fatal(err)
	}
	newest, _ := db.NewestSchema()
	if got := one[int64](to, `SELECT max(version_id) FROM goose_db_version`); got != newest || newest < 28 {
		t.Errorf("schema %d, want %d", got, newest)
	}
	if got := one[string](to, `SELECT term FROM search_terms`); got != `ก\tข\` {
		t.Errorf("%q came back", got)
	}
	if err := migrated(t, 0).restore(m.File, k); err == nil || !strings.Contains(err.Error(), "schema") {
		t.Errorf("into a newer schema: %v", err)
	}
	filled := migrated(t, 25) // is not even migrated
	filled.exec(`INSERT INTO seeded (key) VALUES ('x')`)
	if err := filled.restore(m.File, k); err == nil || one[int64](filled, `SELECT max(version_id) FROM goose_db_version`) != 25 {
		t.Errorf("into an older schema with rows: %v", err)
	}
}

// TestNothingIsHalfRestored: what cannot be restored says why in one sentence
// and leaves the database as it was.
func TestNothingIsHalfRestored(t *testing.T) {
	t.Parallel()
	k := key(t)
	from := migrated(t, 0)
	from.exec(`INSERT INTO search_terms SELECT '2026-11-23', 'term ' || md5(n::text), 2, 1 FROM generate_series(1, 60000) n`)
	good := from.make(k)
	whole, err := os.ReadFile(good.File)
	if err != nil {
		t.Fatal(err)
	}
	file := func(b []byte) string {
		name := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	changedAt := func(n int) []byte { b := bytes.Clone(whole); b[n] ^= 1; return b }
	to := bare(t)
	type attempt struct {
		file string
		key  *age.X25519Identity
		want string
	}
	attempts := map[string]attempt{
		"wrong key":      {good.File, key(t), "this key does not open"},
		"no backup":      {file([]byte("SELECT 1")), k, "is not a backup of the portal"},
		"empty":          {file(nil), k, "is not a backup of the portal"},
		"beginning only": {file(whole[:100]), k, "is not a backup of the portal"},
		"something more": {file(append(bytes.Clone(whole), 0)), k, "damaged"},
		"no file":        {filepath.Join(t.TempDir(), "nothing"), k, "no such file"},
	}
	for i := 1; i < 8; i++ {
		n := 300 + (len(whole)-301)*i/7
		attempts[fmt.Sprintf("cut at %d", n)] = attempt{file(whole[:n]), k, "damaged"}
		attempts[fmt.Sprintf("changed at %d", n)] = attempt{file(changedAt(n)), k, "damaged"}
	}
	for name, a := range attempts {
		if err := to.restore(a.file, a.key); err == nil || !strings.Contains(err.Error(), a.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
		if n := one[int](to, `SELECT count(*)::int FROM pg_tables WHERE schemaname = 'public'`); n != 0 {
			t.Fatalf("%s: there are %d tables", name, n)
		}
	}
	_, err = to.backups.Restore(t.Context(), system, backup.Restoring{File: good.File, Keys: []age.Identity{k}, Manifest: strings.Repeat("0", 64)})
	if err == nil || !strings.Contains(err.Error(), "another backup") {
		t.Errorf("another manifest: %v", err)
	}
	if err := to.restore(good.File, k); err != nil {
		t.Errorf("the whole one: %v", err)
	}
}

// TestRefusedBackups: whole files that this database or this build cannot take.
func TestRefusedBackups(t *testing.T) {
	t.Parallel()
	k, empty := key(t), bare(t) // and empty it stays
	for name, tt := range map[string]struct {
		from, to func(place)
		want     string
	}{
		"newer schema": {func(p place) { p.exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)`) }, nil, "schema 99999"},
		"other tables": {func(p place) { p.exec(`ALTER TABLE seeded ADD more int`) }, nil, "from another portal"},
		"broken chain": {func(p place) {
			p.exec(`INSERT INTO audit_entries (action, subject) SELECT 'x', n::text FROM generate_series(1, 9) n`)
			p.tamper(`UPDATE audit_entries SET subject = 'y' WHERE id = 5`)
		}, nil, "entry 5 of"},
		"cut chain": {func(p place) {
			p.exec(`INSERT INTO audit_entries (action, subject) SELECT 'x', n::text FROM generate_series(1, 9) n`)
			p.tamper(`DELETE FROM audit_entries WHERE id = 1`)
		}, nil, "entry 1: this entry is missing"},
		"loose rows": {func(p place) { p.tamper(`INSERT INTO token_tries (staff_id, address, at) VALUES (77, '', now())`) }, nil, "do not fit together"},
		"not empty":  {nil, func(p place) { p.exec(`INSERT INTO seeded (key) VALUES ('x')`) }, "not empty (there are rows in seeded)"},
		"foreign":    {nil, func(p place) { p.exec(`DROP SCHEMA public CASCADE`, `CREATE SCHEMA public`, `CREATE TABLE x (n int)`) }, "not the portal's"},
	} {
		t.Run(name, func(t *testing.T) {
			from, to := migrated(t, 0), empty
			if tt.from != nil {
				tt.from(from)
			} else {
				to = migrated(t, 0)
				tt.to(to)
			}
			to.t = t
			before := to.rows()
			err := to.restore(from.make(k).File, k)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			for name, rows := range to.rows() {
				if rows != before[name] && name != "goose_db_version" {
					t.Errorf("%s has\n%s", name, rows)
				}
			}
		})
	}
}

// TestRestoringWaitsForNobody: a database in use is left alone.
func TestRestoringWaitsForNobody(t *testing.T) {
	t.Parallel()
	from, to, k := migrated(t, 0), migrated(t, 0), key(t)
	file := from.make(k).File
	tx, err := to.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `LOCK TABLE staff IN ACCESS SHARE MODE`); err != nil {
		t.Fatal(err)
	}
	if err := to.restore(file, k); err == nil || !strings.Contains(err.Error(), "stop the portal's servers") {
		t.Errorf("while somebody reads: %v", err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := to.restore(file, k); err != nil {
		t.Error(err)
	}
}

// TestBackupIsOfOneMoment takes backups while changes are made, each of which
// writes a row and an entry.
func TestBackupIsOfOneMoment(t *testing.T) {
	t.Parallel()
	from, k := migrated(t, 0), key(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	busy, done := make(chan struct{}), make(chan error)
	go func() {
		for n := 0; ; n++ {
			if n == 20 {
				close(busy)
			}
			err := from.log.Change(ctx, system, func(tx *audit.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO seeded (key) VALUES ($1)`, fmt.Sprint(n))
				return errOr(err, tx.Record(seed.ActionSeeded, audit.Subject{Key: fmt.Sprint(n)}, nil))
			})
			if err != nil {
				done <- err
				return
			}
		}
	}()
	<-busy
	m := from.make(k)
	stop()
	if err := <-done; ctx.Err() == nil {
		t.Fatal(err)
	}
	to := bare(t)
	if err := to.restore(m.File, k); err != nil {
		t.Fatal(err)
	}
	rows, entries := one[int](to, `SELECT count(*)::int FROM seeded`), one[int](to, `SELECT count(*)::int FROM audit_entries WHERE action = 'content.seeded'`)
	if rows < 20 || rows != entries {
		t.Errorf("%d rows, %d entries", rows, entries)
	}
}

// TestBackupsAndMigrationsTakeTurns: a migration that waited for a table would
// hold up everybody.
func TestBackupsAndMigrationsTakeTurns(t *testing.T) {
	t.Parallel()
	p, k := migrated(t, 26), key(t)
	tx, err := p.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `SELECT pg_advisory_xact_lock($1)`, db.MigrationLock); err != nil {
		t.Fatal(err)
	}
	_, err = p.backups.Make(t.Context(), system, []age.Recipient{k.Recipient()}, t.TempDir(), "test")
	if err == nil || !strings.Contains(err.Error(), "being migrated") {
		t.Errorf("while somebody migrates: %v", err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.make(k)
}

func TestFilesAreNeverOverwrittenNorLeftBehind(t *testing.T) {
	t.Parallel()
	p, k, dir := migrated(t, 0), key(t), t.TempDir()
	to := []age.Recipient{k.Recipient()}
	name := filepath.Join(dir, "b.age")
	if _, err := p.backups.Make(t.Context(), system, to, name, "test"); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if _, err := p.backups.Make(t.Context(), system, to, name, "test"); err == nil || !strings.Contains(err.Error(), "overwrites nothing") {
		t.Errorf("over another: %v", err)
	}
	gone, stop := context.WithCancel(t.Context())
	stop()
	if _, err := p.backups.Make(gone, system, to, filepath.Join(dir, "c.age"), "test"); err == nil {
		t.Error("a backup that was stopped was made")
	}
	if _, err := bare(t).backups.Make(t.Context(), system, to, filepath.Join(dir, "d.age"), "test"); err == nil || !strings.Contains(err.Error(), "no portal in this database") {
		t.Errorf("of an empty database: %v", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("%v, %v", left, err)
	}
	if _, err := p.backups.Make(t.Context(), authz.Actor{}, to, dir, "test"); !problem.Is(err, problem.SignIn) {
		t.Errorf("a visitor: %v", err)
	}
}

// TestA28_BackupsHoldNothingInClear looks for a name, a code's hash and the
// beginning of a table in the file.
func TestA28_BackupsHoldNothingInClear(t *testing.T) {
	t.Parallel()
	p, k := migrated(t, 0), key(t)
	p.exec(`INSERT INTO search_terms VALUES ('2026-11-23', 'ความลับ', 1, 0)`)
	b, err := os.ReadFile(p.make(k).File)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"ความลับ", "search_terms", "head.json", "ustar", "\x28\xb5\x2f\xfd"} {
		if bytes.Contains(b, []byte(secret)) {
			t.Errorf("%q stands in the file", secret)
		}
	}
	if !bytes.HasPrefix(b, []byte("age-encryption.org/v1\n")) {
		t.Errorf("the file begins with %.30q", b)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	a, b := key(t), key(t)
	file := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(file, []byte("# ours\n"+b.Recipient().String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if all, err := backup.Recipients([]string{a.Recipient().String(), " " + file, ""}); err != nil || len(all) != 2 {
		t.Errorf("%v, %v", all, err)
	}
	for name, names := range map[string][]string{
		"none": {}, "blank": {" "}, "half a key": {"age1abc"}, "no file": {"/nowhere"}, "secret": {a.String()},
	} {
		if _, err := backup.Recipients(names); err == nil || strings.Contains(err.Error(), a.String()) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var made bytes.Buffer
	if err := backup.WriteKey(&made, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, made.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if all, err := backup.Identities(file); err != nil || len(all) != 1 {
		t.Errorf("%v, %v", all, err)
	}
}
