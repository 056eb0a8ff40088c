package ratelimit_test

import (
	"context"
	"sync/atomic"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/db"
)

// counting counts the questions to the database.
type counting struct {
	db.Bookkeeper
	n atomic.Int64
}

func (c *counting) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	c.n.Add(1)
	return c.Bookkeeper.Query(ctx, sql, args...)
}
