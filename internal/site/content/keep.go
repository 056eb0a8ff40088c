package content

import (
	"context"
	"log/slog"
	"time"

	"portal/internal/kit/db"
)

const (
	channel      = "content"
	pingEvery    = time.Second
	pingWithin   = time.Second
	readWithin   = 4 * time.Second
	compareEvery = time.Minute            // in case that something was never said
	gatherFor    = 10 * time.Millisecond  // commits that come together are read together
	gatherMost   = 100 * time.Millisecond // though not for ever
	firstPause   = 100 * time.Millisecond // before the first attempt to connect again
	longestPause = time.Second
)

// Keep follows the content's changes until ctx ends. Public: the server's own.
func (s *Service) Keep(ctx context.Context, log *slog.Logger) {
	pause := firstPause
	for ctx.Err() == nil {
		err := s.follow(ctx, log, func() {
			pause = firstPause
			if s.away.Swap(false) {
				log.Info("the database is back")
			}
		})
		if ctx.Err() != nil {
			return
		}
		if s.last.Load() == nil {
			s.restore(log)
		}
		if !s.away.Swap(true) {
			log.Warn("the database is away: pages go on from memory", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
			pause = min(2*pause, longestPause)
		}
	}
}

// follow listens on one connection for as long as that works. It listens first
// and reads then: nothing is missed in between.
func (s *Service) follow(ctx context.Context, log *slog.Logger, works func()) error {
	l, err := s.listen(ctx)
	if err != nil {
		return err
	}
	defer l.Close()
	compare := true
	var compared time.Time
	for {
		if compare || s.due() || time.Since(compared) >= compareEvery {
			if err := s.refreshWithin(ctx); err != nil {
				return err
			}
			compared = time.Now()
			s.keepCopy(log)
		} else if err := l.Ping(ctx, pingWithin); err != nil {
			return err
		} else {
			s.confirm()
		}
		works()
		if compare, err = s.hear(ctx, l); err != nil {
			return err
		}
	}
}

func (s *Service) listen(ctx context.Context) (*db.Listener, error) {
	ctx, cancel := context.WithTimeout(ctx, pingWithin)
	defer cancel()
	return db.Listen(ctx, s.pool, channel)
}

func (s *Service) refreshWithin(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	return s.Refresh(ctx)
}

// due reports whether something appears or ends by its own date now.
func (s *Service) due() bool {
	c := s.last.Load()
	return c != nil && !c.Ends.IsZero() && !s.now().Before(c.Ends)
}

// hear waits for a change, for the next date or for the next ping, and gathers
// what comes at the same time.
func (s *Service) hear(ctx context.Context, l *db.Listener) (changed bool, err error) {
	wait := pingEvery
	if c := s.last.Load(); c != nil && !c.Ends.IsZero() {
		wait = min(wait, c.Ends.Sub(s.now()))
	}
	changed, err = l.Wait(ctx, wait)
	if !changed || err != nil {
		return false, err
	}
	s.heard.Add(1)
	for more, until := true, time.Now().Add(gatherMost); more && time.Now().Before(until); {
		if more, err = l.Wait(ctx, gatherFor); err != nil {
			return false, err
		}
		if more {
			s.heard.Add(1)
		}
	}
	return true, nil
}
