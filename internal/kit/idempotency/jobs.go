package idempotency

import (
	"context"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/jobs"
)

// Jobs are the feature's scheduled jobs. Public: they act for the portal itself.
func Jobs(log *audit.Log, now func() time.Time) []jobs.Job {
	return []jobs.Job{jobs.Periodic("form results", "ล้างผลของแบบฟอร์มเก่า", jobs.Daily,
		jobs.Sweep(func(ctx context.Context, actor authz.Actor) (int, error) { return Clean(ctx, log, actor, now()) }))}
}
