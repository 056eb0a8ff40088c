package token

import (
	"context"
	"log/slog"

	"portal/internal/kit/jobs"
)

// Jobs are the feature's scheduled jobs. Public: they act for the portal itself.
func (s *Service) Jobs() []jobs.Job {
	return []jobs.Job{ // #nosec G101 -- words on screens
		jobs.Periodic("expired codes", "ลบรหัส Token ที่หมดอายุ", jobs.Daily, func(ctx context.Context, _ *slog.Logger) error {
			_, err := s.EraseExpired(ctx, jobs.Actor)
			return err
		}),
		jobs.Periodic("token tries", "ล้างจำนวนครั้งที่ลองรหัส", jobs.Daily, jobs.Sweep(s.CleanTries)),
	}
}
