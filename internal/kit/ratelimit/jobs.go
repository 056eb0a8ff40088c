package ratelimit

import (
	"context"
	"log/slog"

	"portal/internal/kit/jobs"
)

// Jobs are the feature's scheduled jobs. Public: they act for the portal itself.
// They write no line of the log: limits end in thousands.
func (s *Service) Jobs() []jobs.Job {
	return []jobs.Job{jobs.Periodic("rate limits", "ล้างตัวนับจำนวนคำขอ", jobs.Often, func(ctx context.Context, _ *slog.Logger) error {
		_, err := s.Clean(ctx)
		return err
	})}
}
