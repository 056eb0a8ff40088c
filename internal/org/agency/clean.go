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
	return s.log.Sweep(ctx, actor, "agency_uploads",
		audit.Table{Name: "agency_uploads", Delete: func(ctx context.Context, tx *audit.Tx, _ int) (int, error) {
			return deleteExpiredUploads(ctx, tx) // few: all at once
		}})
}
