package idempotency

import (
	"context"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
)

// lasts is how long a form that was carried out is remembered: far longer than
// any session in which it could be sent again.
const lasts = 7 * 24 * time.Hour

// cleanAtOnce is how many rows one transaction removes.
const cleanAtOnce = 10_000

// Clean forgets forms that were carried out long ago, in several transactions
// when they are many. It returns how many.
func Clean(ctx context.Context, log *audit.Log, actor authz.Actor, now time.Time) (removed int, err error) {
	if err := actor.Require(authz.KeepHouse); err != nil {
		return 0, err
	}
	for more := true; more && err == nil; {
		n := 0
		err = log.Change(ctx, actor, func(tx *audit.Tx) error {
			if n, err = deleteOld(ctx, tx, now.Add(-lasts), cleanAtOnce); err != nil {
				return err
			}
			if n == 0 {
				return audit.ErrUnchanged
			}
			return tx.Record(audit.RowsCleaned, audit.Subject{Key: "form_results"}, audit.Diff{Before: map[string]int{"form_results": n}})
		})
		if err == nil {
			removed += n
		}
		more = n == cleanAtOnce
	}
	return removed, err
}
