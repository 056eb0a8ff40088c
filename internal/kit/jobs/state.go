package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// State is what is known of a job on all servers; of a local one, on this server.
type State struct {
	Name, Words        string
	Every              time.Duration // 0: when a transaction asks for it
	At                 time.Time     // of its last run; zero before the first
	Failed             bool          // its last run, whether or not it will be tried again
	Next               time.Time     // zero: not known
	Waiting, Discarded int           // rows that wait for a run, and that failed for good in the last week
}

// fresh is how long an answer of the database stands for the next one.
const fresh = 15 * time.Second

// States says how each job stands, in the order of registration, at most some
// seconds old. Public: it tells of the portal alone, and of no user.
func (c *Client) States(ctx context.Context) ([]State, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.asked) < fresh {
		return c.last, nil
	}
	stored, err := c.stored(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]State, len(c.jobs))
	for i, j := range c.jobs {
		s := stored[kind(j.name)]
		if j.local {
			s = c.local[j.name]
		}
		s.Name, s.Words, s.Every = j.name, j.words, j.every
		if s.Next.IsZero() && !s.At.IsZero() && j.every > 0 {
			s.Next = s.At.Add(j.every)
		}
		all[i] = s
	}
	c.last, c.asked = all, time.Now()
	return all, nil
}

// selectStates looks at the row that was attempted last, unless that is its first
// attempt and still running.
const selectStates = `SELECT kind,
	max(coalesce(finalized_at, attempted_at)) FILTER (WHERE ended) AS at,
	coalesce((array_agg(state <> 'completed' ORDER BY attempted_at DESC) FILTER (WHERE ended))[1], false) AS failed,
	min(scheduled_at) FILTER (WHERE waits) AS next,
	count(*) FILTER (WHERE waits) AS waiting, count(*) FILTER (WHERE state = 'discarded') AS discarded
	FROM (SELECT *, attempted_at IS NOT NULL AND (state = 'completed' OR cardinality(errors) > 0) AS ended,
		state IN ('available', 'pending', 'retryable', 'scheduled') AS waits FROM jobs.river_job) AS job
	GROUP BY kind`

func (c *Client) stored(ctx context.Context) (map[string]State, error) {
	rows, err := c.pool.Query(ctx, selectStates)
	if err != nil {
		return nil, fmt.Errorf("reading the state of jobs: %w", err)
	}
	all := map[string]State{}
	var k string
	var at, next *time.Time
	var s State
	_, err = pgx.ForEachRow(rows, []any{&k, &at, &s.Failed, &next, &s.Waiting, &s.Discarded}, func() error {
		s.At, s.Next = moment(at), moment(next)
		all[k] = s
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the state of jobs: %w", err)
	}
	return all, nil
}

// moment is t, or the zero time for NULL.
func moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
