// Package housekeeping does what nobody asks for: it keeps the audit log's head
// outside of the database, removes what has been kept long enough, and clears
// away what is of no use any more. Its jobs are use cases of the features; each
// runs on one server at a time.
package housekeeping

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/idempotency"
	"portal/internal/kit/ratelimit"
	"portal/internal/ops/auditlog"
	"portal/internal/ops/trafficlog"
	"portal/internal/org/agency"
	"portal/internal/people/session"
	"portal/internal/people/signin"
	"portal/internal/people/token"
)

// Keep is how long what is written is kept.
type Keep struct {
	Audit   time.Duration
	Traffic time.Duration
}

// Parts are what the jobs work on.
type Parts struct {
	Log      *audit.Log
	Audit    *auditlog.Service
	Agencies *agency.Service
	Limits   *ratelimit.Service
	Sessions *session.Service
	SignIn   *signin.Service
	Tokens   *token.Service
	Traffic  *trafficlog.Log // nil: the traffic log is somebody else's business
}

// job is one thing to do now and then.
type job struct {
	name  string
	every time.Duration
	// lock is what servers agree by that one of them does the job.
	lock string
	do   func(ctx context.Context, log *slog.Logger) error
	next time.Time
	last Ran
}

// Service runs the jobs.
type Service struct {
	locks Locks
	parts Parts
	keep  Keep
	now   func() time.Time
	tick  time.Duration
	head  auditlog.Anchor // the last that was logged
	jobs  []*job
	ran   sync.Mutex // guards what the jobs say of their last runs
}

// How often jobs run.
const (
	often = time.Minute
	daily = 24 * time.Hour
)

// firstRun is how long after the start the daily jobs run for the first time.
const firstRun = 30 * time.Second

var actor = authz.System("housekeeping")

// New returns a Service.
func New(locks Locks, parts Parts, keep Keep, now func() time.Time) *Service {
	s := &Service{locks: locks, parts: parts, keep: keep, now: now, tick: 10 * time.Second}
	s.every(often, "audit head", s.anchor)
	s.every(daily, "audit retention", s.prune)
	s.every(daily, "sessions", count(parts.Sessions.Clean))
	s.every(daily, "sign-ins", count(parts.SignIn.Clean))
	s.every(daily, "uploads", count(parts.Agencies.Clean))
	s.every(daily, "expired codes", func(ctx context.Context, _ *slog.Logger) error {
		_, err := parts.Tokens.EraseExpired(ctx, actor)
		return err
	})
	s.every(often, "rate limits", func(ctx context.Context, _ *slog.Logger) error { // thousands, and nobody's: no entry for them
		_, err := parts.Limits.Clean(ctx)
		return err
	})
	s.every(daily, "token tries", count(parts.Tokens.CleanTries))
	s.every(daily, "form results", count(func(ctx context.Context, a authz.Actor) (int, error) {
		return idempotency.Clean(ctx, parts.Log, a, now())
	}))
	if parts.Traffic != nil { // the files are this server's own
		host, _ := os.Hostname()
		s.every(daily, "traffic log retention", s.traffic).lock = "traffic log/" + host + parts.Traffic.Dir()
	}
	return s
}

// every adds a job.
func (s *Service) every(interval time.Duration, name string, do func(context.Context, *slog.Logger) error) *job {
	j := &job{name: name, every: interval, lock: name, do: do, next: s.now().Add(min(interval, firstRun))}
	s.jobs = append(s.jobs, j)
	return j
}

// count makes a job of a use case that removes rows and says how many.
func count(clean func(context.Context, authz.Actor) (int, error)) func(context.Context, *slog.Logger) error {
	return func(ctx context.Context, log *slog.Logger) error {
		n, err := clean(ctx, actor)
		if n > 0 {
			log.Info("removed", "rows", n)
		}
		return err
	}
}

// Run does what is due until ctx ends. Public: it asks on behalf of the jobs,
// and nobody can ask it.
func (s *Service) Run(ctx context.Context, log *slog.Logger) {
	ticker := time.NewTicker(s.tick)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.due(ctx, log)
		}
	}
}

// due runs the jobs whose time has come. One that fails comes again at its next
// time.
func (s *Service) due(ctx context.Context, log *slog.Logger) {
	for _, j := range s.jobs {
		if ctx.Err() != nil || s.now().Before(j.next) {
			continue
		}
		j.next = s.now().Add(j.every)
		log := log.With("job", j.name)
		err := s.one(ctx, j, log)
		if err != nil && ctx.Err() == nil {
			log.Error("housekeeping failed", "err", err)
		}
		s.note(j, err)
	}
}

func (s *Service) one(ctx context.Context, j *job, log *slog.Logger) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	return alone(ctx, s.locks, j.lock, func() error { return j.do(ctx, log) })
}

// anchor puts the head of the audit log's chain into the program's log, where
// the database cannot reach it.
func (s *Service) anchor(ctx context.Context, log *slog.Logger) error {
	head, found, err := s.parts.Audit.Head(ctx, actor)
	if err != nil || !found || head.ID == s.head.ID {
		return err
	}
	s.head = head
	log.Info("audit head", "id", head.ID, "hash", fmt.Sprintf("%x", head.Hash), "anchor", head.String())
	return nil
}

func (s *Service) prune(ctx context.Context, log *slog.Logger) error {
	n, err := s.parts.Audit.Prune(ctx, actor, s.keep.Audit)
	if n > 0 {
		log.Info("removed", "entries", n)
	}
	return err
}

// traffic removes files of the traffic log. That they go is recorded first: a
// file that then stays is found again tomorrow.
func (s *Service) traffic(ctx context.Context, log *slog.Logger) error {
	var names []string
	err := s.parts.Log.Change(ctx, actor, func(tx *audit.Tx) (err error) {
		if names, err = s.parts.Traffic.Expired(s.keep.Traffic); err != nil {
			return err
		}
		if len(names) == 0 {
			return audit.ErrUnchanged
		}
		return tx.Record(audit.RowsCleaned, audit.Subject{Key: "trafficlog"}, audit.Diff{Before: map[string]any{"files": names}})
	})
	if err != nil || len(names) == 0 {
		return err
	}
	log.Info("removed", "files", names)
	return s.parts.Traffic.Remove(names)
}
