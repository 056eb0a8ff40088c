package jobs

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"portal/internal/kit/authz"
)

// How often scheduled jobs run.
const (
	Often = time.Minute
	Daily = 24 * time.Hour
)

// Actor is who cleans up: the sweeps of all features.
var Actor = authz.System("housekeeping")

// Work does what a scheduled job is for. It stops when ctx ends.
type Work func(ctx context.Context, log *slog.Logger) error

// Job is a kind of work, registered by a feature.
type Job struct {
	name, words string
	every       time.Duration // 0: when a transaction asks for it
	local       bool
	work        Work // of scheduled jobs
	add         func(*river.Workers, *slog.Logger)
}

// Name is the job's name in the log and in the metrics.
func (j Job) Name() string { return j.name }

// Do runs a scheduled job here and now.
func (j Job) Do(ctx context.Context, log *slog.Logger) error {
	return j.work(ctx, log.With("job", j.name))
}

// kind is the job's name as river takes it.
func kind(name string) string { return strings.ReplaceAll(name, " ", "_") }

// Periodic is a job that one of all servers does now and then. name is for the
// log and the metrics, words are for สถานะระบบ.
func Periodic(name, words string, every time.Duration, work Work) Job {
	j := Job{name: name, words: words, every: every, work: work}
	j.add = func(to *river.Workers, log *slog.Logger) {
		river.AddWorkerArgs(to, periodic{kind(name)}, &worker[periodic]{longest: every, limit: min(max(every, shortRun), longRun),
			work: func(ctx context.Context, _ periodic) error { return j.Do(ctx, log) }})
	}
	return j
}

// Local is a job that each server does for itself, now and then: what it works
// on is the server's own.
func Local(name, words string, every time.Duration, work Work) Job {
	return Job{name: name, words: words, every: every, work: work, local: true}
}

// On is the job that works what transactions enqueue as A. Its name is A's Kind.
func On[A Args](words string, work func(context.Context, A) error) Job {
	var args A
	return Job{name: args.Kind(), words: words, add: func(to *river.Workers, _ *slog.Logger) {
		river.AddWorker(to, &worker[A]{longest: longestRetry, limit: shortRun, work: work})
	}}
}

// Sweep is the work of a use case that removes rows and returns how many.
func Sweep(clean func(context.Context, authz.Actor) (int, error)) Work {
	return func(ctx context.Context, log *slog.Logger) error {
		n, err := clean(ctx, Actor)
		if n > 0 {
			log.Info("removed", "rows", n)
		}
		return err
	}
}

// How long a job may run, and how long it waits at most before it is tried again.
const (
	shortRun     = time.Minute
	longRun      = 30 * time.Minute
	longestRetry = time.Hour
)

// periodic are the arguments of a periodic job: none.
type periodic struct{ kind string }

func (p periodic) Kind() string { return p.kind }

// worker works the jobs of one kind.
type worker[A Args] struct {
	river.WorkerDefaults[A]
	longest, limit time.Duration
	work           func(context.Context, A) error
}

func (w *worker[A]) Work(ctx context.Context, job *river.Job[A]) error { return w.work(ctx, job.Args) }

func (w *worker[A]) Timeout(*river.Job[A]) time.Duration { return w.limit }

// NextRetry waits 1, 16, 81, 256 seconds and so on, as river does, but no longer
// than the job's own interval.
func (w *worker[A]) NextRetry(job *river.Job[A]) time.Time {
	n := time.Duration(max(len(job.Errors), 0) + 1)
	return time.Now().Add(min(n*n*n*n*time.Second, w.longest))
}

// attempts is how often one run of a periodic job is tried; the next run follows
// at its own time.
const attempts = 5

// unfinished are the states in which a run of a periodic job stands for the next
// one too: none is added to it. A completed run is not among them.
var unfinished = []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
	rivertype.JobStateRetryable, rivertype.JobStateScheduled}

// scheduled is what the leader enqueues.
func (j Job) scheduled() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(j.every), func() (river.JobArgs, *river.InsertOpts) {
		return periodic{kind(j.name)}, &river.InsertOpts{MaxAttempts: attempts, UniqueOpts: river.UniqueOpts{ByState: unfinished}}
	}, &river.PeriodicJobOpts{RunOnStart: true})
}
