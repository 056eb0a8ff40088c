package signin

import (
	"context"
	"testing"

	"portal/internal/kit/problem"
)

// TestA67_SignInIsRecordedOnceInItsTransaction compares the transactions that
// wrote the session and the entry.
func TestA67_SignInIsRecordedOnceInItsTransaction(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	if _, err := b.finish(b.begin()); err != nil {
		t.Fatal(err)
	}
	if n := b.count(`SELECT count(*) FROM audit_entries`); n != 1 {
		t.Errorf("%d entries", n)
	}
	if n := b.count(`SELECT count(*) FROM audit_entries e JOIN staff_sessions s ON s.xmin = e.xmin JOIN staff p ON p.id = s.staff_id
		WHERE e.action = 'staff.signed_in' AND e.staff_id = s.staff_id AND e.subject = 'staff/' || p.id AND e.staff_name = p.name AND e.address = '192.0.2.7'`); n != 1 {
		t.Errorf("%d entries of the session's own transaction", n)
	}
}

func TestA67_RefusedSignInIsRecordedOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	if _, err := b.finish("no such state"); !problem.Is(err, problem.BadInput) {
		t.Fatal(err)
	}
	if n := b.count(`SELECT count(*) FROM audit_entries WHERE action = 'signin.refused' AND address = '192.0.2.7' AND detail->>'reason' = 'state fits no attempt'`); n != 1 {
		t.Errorf("%d entries", n)
	}
	if n := b.count(`SELECT count(*) FROM audit_entries`); n != 1 {
		t.Errorf("%d entries in all", n)
	}
}

func TestA67_NobodySignsInWithoutAnEntry(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	state := b.begin()
	_, err := b.pool.Exec(t.Context(), `CREATE FUNCTION audit_broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$;
		CREATE TRIGGER zz_broken BEFORE INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_broken()`)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := b.pool.Exec(context.Background(), `DROP FUNCTION audit_broken CASCADE`); err != nil {
			t.Error(err)
		}
	})
	if _, err := b.finish(state); err == nil {
		t.Error("signed in")
	}
	if n := b.count(`SELECT (SELECT count(*) FROM staff) + (SELECT count(*) FROM staff_sessions)`); n != 0 {
		t.Errorf("%d rows were written", n)
	}
}
