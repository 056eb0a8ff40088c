package audit

import (
	"context"

	"portal/internal/kit/authz"
)

// sweepAtOnce is how many rows of a table one transaction of Sweep removes.
const sweepAtOnce = 10_000

// Table is one whose rows are of no use any more after a while.
type Table struct {
	Name string
	// Delete removes up to limit such rows and returns how many it removed.
	Delete func(ctx context.Context, tx *Tx, limit int) (int, error)
}

// Sweep removes such rows from tables, in several transactions when there are
// many, each of which records how many rows of each table went. It returns how
// many went in all.
func (l *Log) Sweep(ctx context.Context, actor authz.Actor, subject string, tables ...Table) (removed int, err error) {
	for more := true; more; {
		n := 0
		n, more, err = l.sweepSome(ctx, actor, subject, tables)
		if err != nil {
			return removed, err
		}
		removed += n
	}
	return removed, nil
}

// sweepSome is one transaction of Sweep. more says that a table may have further rows.
func (l *Log) sweepSome(ctx context.Context, actor authz.Actor, subject string, tables []Table) (removed int, more bool, err error) {
	err = l.Change(ctx, actor, func(tx *Tx) error {
		counts := map[string]int{}
		for _, t := range tables {
			n, err := t.Delete(ctx, tx, sweepAtOnce)
			if err != nil {
				return err
			}
			counts[t.Name], removed, more = n, removed+n, more || n == sweepAtOnce
		}
		if removed == 0 {
			return ErrUnchanged
		}
		return tx.Record(RowsCleaned, Subject{Key: subject}, Diff{Before: counts})
	})
	return removed, more, err
}
