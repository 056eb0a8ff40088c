package audit_test

import (
	"context"
	"errors"
	"testing"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
)

func TestSweepRemovesInPartsAndRecordsEach(t *testing.T) {
	t.Parallel()
	pool := testdb.New(t)
	left := map[string]int{"many": 20_500, "few": 3}
	table := func(name string) audit.Table {
		return audit.Table{Name: name, Delete: func(_ context.Context, _ *audit.Tx, limit int) (int, error) {
			n := min(left[name], limit)
			left[name] -= n
			return n, nil
		}}
	}
	log := audit.New(pool)
	for _, want := range []int{20_503, 0} {
		if n, err := log.Sweep(t.Context(), authz.System("test"), "old", table("many"), table("few")); n != want || err != nil {
			t.Errorf("%d removed, %v; want %d", n, err, want)
		}
	}
	var entries string
	err := pool.QueryRow(t.Context(), `
		SELECT string_agg((detail->'before'->>'many') || '+' || (detail->'before'->>'few'), ' ' ORDER BY id)
		FROM audit_entries WHERE action = $1 AND subject = 'old'`, audit.RowsCleaned).Scan(&entries)
	if err != nil || entries != "10000+3 10000+0 500+0" {
		t.Errorf("%q, %v", entries, err)
	}
}

func TestSweepCountsNothingThatCameBack(t *testing.T) {
	t.Parallel()
	broken, asked := errors.New("broken"), 0
	n, err := audit.New(testdb.New(t)).Sweep(t.Context(), authz.System("test"), "old",
		audit.Table{Name: "many", Delete: func(_ context.Context, _ *audit.Tx, limit int) (int, error) { asked++; return limit, nil }},
		audit.Table{Name: "broken", Delete: func(context.Context, *audit.Tx, int) (int, error) {
			if asked > 1 {
				return 0, broken
			}
			return 0, nil
		}})
	if n != 10_000 || !errors.Is(err, broken) {
		t.Errorf("%d removed, %v", n, err)
	}
}
