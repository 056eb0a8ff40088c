package trafficlog

import (
	"context"
	"log/slog"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/jobs"
)

// Jobs are the feature's scheduled jobs: the files are the server's own. Public: they
// act for the portal itself.
func (l *Log) Jobs(to *audit.Log, keep time.Duration) []jobs.Job {
	return []jobs.Job{jobs.Local("traffic log retention", "ลบไฟล์ข้อมูลจราจรที่ครบกำหนด", jobs.Daily, func(ctx context.Context, log *slog.Logger) error {
		return l.clean(ctx, to, keep, log)
	})}
}

// clean removes files that are older than keep. That they go is recorded first: a
// file that then stays is found again tomorrow.
func (l *Log) clean(ctx context.Context, to *audit.Log, keep time.Duration, log *slog.Logger) error {
	var names []string
	err := to.Change(ctx, jobs.Actor, func(tx *audit.Tx) (err error) {
		if names, err = l.Expired(keep); err != nil {
			return err
		}
		if len(names) == 0 {
			return audit.ErrUnchanged
		}
		return tx.Record(audit.RowsCleaned, audit.Subject{Key: "trafficlog"}, audit.Diff{Before: map[string]any{"files": names}})
	})
	if err != nil || len(names) == 0 {
		return err
	}
	log.Info("removed", "files", names)
	return l.Remove(names)
}
