package backup_test

import "testing"

// TestOldJobsDoNotRunAfterRestoring queues a job in the database into which a
// backup is restored, and one in the database of the backup.
func TestOldJobsDoNotRunAfterRestoring(t *testing.T) {
	t.Parallel()
	const queue = `INSERT INTO jobs.river_job (kind, args) VALUES ('letter', '{}') RETURNING id`
	newest := migrated(t, 33)
	from, _, _ := lively(t)
	one[int64](from, queue)
	one[int64](newest, queue)
	k := key(t)
	m := from.make(k)
	if err := newest.restore(m.File, k); err != nil {
		t.Fatal(err)
	}
	if n := one[int](newest, `SELECT count(*)::int FROM jobs.river_job`); n != 0 {
		t.Errorf("%d jobs", n)
	}
}
