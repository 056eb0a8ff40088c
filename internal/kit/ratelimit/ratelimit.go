// Package ratelimit says how often a client or user may do something, for all servers
// together: the state is in Postgres, one row for each who did anything lately,
// and one statement takes and counts (store.go). It is the generic cell rate
// algorithm (GCRA): Most at once, and then as many again, evenly, In a time.
//
// Each server counts in memory as well what it let through. That alone refuses
// a client that has used all of the limit here, so that a flood costs no more than a
// look into memory; and that alone counts while the database does not answer.
package ratelimit

import (
	"context"
	"crypto/sha256"
	"time"

	"portal/internal/kit/db"
)

// Rate is how often: Most within In, all of them at once if need be.
type Rate struct {
	Most int
	In   time.Duration
}

// every is the time that one costs.
func (r Rate) every() time.Duration { return r.In / time.Duration(r.Most) }

// Limit is a rate with a name of its own.
type Limit struct {
	Name string
	Rate
}

// Pair is a limit for those who can be told apart, and the one that all others
// behind one address share.
type Pair struct{ Own, Address Limit }

// pause is how long the database is not asked again when it did not answer.
const pause = 2 * time.Second

// Service keeps limits.
type Service struct {
	Limits
	Warn     func(error)   // hears when the database ceases to answer; nil: no function
	Patience time.Duration // how long a request waits for the database

	keep db.Bookkeeper
	now  func() time.Time
	own  *memory
}

// New returns a Service that counts through keep. now is this server's clock;
// what is shared goes by the database's.
func New(keep db.Bookkeeper, limits Limits, now func() time.Time) *Service {
	return &Service{Limits: limits, Patience: 500 * time.Millisecond, keep: keep, now: now, own: newMemory()}
}

// Take takes one from what who has left of l. It returns 0, or in how many whole
// seconds there is one again.
func (s *Service) Take(ctx context.Context, l Limit, who string) (wait time.Duration) {
	k, now := keyOf(l.Name, who), s.now()
	if wait := s.own.take(k, l.Rate, now); wait > 0 {
		return seconds(wait)
	}
	if !s.own.mayAsk(now) {
		return 0
	}
	ask, cancel := context.WithTimeout(ctx, s.Patience)
	defer cancel()
	wait, err := take(ask, s.keep, k, l.Rate)
	if err != nil {
		if ctx.Err() == nil && s.own.away(now) && s.Warn != nil { // not the visitor's leaving
			s.Warn(err)
		}
		return 0
	}
	s.own.answered()
	if wait > 0 {
		s.own.refuse(k, l.Rate, now, wait)
	}
	return seconds(wait)
}

// MayRecord takes one of the audit entries that an unknown client at address can
// cause, and of all that all clients can.
func (s *Service) MayRecord(ctx context.Context, address string) bool {
	return s.Take(ctx, s.Refusals.Address, address) == 0 && s.Take(ctx, s.RefusalsOfAll, "") == 0
}

// Clean removes the rows that say nothing any more, and returns how many.
func (s *Service) Clean(ctx context.Context) (int, error) { return deleteFree(ctx, s.keep) }

// key stands for a limit and a client, so that no table of ours says who was
// where.
type key [16]byte

func keyOf(limit, who string) key {
	sum := sha256.Sum256([]byte(limit + "\x00" + who))
	return key(sum[:16])
}

// seconds rounds up: a client that comes back then is not refused for a moment.
func seconds(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}
