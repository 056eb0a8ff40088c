package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
)

// Limits of the client of one server.
const (
	conns        = 4 // of its own: jobs that wait take none from requests
	atOnce       = 4
	retryStart   = 5 * time.Second
	stopWithin   = 10 * time.Second // for jobs that run when the server stops
	cancelWithin = 2 * time.Second  // for jobs that were cancelled then
	rescueAfter  = 2 * time.Minute  // of the longest run of its kind, whose server has died
	remember     = 50 * time.Hour   // two runs of a daily job
	firstLocal   = 30 * time.Second
)

// Client works the jobs on one server.
type Client struct {
	jobs  []Job
	pool  *pgxpool.Pool
	river *river.Client[pgx.Tx]
	log   *slog.Logger

	startAgain time.Duration // after the database was away

	mu    sync.Mutex // guards what follows
	local map[string]State
	asked time.Time
	last  []State
}

// New returns the client that works all jobs. It opens a small pool of its own to
// the database of like, without waiting for it; Run closes it.
func New(like *pgxpool.Pool, log *slog.Logger, all ...Job) (*Client, error) {
	cfg := like.Config()
	cfg.MaxConns, cfg.MinConns = conns, 0
	pool, err := pgxpool.NewWithConfig(context.Background(), cfg)
	if err != nil {
		return nil, fmt.Errorf("working jobs: %w", err)
	}
	c := &Client{jobs: all, pool: pool, log: log, startAgain: retryStart, local: map[string]State{}}
	workers := river.NewWorkers()
	var scheduled []*river.PeriodicJob
	for _, j := range all {
		if j.add != nil {
			j.add(workers, log)
		}
		if j.every > 0 && !j.local {
			scheduled = append(scheduled, j.scheduled())
		}
	}
	c.river, err = river.NewClient(riverpgxv5.New(pool), &river.Config{
		Schema: Schema, Workers: workers, PeriodicJobs: scheduled, Logger: slog.New(quiet{log.Handler()}), ErrorHandler: failures{log},
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: atOnce}}, PollOnly: true,
		FetchOnlyKnownKinds: true, // a release that runs beside may bring others
		JobTimeout:          shortRun, RescueStuckJobsAfter: rescueAfter, SoftStopTimeout: stopWithin, CompletedJobRetentionPeriod: remember,
	})
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("working jobs: %w", err)
	}
	return c, nil
}

// Run works jobs until ctx ends, and those that run at that moment to their end
// if they do not last. A database that is away is waited for.
func (c *Client) Run(ctx context.Context) {
	defer c.pool.Close()
	var work sync.WaitGroup
	for _, j := range c.jobs {
		if j.local {
			work.Go(func() { c.repeat(ctx, j) })
		}
	}
	defer work.Wait()
	for ctx.Err() == nil {
		err := c.river.Start(ctx)
		if err == nil {
			c.drain(ctx)
			return
		}
		c.log.Warn("jobs wait for the database", "err", err)
		pause(ctx, c.startAgain)
	}
}

// drain waits until what runs has ended. What does not end is left: the next
// server to look for it tries it again.
func (c *Client) drain(ctx context.Context) {
	<-ctx.Done()
	select {
	case <-c.river.Stopped():
	case <-time.After(stopWithin + cancelWithin):
		c.log.Warn("jobs have not ended in time")
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// repeat does a job of this server alone.
func (c *Client) repeat(ctx context.Context, j Job) {
	for pause(ctx, min(j.every, firstLocal)); ctx.Err() == nil; pause(ctx, j.every) {
		err := c.do(ctx, j)
		if err != nil && ctx.Err() == nil {
			c.log.Error(failed, "job", j.name, "err", err)
		}
		c.mu.Lock()
		c.local[j.name] = State{At: time.Now(), Failed: err != nil, Next: time.Now().Add(j.every)}
		c.mu.Unlock()
	}
}

func (c *Client) do(ctx context.Context, j Job) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	return j.Do(ctx, c.log)
}

// failed is what the log says of a job that failed.
const failed = "job failed"

// failures logs each attempt that failed.
type failures struct{ log *slog.Logger }

func (f failures) HandleError(_ context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	if !errors.Is(err, context.Canceled) {
		f.log.Error(failed, "job", job.Kind, "id", job.ID, "attempt", job.Attempt, "of", job.MaxAttempts, "err", err)
	}
	return nil
}

func (f failures) HandlePanic(_ context.Context, job *rivertype.JobRow, v any, trace string) *river.ErrorHandlerResult {
	f.log.Error(failed, "job", job.Kind, "id", job.ID, "attempt", job.Attempt, "of", job.MaxAttempts, "err", fmt.Sprintf("panic: %v\n%s", v, trace))
	return nil
}

// quiet passes river's own warnings and errors alone.
type quiet struct{ slog.Handler }

func (q quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && q.Handler.Enabled(ctx, l)
}
