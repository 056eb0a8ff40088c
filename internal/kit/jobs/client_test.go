package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/jobs"
)

// start runs a client until the test ends, or stop is called; ended is closed then.
func start(t *testing.T, pool *pgxpool.Pool, all ...jobs.Job) (c *jobs.Client, stop func(), ended chan struct{}) {
	t.Helper()
	c, err := jobs.New(pool, slog.New(slog.DiscardHandler), all...)
	if err != nil {
		t.Fatal(err)
	}
	c.StartAgainAfter(50 * time.Millisecond)
	ctx, stop := context.WithCancel(context.Background())
	ended = make(chan struct{})
	go func() { c.Run(ctx); close(ended) }()
	t.Cleanup(func() { stop(); <-ended })
	return c, stop, ended
}

// until waits for the state of the first job.
func until(t *testing.T, c *jobs.Client, what string, good func(jobs.State) bool) {
	t.Helper()
	var last []jobs.State
	var err error
	for tick := time.NewTicker(20 * time.Millisecond); ; <-tick.C {
		c.Forget()
		if last, err = c.States(t.Context()); err == nil && good(last[0]) {
			return
		}
		if t.Context().Err() != nil {
			t.Fatalf("%s: %+v, %v", what, last, err)
		}
	}
}

func enqueue(t *testing.T, pool *pgxpool.Pool, to int) {
	t.Helper()
	err := audit.New(pool).Change(t.Context(), authz.System("test"), func(tx *audit.Tx) error {
		return errors.Join(tx.Enqueue(t.Context(), letter{To: to}, time.Time{}), tx.Record(audit.RowsCleaned, audit.Subject{Key: "x"}, nil))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTwoServersRunAPeriodicJobOnce lets two clients run a job each second: two
// leaders would enqueue two runs a second.
func TestTwoServersRunAPeriodicJobOnce(t *testing.T) {
	t.Parallel()
	pool := testdb.New(t)
	runs := make(chan struct{}, 100)
	tick := jobs.Periodic("a tick", "เดิน", time.Second, func(context.Context, *slog.Logger) error { runs <- struct{}{}; return nil })
	c, _, _ := start(t, pool, tick)
	start(t, pool, tick)
	for range 4 {
		<-runs
	}
	until(t, c, "completed", func(s jobs.State) bool {
		return s.Name == "a tick" && s.Words == "เดิน" && !s.At.IsZero() && !s.Failed && !s.Next.IsZero()
	})
	var close int
	err := pool.QueryRow(t.Context(), `SELECT count(*) FROM (SELECT scheduled_at - lag(scheduled_at) OVER (ORDER BY scheduled_at) AS gap
		FROM jobs.river_job WHERE kind = 'a_tick') AS g WHERE gap < interval '500 ms'`).Scan(&close)
	if err != nil || close != 0 {
		t.Errorf("%d runs stand beside another one, %v", close, err)
	}
}

func TestAFailingJobIsTriedAgainAndShown(t *testing.T) {
	t.Parallel()
	pool := testdb.New(t)
	var runs atomic.Int32
	again := make(chan struct{})
	c, _, _ := start(t, pool, jobs.On("ส่งจดหมาย", func(_ context.Context, l letter) error {
		if runs.Add(1) == 1 {
			panic("dead end")
		}
		<-again
		return nil
	}))
	enqueue(t, pool, 7)
	until(t, c, "failed", func(s jobs.State) bool { return s.Failed && !s.At.IsZero() })
	close(again)
	until(t, c, "done", func(s jobs.State) bool { return !s.Failed && !s.At.IsZero() && s.Waiting == 0 && s.Discarded == 0 })
	if n := runs.Load(); n != 2 {
		t.Errorf("%d runs", n)
	}
}

func TestStopLetsARunningJobEnd(t *testing.T) {
	t.Parallel()
	pool := testdb.New(t)
	at, leave := make(chan struct{}), make(chan struct{})
	_, stop, ended := start(t, pool, jobs.On("ส่งจดหมาย", func(ctx context.Context, _ letter) error {
		close(at)
		<-leave
		return ctx.Err()
	}))
	enqueue(t, pool, 7)
	<-at
	stop()
	select {
	case <-ended:
		t.Error("the client ended before its job")
	default:
	}
	close(leave)
	<-ended
	var state string
	if err := pool.QueryRow(t.Context(), `SELECT state FROM jobs.river_job`).Scan(&state); err != nil || state != "completed" {
		t.Errorf("%s, %v", state, err)
	}
}

// TestAnOutageHeals starts a client without its database, and takes it away later.
func TestAnOutageHeals(t *testing.T) {
	t.Parallel()
	pool := testdb.New(t)
	behind, link := testdb.NewLink(t, pool)
	link.Cut()
	done := make(chan int, 10)
	c, _, _ := start(t, behind, jobs.On("ส่งจดหมาย", func(_ context.Context, l letter) error { done <- l.To; return nil }))
	if _, err := c.States(t.Context()); err == nil {
		t.Error("the database answers")
	}
	enqueue(t, pool, 1)
	for to := range 2 {
		link.Mend()
		if got := <-done; got != to+1 {
			t.Errorf("letter %d", got)
		}
		until(t, c, "done", func(s jobs.State) bool { return s.Waiting == 0 && !s.At.IsZero() })
		link.Cut()
		enqueue(t, pool, to+2)
	}
	link.Mend()
	<-done
}

func TestALocalJobIsShown(t *testing.T) {
	t.Parallel()
	var runs atomic.Int32
	c, _, _ := start(t, testdb.New(t), jobs.Local("files", "ลบไฟล์", time.Millisecond, func(context.Context, *slog.Logger) error {
		if runs.Add(1) == 1 {
			panic("dead end")
		}
		return errors.New("no luck")
	}), jobs.On("ส่งจดหมาย", func(context.Context, letter) error { return nil }))
	until(t, c, "failed", func(s jobs.State) bool { return s.Failed && runs.Load() > 2 })
}
