package seeded_test

import (
	"testing"
	"time"

	"portal/internal/dev/testdb"
	"portal/internal/dev/testdb/seeded"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/ops/auditlog"
	"portal/internal/ops/seed"
)

// TestCopiesAreWhatSeedingMakes compares a database that was seeded with a copy,
// and works on the copy: nothing is left to seed, numbers go on, and the chain of
// the audit log is whole.
func TestCopiesAreWhatSeedingMakes(t *testing.T) {
	t.Parallel()
	made, copied := seeded.New(t), seeded.New(t)
	if testdb.Dump(t, made) != testdb.Dump(t, copied) {
		t.Error("the copy differs from what was seeded")
	}
	log, system := audit.New(copied), authz.System("test")
	if n, err := seed.New(copied, log).Content(t.Context(), system); err != nil || n != 0 {
		t.Errorf("seeding the copy added %d items, %v", n, err)
	}
	err := log.Change(t.Context(), system, func(tx *audit.Tx) error {
		return tx.Record(seed.ActionSeeded, audit.Subject{Key: "test"}, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	v, err := auditlog.New(copied, log, time.Now).Verify(t.Context(), system, nil, nil)
	if err != nil || v.Count < 50 || int64(v.Last-v.First) != v.Count-1 {
		t.Errorf("%+v, %v", v, err)
	}
}
