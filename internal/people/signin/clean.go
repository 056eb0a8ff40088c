package signin

import (
	"context"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
)

// cleanAtOnce is how many rows of a table one transaction removes.
const cleanAtOnce = 10_000

// Clean removes sign-ins that nobody finished and logout tokens that are too
// old to be sent again, in several transactions when there is much. It returns
// how many rows went.
func (s *Service) Clean(ctx context.Context, actor authz.Actor) (removed int, err error) {
	if err := actor.Require(authz.KeepHouse); err != nil {
		return 0, err
	}
	for more := true; more && err == nil; {
		n := 0
		n, more, err = s.cleanSome(ctx, actor)
		removed += n
	}
	return removed, err
}

func (s *Service) cleanSome(ctx context.Context, actor authz.Actor) (n int, more bool, err error) {
	err = s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		attempts, err := deleteAttempts(ctx, tx, s.cfg.Now(), cleanAtOnce)
		if err != nil {
			return err
		}
		logouts, err := deleteLogouts(ctx, tx, s.cfg.Now(), cleanAtOnce)
		if err != nil {
			return err
		}
		n, more = attempts+logouts, max(attempts, logouts) == cleanAtOnce
		if n == 0 {
			return audit.ErrUnchanged
		}
		return tx.Record(audit.RowsCleaned, audit.Subject{Key: "signin"},
			audit.Diff{Before: map[string]int{"signin_attempts": attempts, "logout_tokens": logouts}})
	})
	return n, more && err == nil, err
}
