package audit_test

import (
	"context"
	"testing"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
)

// BenchmarkChange counts changes, each with one entry, that 16 people make at
// once: in the chain, where they take turns, and without it. The tests' server
// does not wait for its disk; give a real one by PORTAL_TEST_DATABASE_URL.
func BenchmarkChange(b *testing.B) {
	b.Run("chain", change)
	b.Run("without", func(b *testing.B) {
		pool := testdb.New(b)
		unchained := `CREATE SEQUENCE bench_id START 1000000;
			CREATE FUNCTION bench_unchained() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
				NEW.id := nextval('bench_id'); NEW.at := clock_timestamp(); NEW.hash := ''; RETURN NEW; END $$;
			ALTER TABLE audit_entries DISABLE TRIGGER audit_chain;
			CREATE TRIGGER bench_unchained BEFORE INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION bench_unchained()`
		if _, err := pool.Exec(context.Background(), unchained); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() {
			_, err := pool.Exec(context.Background(), `DROP FUNCTION bench_unchained CASCADE; DROP SEQUENCE bench_id;
				ALTER TABLE audit_entries ENABLE TRIGGER audit_chain`)
			if err != nil {
				b.Error(err)
			}
		})
		changeOn(b, audit.New(pool))
	})
}

func change(b *testing.B) { changeOn(b, audit.New(testdb.New(b))) }

func changeOn(b *testing.B, log *audit.Log) {
	actor := authz.Actor{StaffID: 1, Address: "192.0.2.1"}
	b.SetParallelism(8) // times the processors
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			err := log.Change(context.Background(), actor, func(tx *audit.Tx) error {
				if _, err := tx.Exec(context.Background(), `SELECT count(*) FROM staff WHERE id = 1`); err != nil {
					return err
				}
				return tx.Record(actionTested, audit.Subject{Key: "agency/1", Name: "กรม"}, audit.Diff{Before: map[string]string{"name": "ก"}, After: map[string]string{"name": "ข"}, Reason: "เหตุผล"})
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "changes/s")
}
