package session

import (
	"context"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
)

// cleanAtOnce is how many rows of a table one transaction removes.
const cleanAtOnce = 10_000

// Clean removes what is of no use any more, in several transactions when there
// is much: sessions that ended long ago and forms nobody came back for. It
// returns how many rows went.
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
		sessions, err := deleteSessions(ctx, tx, s.now().Add(-rowsLast), cleanAtOnce)
		if err != nil {
			return err
		}
		forms, err := deleteForms(ctx, tx, s.now(), cleanAtOnce)
		if err != nil {
			return err
		}
		n, more = sessions+forms, max(sessions, forms) == cleanAtOnce
		if n == 0 {
			return audit.ErrUnchanged
		}
		return tx.Record(audit.RowsCleaned, audit.Subject{Key: "sessions"},
			audit.Diff{Before: map[string]int{"sessions": sessions, "kept_forms": forms}})
	})
	return n, more && err == nil, err
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
