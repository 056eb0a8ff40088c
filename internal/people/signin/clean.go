package signin

import (
	"context"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
)

// Clean removes sign-ins that nobody finished and logout tokens that are too
// old to be sent again, in several transactions when there is much. It returns
// how many rows went.
func (s *Service) Clean(ctx context.Context, actor authz.Actor) (removed int, err error) {
	if err := actor.Require(authz.KeepHouse); err != nil {
		return 0, err
	}
	return s.log.Sweep(ctx, actor, "signin",
		audit.Table{Name: "signin_attempts", Delete: func(ctx context.Context, tx *audit.Tx, limit int) (int, error) {
			return deleteAttempts(ctx, tx, s.cfg.Now(), limit)
		}},
		audit.Table{Name: "logout_tokens", Delete: func(ctx context.Context, tx *audit.Tx, limit int) (int, error) {
			return deleteLogouts(ctx, tx, s.cfg.Now(), limit)
		}})
}
