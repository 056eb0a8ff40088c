package auditlog_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/problem"
	"portal/internal/ops/auditlog"
	"portal/internal/org/agency"
)

// verify is Verify without an anchor.
func (b *bench) verify(anchor *auditlog.Anchor) (auditlog.Verified, error) {
	b.t.Helper()
	return b.s.Verify(b.t.Context(), system, anchor, func(int64) {})
}

func (b *bench) head() *auditlog.Anchor {
	b.t.Helper()
	a, found, err := b.s.Head(b.t.Context(), system)
	if err != nil || !found {
		b.t.Fatal(found, err)
	}
	return &a
}

// forge does what only a superuser can: sql runs without any trigger.
func (b *bench) forge(sql string) {
	b.t.Helper()
	b.exec(`DO $forge$ BEGIN SET LOCAL session_replication_role = replica; ` + sql + `; END $forge$`)
}

func TestA68_ApplicationCannotChangeTheLog(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.record(admin, agency.ActionChanged, aboutAgency(4), nil)
	for _, sql := range []string{
		`UPDATE audit_entries SET staff_name = 'x'`, `DELETE FROM audit_entries`, `TRUNCATE audit_entries`,
		`UPDATE audit_reach SET agency_id = 3`, `DELETE FROM audit_reach`, `TRUNCATE audit_reach`,
	} {
		if _, err := b.pool.Exec(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if _, err := b.verify(nil); err != nil {
		t.Error(err)
	}
}

// TestA68_VerifyNamesTheEntry lets a superuser change the log of 20 entries
// behind the triggers' back.
func TestA68_VerifyNamesTheEntry(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		sql  string
		want auditlog.ID // the first entry that does not fit
		says string
	}{
		"who":            {`UPDATE audit_entries SET staff_name = 'คนอื่น' WHERE id = 7`, 7, "was changed"},
		"when":           {`UPDATE audit_entries SET at = at + interval '1 microsecond' WHERE id = 7`, 7, "was changed"},
		"from where":     {`UPDATE audit_entries SET address = '' WHERE id = 7`, 7, "was changed"},
		"why":            {`UPDATE audit_entries SET detail = '{}' WHERE id = 7`, 7, "was changed"},
		"whom":           {`UPDATE audit_entries SET agencies = '{3}' WHERE id = 7`, 7, "was changed"},
		"its hash":       {`UPDATE audit_entries SET hash = sha256('x') WHERE id = 7`, 7, "was changed"},
		"computed anew":  {`UPDATE audit_entries e SET staff_name = 'x', hash = sha256((SELECT hash FROM audit_entries WHERE id = 6) || convert_to(audit_canonical(ROW(e.id, e.at, e.staff_id, e.job, e.address, e.action, e.subject, e.detail, 'x', e.subject_name, e.agencies, e.hash, e.search)::audit_entries), 'UTF8')) WHERE id = 7`, 8, "its place in the chain"},
		"the first":      {`UPDATE audit_entries SET subject = 'y' WHERE id = 1`, 1, "was changed"},
		"the last":       {`UPDATE audit_entries SET subject = 'y' WHERE id = 20`, 20, "was changed"},
		"one taken out":  {`DELETE FROM audit_entries WHERE id = 7`, 7, "this entry is missing"},
		"some taken out": {`DELETE FROM audit_entries WHERE id BETWEEN 7 AND 9`, 7, "the entries 7 to 9 are missing"},
		"the beginning":  {`DELETE FROM audit_entries WHERE id < 4`, 1, "the entries 1 to 3 are missing"},
		"one put in":     {`INSERT INTO audit_entries (id, at, action, subject, hash) SELECT 21, now(), 'x', 'y', sha256(hash) FROM audit_entries WHERE id = 20`, 21, "was changed"},
		"one put before": {`INSERT INTO audit_entries (id, at, action, subject, hash) VALUES (0, now(), 'x', 'y', sha256(''))`, 1, "missing"},
		"a swapped pair": {`UPDATE audit_entries SET id = CASE id WHEN 7 THEN -8 ELSE -7 END WHERE id IN (7, 8); UPDATE audit_entries SET id = -id WHERE id < 0`, 7, "was changed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.exec(`INSERT INTO audit_entries (staff_id, address, action, subject, detail, agencies) SELECT 7, '192.0.2.1', 'agency.changed', 'agency/' || n,
				jsonb_build_object('before', n, 'reason', 'เหตุผล'), '{2}' FROM generate_series(1, 20) n`)
			if v, err := b.verify(b.head()); err != nil || v.Count != 20 || v.First != 1 || v.Last != 20 {
				t.Fatalf("before: %+v, %v", v, err)
			}
			b.forge(tt.sql)
			_, err := b.verify(nil)
			var broken *auditlog.Broken
			if !errors.As(err, &broken) || broken.ID != tt.want || !strings.Contains(broken.Error(), tt.says) {
				t.Errorf("%v, want entry %d, %q", err, tt.want, tt.says)
			}
		})
	}
}

func TestA68_AnchorShowsACutEndAndANewChain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for range 9 {
		b.record(admin, agency.ActionChanged, aboutAgency(4), nil)
	}
	anchor := b.head()
	b.record(admin, agency.ActionChanged, aboutAgency(4), nil)
	if _, err := b.verify(anchor); err != nil {
		t.Fatal(err)
	}
	b.forge(`DELETE FROM audit_entries WHERE id > 7; DELETE FROM audit_reach WHERE entry_id > 7`)
	if _, err := b.verify(nil); err != nil {
		t.Fatalf("a cut end shows against an anchor alone, got %v", err)
	}
	var broken *auditlog.Broken
	if _, err := b.verify(anchor); !errors.As(err, &broken) || broken.ID != 8 || !strings.Contains(err.Error(), "the end of the chain was cut off: the entries 8 to 9 are missing") {
		t.Errorf("cut end: %v", err)
	}
	for range 3 { // others in their place
		b.record(officer, agency.ActionChanged, aboutAgency(3), nil)
	}
	if _, err := b.verify(anchor); !errors.As(err, &broken) || broken.ID != 9 || !strings.Contains(err.Error(), "computed anew") {
		t.Errorf("new chain: %v", err)
	}
	if _, err := b.s.Verify(t.Context(), officer, nil, nil); !problem.Is(err, problem.Forbidden) {
		t.Errorf("an officer: %v", err)
	}
}

func TestParseAnchor(t *testing.T) {
	t.Parallel()
	good := auditlog.Anchor{ID: 12, Hash: make([]byte, 32)}
	if a, err := auditlog.ParseAnchor(" " + good.String() + "\n"); err != nil || a.String() != good.String() {
		t.Errorf("%v, %v", a, err)
	}
	for _, bad := range []string{"", "12", "12:", "x:00", "0:" + hex.EncodeToString(good.Hash), "12:00", good.String() + "00"} {
		if _, err := auditlog.ParseAnchor(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// TestChainUnderConcurrency has 8 people change things at once.
func TestChainUnderConcurrency(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	const writers, changes = 8, 50
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range changes {
				err := b.log.Change(t.Context(), admin, func(tx *audit.Tx) error {
					return errors.Join(tx.Record(agency.ActionChanged, aboutAgency(4), nil), tx.Record(agency.ActionMoved, aboutAgency(4), nil))
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	v, err := b.verify(b.head())
	if err != nil || v.Count != 2*writers*changes || v.First != 1 || int64(v.Last) != v.Count {
		t.Errorf("%+v, %v", v, err)
	}
	if n := b.count(`SELECT count(*) FROM audit_entries a JOIN audit_entries b ON b.id = a.id + 1 WHERE b.at < a.at`); n != 0 {
		t.Errorf("%d entries are older than the one before", n)
	}
}

func TestPruneKeepsTheChainVerifiable(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	const old = 12_000
	for range 12 { // each well within the time that a statement has
		b.exec(`INSERT INTO audit_entries (at, action, subject, agencies) SELECT now() - interval '3 years', 'agency.changed', 'agency/4', '{4}' FROM generate_series(1, $1)`, old/12)
	}
	b.exec(`INSERT INTO audit_entries (at, action, subject, agencies) VALUES (now() - interval '1 day', 'agency.changed', 'agency/4', '{4}'),
		(now() - interval '3 years', 'agency.changed', 'agency/4', '{4}')`) // a clock that went astray: it stays, what is before it too
	before := b.head()
	keep := 2 * 365 * 24 * time.Hour
	if _, err := b.s.Prune(t.Context(), system, time.Hour); err == nil {
		t.Error("an hour was taken")
	}
	if _, err := b.s.Prune(t.Context(), admin, keep); !problem.Is(err, problem.Forbidden) {
		t.Errorf("an administrator: %v", err)
	}
	n, err := b.s.Prune(t.Context(), system, keep)
	if err != nil || n != old {
		t.Fatalf("%d removed, %v", n, err)
	}
	if again, err := b.s.Prune(t.Context(), system, keep); err != nil || again != 0 {
		t.Errorf("a second time: %d, %v", again, err)
	}
	for sql, want := range map[string]int{
		`SELECT count(*) FROM audit_entries`:                                                                    4, // two kept, two records
		`SELECT count(*) FROM audit_reach WHERE entry_id <= 12000`:                                              0,
		`SELECT count(*) FROM audit_reach WHERE agency_id = 2 AND entry_id > 12000`:                             2,
		`SELECT (detail->>'through_id')::int FROM audit_entries ORDER BY id DESC LIMIT 1`:                       old,
		`SELECT sum((detail->>'count')::int) FROM audit_entries WHERE action = 'audit.pruned' AND job = 'test'`: old,
	} {
		if got := b.count(sql); got != want {
			t.Errorf("%s: %d, want %d", sql, got, want)
		}
	}
	v, err := b.verify(before)
	if err != nil || v.First != old+1 || v.Count != 4 {
		t.Errorf("%+v, %v", v, err)
	}
	// The beginning is as safe as the rest.
	b.forge(`DELETE FROM audit_entries WHERE id = 12001`)
	var broken *auditlog.Broken
	if _, err := b.verify(nil); !errors.As(err, &broken) || broken.ID != old+1 || !strings.Contains(err.Error(), "this entry is missing") {
		t.Errorf("first entry gone: %v", err)
	}
}

func TestPruneLeavesTheNewest(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(`INSERT INTO audit_entries (at, action, subject) SELECT now() - interval '3 years', 'content.seeded', 'x' FROM generate_series(1, 3)`)
	if n, err := b.s.Prune(t.Context(), system, auditlog.MinimumKeep); err != nil || n != 2 {
		t.Fatalf("%d, %v", n, err)
	}
	if v, err := b.verify(nil); err != nil || v.First != 3 || v.Last != 4 {
		t.Errorf("%+v, %v", v, err)
	}
	// What is older than the last pruning says was put in afterwards.
	b.forge(`INSERT INTO audit_entries (id, at, action, subject, hash) VALUES (2, now(), 'x', 'y', sha256('x'))`)
	var broken *auditlog.Broken
	if _, err := b.verify(nil); !errors.As(err, &broken) || broken.ID != 2 {
		t.Errorf("%v", err)
	}
}

// TestPruneIsOneTransaction breaks the record of the pruning.
func TestPruneIsOneTransaction(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(`INSERT INTO audit_entries (at, action, subject) SELECT now() - interval '3 years', 'content.seeded', 'x' FROM generate_series(1, 3)`)
	b.exec(`CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$;
		CREATE TRIGGER a_broken BEFORE INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION broken()`)
	defer b.exec(`DROP FUNCTION broken CASCADE`)
	if _, err := b.s.Prune(t.Context(), system, auditlog.MinimumKeep); err == nil {
		t.Error("pruned without a record")
	}
	if n := b.count(`SELECT count(*) FROM audit_entries`); n != 3 {
		t.Errorf("%d entries left", n)
	}
}
