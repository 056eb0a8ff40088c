package seed

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
)

// errAlready ends a transaction that found the item there.
var errAlready = errors.New("seed: there already")

// plantOne claims the item's key and adds it, in one transaction.
func (s *Service) plantOne(ctx context.Context, actor authz.Actor, it item) (fresh bool, err error) {
	err = s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		tag, err := tx.Exec(ctx, `INSERT INTO seeded (key) VALUES ($1) ON CONFLICT DO NOTHING`, it.key)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return errAlready
		}
		if err := it.add(ctx, tx); err != nil {
			return err
		}
		return tx.Record(it.action, audit.Subject{Key: it.key}, nil)
	})
	if errors.Is(err, errAlready) {
		return false, nil
	}
	return err == nil, err
}

// selectSeeded reads the keys that were planted before.
func selectSeeded(ctx context.Context, r db.Reader) (map[string]bool, error) {
	rows, err := r.Query(ctx, `SELECT key FROM seeded`)
	if err != nil {
		return nil, err
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
	done := make(map[string]bool, len(keys))
	for _, k := range keys {
		done[k] = true
	}
	return done, err
}
