package search

import (
	"context"
	"sync"
	"time"

	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/text/thaidate"
)

// Limits of counting, so that nobody can fill memory or the database with
// made-up words.
const (
	mostInMemory = 2000 // different questions between two flushes
	mostInADay   = 5000 // different questions kept for a day
	keptFor      = 180 * 24 * time.Hour
)

// counter counts questions in memory until flush writes them.
type counter struct {
	keep   db.Bookkeeper
	mu     sync.Mutex
	counts map[countKey]count
}

type countKey struct{ day, term string }

type count struct{ searches, misses int }

// Count remembers that a question was asked and whether it had an answer. It
// keeps the words alone, as they were understood, and none that may say
// something of a person. Public: no actor.
func (s *Service) Count(_ context.Context, asked string, r Result) {
	term, ok := words(r.Query)
	if !ok || private(clean(asked)) {
		return
	}
	one := count{searches: 1}
	if r.Total == 0 {
		one.misses = 1
	}
	s.counter.add(countKey{s.now().In(thaidate.Bangkok).Format(time.DateOnly), term}, one)
}

func (c *counter) add(k countKey, n count) {
	c.mu.Lock()
	defer c.mu.Unlock()
	sum, known := c.counts[k]
	if !known && len(c.counts) >= mostInMemory {
		return
	}
	c.counts[k] = count{sum.searches + n.searches, sum.misses + n.misses}
}

func (c *counter) take() map[countKey]count {
	c.mu.Lock()
	defer c.mu.Unlock()
	taken := c.counts
	c.counts = map[countKey]count{}
	return taken
}

// Flush writes what was counted; what cannot be written is counted on.
// Public: no actor.
func (s *Service) Flush(ctx context.Context) error {
	taken := s.counter.take()
	if len(taken) == 0 {
		return nil
	}
	err := addCounts(ctx, s.counter.keep, taken, s.now().Add(-keptFor))
	if err != nil {
		for k, n := range taken {
			s.counter.add(k, n)
		}
	}
	return err
}

const (
	flushEvery = 5 * time.Second
	lastFlush  = 2 * time.Second // time for it when the server ends
)

// Keep writes the counts now and then until ctx ends, and once more then.
// failed hears when something begins to go wrong; the next turn tries again. Public: the server's own.
func (s *Service) Keep(ctx context.Context, failed func(error)) {
	flush := time.NewTicker(flushEvery)
	defer flush.Stop()
	broken := false
	report := func(err error) {
		if err != nil && !broken && ctx.Err() == nil {
			failed(err)
		}
		broken = err != nil
	}
	for {
		select {
		case <-flush.C:
			report(s.Flush(ctx))
		case <-ctx.Done():
			grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastFlush)
			defer cancel()
			if err := s.Flush(grace); err != nil {
				failed(err)
			}
			return
		}
	}
}

// Term is a question with how often it was asked.
type Term struct {
	Term     string
	Searches int
	Misses   int // found nothing
	LastDay  time.Time
}

// Report is what visitors looked for in the last days.
type Report struct {
	Days     int
	Searches int
	Empty    int    // with nothing typed
	Missed   []Term // found nothing, the most asked first
	Frequent []Term
}

// reported is how many questions each list of a report has.
const reported = 100

// Report lists what was asked in the last days, one at least.
func (s *Service) Report(ctx context.Context, actor authz.Actor, days int) (Report, error) {
	if err := actor.Require(authz.ViewSearches); err != nil {
		return Report{}, err
	}
	r := Report{Days: max(1, days)}
	since := s.now().In(thaidate.Bangkok).AddDate(0, 0, 1-r.Days).Format(time.DateOnly)
	var err error
	if r.Searches, r.Empty, err = selectTotals(ctx, s.db, since); err != nil {
		return Report{}, err
	}
	if r.Missed, err = selectTerms(ctx, s.db, since, true, reported); err != nil {
		return Report{}, err
	}
	r.Frequent, err = selectTerms(ctx, s.db, since, false, reported)
	return r, err
}
