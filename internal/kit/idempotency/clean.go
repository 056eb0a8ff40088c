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

// Clean forgets forms that were carried out long ago, in several transactions
// when they are many. It returns how many.
func Clean(ctx context.Context, log *audit.Log, actor authz.Actor, now time.Time) (removed int, err error) {
	if err := actor.Require(authz.KeepHouse); err != nil {
		return 0, err
	}
	return log.Sweep(ctx, actor, "form_results",
		audit.Table{Name: "form_results", Delete: func(ctx context.Context, tx *audit.Tx, limit int) (int, error) {
			return deleteOld(ctx, tx, now.Add(-lasts), limit)
		}})
}
