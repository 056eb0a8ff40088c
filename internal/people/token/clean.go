package token

import (
	"context"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
)

// triesLast is how long wrong codes are kept; Tries.Window is all that counts.
const triesLast = 7 * 24 * time.Hour

// CleanTries removes the wrong codes that have long ceased to count, in several
// transactions when they are many. It returns how many went.
func (s *Service) CleanTries(ctx context.Context, actor authz.Actor) (removed int, err error) {
	if err := actor.Require(authz.KeepHouse); err != nil {
		return 0, err
	}
	return s.log.Sweep(ctx, actor, "token_tries",
		audit.Table{Name: "token_tries", Delete: func(ctx context.Context, tx *audit.Tx, limit int) (int, error) {
			return deleteTries(ctx, tx, s.now().Add(-triesLast), limit)
		}})
}
