package agency

import (
	"context"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
)

// Clean forgets files that were uploaded and never imported, and returns how
// many they were.
func (s *Service) Clean(ctx context.Context, actor authz.Actor) (removed int, err error) {
	if err := actor.Require(authz.KeepHouse); err != nil {
		return 0, err
	}
	err = s.log.Change(ctx, actor, func(tx *audit.Tx) (err error) {
		if removed, err = deleteExpiredUploads(ctx, tx); err != nil {
			return err
		}
		if removed == 0 {
			return audit.ErrUnchanged
		}
		return tx.Record(audit.RowsCleaned, audit.Subject{Key: "agency_uploads"}, audit.Diff{Before: map[string]int{"agency_uploads": removed}})
	})
	return removed, err
}
