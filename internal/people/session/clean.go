package session

import (
	"context"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
)

// Clean removes what is of no use any more, in several transactions when there
// is much: sessions that ended long ago and forms nobody came back for. It
// returns how many rows went.
func (s *Service) Clean(ctx context.Context, actor authz.Actor) (removed int, err error) {
	if err := actor.Require(authz.KeepHouse); err != nil {
		return 0, err
	}
	return s.log.Sweep(ctx, actor, "sessions",
		audit.Table{Name: "sessions", Delete: func(ctx context.Context, tx *audit.Tx, limit int) (int, error) {
			return deleteSessions(ctx, tx, s.now().Add(-rowsLast), limit)
		}},
		audit.Table{Name: "kept_forms", Delete: func(ctx context.Context, tx *audit.Tx, limit int) (int, error) {
			return deleteForms(ctx, tx, s.now(), limit)
		}})
}

// EndAll ends every session of everybody, as after a theft of cookies. It
// returns how many it ended.
func (s *Service) EndAll(ctx context.Context, actor authz.Actor) (ended int, err error) {
	if err := actor.Require(authz.KeepHouse); err != nil {
		return 0, err
	}
	err = s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		if ended, err = endAll(ctx, tx, s.now()); err != nil {
			return err
		}
		if ended == 0 {
			return audit.ErrUnchanged
		}
		return tx.Record(audit.SessionsEnded, audit.Subject{Key: "sessions"}, audit.Diff{Before: map[string]int{"sessions": ended}})
	})
	return ended, err
}
