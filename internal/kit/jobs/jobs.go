// Package jobs queues work that outlives a request: a job is a row that commits
// with the transaction that asks for it (docs/adr/0010-jobs.md).
package jobs

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// Schema is the schema of the database that holds river's tables.
const Schema = "jobs"

// Args are what a job is about. They are stored as JSON; Kind is the job's name.
type Args = river.JobArgs

// inserter only inserts: it has no pool and works no job.
var inserter = sync.OnceValues(func() (*river.Client[pgx.Tx], error) {
	return river.NewClient(riverpgxv5.New(nil), &river.Config{Schema: Schema})
})

// Insert queues a job within tx, to be worked at the moment at; the zero time is
// as soon as tx has committed.
func Insert(ctx context.Context, tx pgx.Tx, args Args, at time.Time) error {
	client, err := inserter()
	if err != nil {
		return fmt.Errorf("queueing jobs: %w", err)
	}
	if _, err := client.InsertTx(ctx, tx, args, &river.InsertOpts{ScheduledAt: at}); err != nil {
		return fmt.Errorf("queueing %s: %w", args.Kind(), err)
	}
	return nil
}
