package housekeeping

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Locks are where servers agree who does a job: the database they share.
type Locks interface {
	Acquire(ctx context.Context) (*pgxpool.Conn, error)
}

// unlockWithin bounds giving a lock back while the server stops.
const unlockWithin = 2 * time.Second

// alone runs fn unless another server is doing the same at this moment. The
// lock ends with its connection, so that a server that dies holds nothing.
func alone(ctx context.Context, locks Locks, name string, fn func() error) error {
	conn, err := locks.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	name = "housekeeping/" + name
	var got bool
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock(hashtextextended($1, 0))`, name).Scan(&got); err != nil || !got {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), unlockWithin)
		defer cancel()
		if _, err := conn.Exec(ctx, `SELECT pg_advisory_unlock(hashtextextended($1, 0))`, name); err != nil {
			_ = conn.Conn().Close(ctx) // the lock goes with it
		}
	}()
	return fn()
}
