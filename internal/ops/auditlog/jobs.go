package auditlog

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"portal/internal/kit/jobs"
)

// Jobs are the feature's scheduled jobs. Public: they act for the portal itself.
// Entries are removed that are older than keep.
func (s *Service) Jobs(keep time.Duration) []jobs.Job {
	a := &anchoring{of: s}
	return []jobs.Job{
		jobs.Periodic("audit head", "จดหัวบันทึกการใช้งาน", jobs.Often, a.log),
		jobs.Periodic("audit retention", "ลบบันทึกการใช้งานที่ครบกำหนด", jobs.Daily, func(ctx context.Context, log *slog.Logger) error {
			n, err := s.Prune(ctx, jobs.Actor, keep)
			if n > 0 {
				log.Info("removed", "entries", n)
			}
			return err
		}),
	}
}

// anchoring remembers which head this server logged last.
type anchoring struct {
	of   *Service
	mu   sync.Mutex
	last ID
}

// log puts the head of the audit log's chain into the program's log, where the
// database cannot reach it.
func (a *anchoring) log(ctx context.Context, log *slog.Logger) error {
	head, found, err := a.of.Head(ctx, jobs.Actor)
	if err != nil || !found {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if head.ID != a.last {
		a.last = head.ID
		log.Info("audit head", "id", head.ID, "hash", fmt.Sprintf("%x", head.Hash), "anchor", head.String())
	}
	return nil
}
