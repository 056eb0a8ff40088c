package token

import (
	"context"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
)

// triesLast is how long wrong codes are kept; Tries.Window is all that counts.
const triesLast = 7 * 24 * time.Hour

// cleanAtOnce is how many rows one transaction removes.
const cleanAtOnce = 10_000

// CleanTries removes the wrong codes that have long ceased to count, in several
// transactions when they are many. It returns how many went.
func (s *Service) CleanTries(ctx context.Context, actor authz.Actor) (removed int, err error) {
	if err := actor.Require(authz.KeepHouse); err != nil {
		return 0, err
	}
	for more := true; more && err == nil; {
		n := 0
		err = s.log.Change(ctx, actor, func(tx *audit.Tx) error {
			if n, err = deleteTries(ctx, tx, s.now().Add(-triesLast), cleanAtOnce); err != nil {
				return err
			}
			if n == 0 {
				return audit.ErrUnchanged
			}
			return tx.Record(audit.RowsCleaned, audit.Subject{Key: "token_tries"}, audit.Diff{Before: map[string]int{"token_tries": n}})
		})
		if err == nil {
			removed += n
		}
		more = n == cleanAtOnce
	}
	return removed, err
}
