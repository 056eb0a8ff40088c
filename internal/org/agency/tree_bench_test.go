package agency

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/testdb"
)

// The tree that the portal is built for, with one large department.
const (
	benchMinistries  = 20
	benchDepartments = 320
	benchDivisions   = 4 // of each department
	benchPoints      = 60_000
	benchLarge       = 2_000 // points of the large department
)

// BenchmarkTree asks three ways of keeping a tree the same questions and prints
// the medians (docs/adr/0003). Run it with -benchtime=1x.
func BenchmarkTree(b *testing.B) {
	ctx := context.Background()
	pool := testdb.New(b)
	conn, err := pool.Acquire(ctx)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Release()
	exec := func(sql string) {
		b.Helper()
		if _, err := conn.Exec(ctx, sql); err != nil {
			b.Fatalf("%s: %v", sql, err)
		}
	}
	exec(`SET statement_timeout = 0; CREATE SCHEMA tree_bench; SET search_path = tree_bench, public; CREATE EXTENSION ltree SCHEMA tree_bench`)
	b.Cleanup(func() { _, _ = pool.Exec(ctx, `DROP SCHEMA tree_bench CASCADE`) })
	exec(fmt.Sprintf(benchTree, benchMinistries, benchDepartments, benchDivisions, benchPoints, benchLarge))
	for _, sql := range []string{benchClosure, benchLtree, benchRecursive, `VACUUM ANALYZE`} {
		for _, one := range strings.Split(sql, ";\n") {
			exec(one)
		}
	}
	benchAgree(b, conn)
	for b.Loop() {
		for _, q := range benchQuestions {
			var medians [3]time.Duration
			for variant, sql := range q.sql {
				medians[variant] = benchMedian(b, conn, sql, q.changes)
			}
			fmt.Printf("%-44s closure %8.3f ms   ltree %8.3f ms (×%.1f)   recursive %8.3f ms (×%.1f)\n", q.name,
				ms(medians[0]), ms(medians[1]), float64(medians[1])/float64(medians[0]), ms(medians[2]), float64(medians[2])/float64(medians[0]))
		}
		var sizes [3]int
		err := conn.QueryRow(ctx, `SELECT pg_total_relation_size('closure_paths') / 1024, (pg_relation_size('ltree_path') + pg_relation_size('ltree_order')) / 1024,
			pg_relation_size('recursive_parent') / 1024`).Scan(&sizes[0], &sizes[1], &sizes[2])
		if err != nil {
			b.Fatal(err)
		}
		fmt.Printf("%-44s closure %8d kB   ltree %8d kB          recursive %8d kB\n", "what it needs beside the rows", sizes[0], sizes[1], sizes[2])
	}
}

// benchAgree checks that the three ways give one answer.
func benchAgree(b *testing.B, conn *pgxpool.Conn) {
	b.Helper()
	for _, id := range []int{benchSmall, benchDept, benchMinistry} {
		var counts [3]int
		for i, sql := range under(id) {
			if err := conn.QueryRow(context.Background(), sql).Scan(&counts[i]); err != nil {
				b.Fatal(err)
			}
		}
		if counts[0] != counts[1] || counts[1] != counts[2] || counts[0] < 100 {
			b.Fatalf("units under %d: %v", id, counts)
		}
		fmt.Printf("units under %d: %d\n", id, counts[0])
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// benchMedian runs a statement many times, the changing ones in transactions
// that are rolled back.
func benchMedian(b *testing.B, conn *pgxpool.Conn, sql string, changes bool) time.Duration {
	b.Helper()
	ctx := context.Background()
	runs := 201
	if changes {
		runs = 21
	}
	var took []time.Duration
	for range runs {
		tx, err := conn.Begin(ctx)
		if err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		for _, one := range strings.Split(sql, ";\n") {
			if _, err := tx.Exec(ctx, one); err != nil {
				b.Fatalf("%s: %v", one, err)
			}
		}
		took = append(took, time.Since(start))
		if err := tx.Rollback(ctx); err != nil {
			b.Fatal(err)
		}
	}
	slices.Sort(took)
	return took[len(took)/2]
}

// benchTree makes the table that the variants start from: ministries, then
// departments, divisions and points, numbered in this order.
const benchTree = `
	CREATE TABLE tree AS
	WITH n AS (SELECT %[1]d AS m, %[2]d AS d, %[3]d AS v, %[4]d AS p, %[5]d AS large)
	SELECT i AS id, NULL::int AS parent, 'กระทรวง ' || i AS name FROM n, generate_series(1, m) i
	UNION ALL SELECT m + i, 1 + i %% m, 'กรม ' || md5(i::text) FROM n, generate_series(1, d) i
	UNION ALL SELECT m + d + i, m + 1 + (i - 1) / v, 'กอง ' || md5(i::text) FROM n, generate_series(1, d * v) i
	UNION ALL SELECT m + d + d * v + i, CASE WHEN i <= large THEN m + d + 1 + i %% v ELSE m + d + v + 1 + i %% ((d - 1) * v) END,
		'จุดบริการ ' || md5(i::text) FROM n, generate_series(1, p) i;
	ALTER TABLE tree ADD PRIMARY KEY (id)`

const benchClosure = `CREATE TABLE closure_rows (id int PRIMARY KEY, parent int, name text COLLATE "th-x-icu");
INSERT INTO closure_rows SELECT * FROM tree;
CREATE INDEX ON closure_rows (name, id);
CREATE TABLE closure_paths (agency_id bigint, ancestor_id bigint, depth int, PRIMARY KEY (agency_id, ancestor_id));
INSERT INTO closure_paths WITH RECURSIVE up AS (SELECT id, id AS above, 0 AS depth FROM tree
	UNION ALL SELECT up.id, t.parent, up.depth + 1 FROM up JOIN tree t ON t.id = up.above WHERE t.parent IS NOT NULL) SELECT * FROM up;
CREATE INDEX closure_down ON closure_paths (ancestor_id, agency_id)`

const benchLtree = `CREATE TABLE ltree_rows (id int PRIMARY KEY, parent int, name text COLLATE "th-x-icu", path ltree);
INSERT INTO ltree_rows WITH RECURSIVE down AS (SELECT *, id::text::ltree AS path FROM tree WHERE parent IS NULL
	UNION ALL SELECT t.*, down.path || t.id::text FROM down JOIN tree t ON t.parent = down.id) SELECT * FROM down;
CREATE INDEX ON ltree_rows (name, id);
CREATE INDEX ltree_path ON ltree_rows USING gist (path);
CREATE INDEX ltree_order ON ltree_rows (path)`

const benchRecursive = `CREATE TABLE recursive_rows (id int PRIMARY KEY, parent int, name text COLLATE "th-x-icu");
INSERT INTO recursive_rows SELECT * FROM tree;
CREATE INDEX ON recursive_rows (name, id);
CREATE INDEX recursive_parent ON recursive_rows (parent)`

// benchDown begins a query with the units under one.
const benchDown = `WITH RECURSIVE down AS (SELECT id FROM recursive_rows WHERE id = %d
	UNION ALL SELECT r.id FROM down JOIN recursive_rows r ON r.parent = down.id) `

func under(id int) [3]string {
	return [3]string{
		fmt.Sprintf(`SELECT count(*) FROM closure_paths WHERE ancestor_id = %d`, id),
		fmt.Sprintf(`SELECT count(*) FROM ltree_rows WHERE path <@ (SELECT path FROM ltree_rows WHERE id = %d)`, id),
		fmt.Sprintf(benchDown+`SELECT count(*) FROM down`, id),
	}
}

func firstPage(id int) [3]string {
	return [3]string{
		fmt.Sprintf(`SELECT id FROM closure_rows a WHERE EXISTS (SELECT FROM closure_paths p WHERE p.agency_id = a.id AND p.ancestor_id = %d) ORDER BY name, id LIMIT 31`, id),
		fmt.Sprintf(`SELECT id FROM ltree_rows a WHERE path <@ (SELECT path FROM ltree_rows WHERE id = %d) ORDER BY name, id LIMIT 31`, id),
		fmt.Sprintf(benchDown+`SELECT id FROM recursive_rows a WHERE id IN (SELECT id FROM down) ORDER BY name, id LIMIT 31`, id),
	}
}

const (
	benchMinistry = 2                    // has the large department
	benchDept     = benchMinistries + 1  // the large one
	benchSmall    = benchMinistries + 17 // one of many
	benchPoint    = benchPoints + 321    // under another department
	benchOther    = 9                    // a ministry to move to
)

// benchQuestions are asked of the closure, of ltree and of the recursive query.
var benchQuestions = []struct {
	name    string
	sql     [3]string
	changes bool
}{
	{"all units under a department of 190", under(benchSmall), false},
	{"all units under a department of 2,000", under(benchDept), false},
	{"all units under a ministry of 4,800", under(benchMinistry), false},
	{"30 by name under a department of 190", firstPage(benchSmall), false},
	{"30 by name under a ministry of 4,800", firstPage(benchMinistry), false},
	{"is this one under mine", [3]string{
		fmt.Sprintf(`SELECT EXISTS (SELECT FROM closure_paths WHERE agency_id = %d AND ancestor_id = %d)`, benchPoint, benchDept),
		fmt.Sprintf(`SELECT EXISTS (SELECT FROM ltree_rows a, ltree_rows m WHERE a.id = %d AND m.id = %d AND a.path <@ m.path)`, benchPoint, benchDept),
		fmt.Sprintf(`WITH RECURSIVE up AS (SELECT id, parent FROM recursive_rows WHERE id = %d
			UNION ALL SELECT r.id, r.parent FROM up JOIN recursive_rows r ON r.id = up.parent) SELECT EXISTS (SELECT FROM up WHERE id = %d)`, benchPoint, benchDept),
	}, false},
	{"move a department with 2,000 points", [3]string{
		fmt.Sprintf(`DELETE FROM closure_paths p USING closure_paths sub, closure_paths above
			WHERE sub.ancestor_id = %[1]d AND above.agency_id = %[1]d AND above.depth > 0 AND p.agency_id = sub.agency_id AND p.ancestor_id = above.ancestor_id;
INSERT INTO closure_paths SELECT sub.agency_id, above.ancestor_id, sub.depth + above.depth + 1 FROM closure_paths sub, closure_paths above
			WHERE sub.ancestor_id = %[1]d AND above.agency_id = %[2]d;
UPDATE closure_rows SET parent = %[2]d WHERE id = %[1]d`, benchDept, benchOther),
		fmt.Sprintf(`UPDATE ltree_rows SET path = (SELECT path FROM ltree_rows WHERE id = %[2]d) || subpath(path, (SELECT nlevel(path) - 1 FROM ltree_rows WHERE id = %[1]d))
			WHERE path <@ (SELECT path FROM ltree_rows WHERE id = %[1]d);
UPDATE ltree_rows SET parent = %[2]d WHERE id = %[1]d`, benchDept, benchOther),
		fmt.Sprintf(`UPDATE recursive_rows SET parent = %[2]d WHERE id = %[1]d`, benchDept, benchOther),
	}, true},
}
