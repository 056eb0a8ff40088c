package ratelimit_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/testdb"
	"portal/internal/kit/db"
	"portal/internal/kit/ratelimit"
)

// slow is a limit that gives nothing back while a test runs.
var slow = ratelimit.Limit{Name: "slow", Rate: ratelimit.Rate{Most: 50, In: 24 * time.Hour}}

// newService is a server that is as patient as a busy machine asks for.
func newService(keep db.Bookkeeper) *ratelimit.Service {
	s := ratelimit.New(keep, ratelimit.Limits{}, time.Now)
	s.Patience = time.Minute
	return s
}

// many takes n times at once, in turn from each of the services.
func many(t *testing.T, n int, l ratelimit.Limit, who string, servers ...*ratelimit.Service) (taken int) {
	t.Helper()
	var got atomic.Int64
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			if servers[i%len(servers)].Take(context.WithoutCancel(t.Context()), l, who) == 0 {
				got.Add(1)
			}
		})
	}
	wg.Wait()
	return int(got.Load())
}

// TestA29_OneLimitForAllServers has two servers with pools of their own race for
// what is left: together they give exactly what the limit says.
func TestA29_OneLimitForAllServers(t *testing.T) {
	t.Parallel()
	pool := testdb.New(t)
	other, _ := testdb.NewLink(t, pool)
	a, b := newService(pool), newService(other)
	if got := many(t, 300, slow, "somchai", a, b); got != 50 {
		t.Errorf("%d of 50", got)
	}
	c := newService(pool) // a server that starts now knows it, too
	if wait := c.Take(t.Context(), slow, "somchai"); wait < 28*time.Minute || wait > 24*time.Hour/50 || wait%time.Second != 0 {
		t.Errorf("a third server: wait %s", wait)
	}
	if got := many(t, 60, slow, "somsri", a, b); got != 50 {
		t.Errorf("%d of 50 for somebody else", got)
	}
	other2 := slow
	other2.Name = "another"
	if a.Take(t.Context(), other2, "somchai") != 0 {
		t.Error("limits share what they count")
	}
}

func TestWhatWasTakenComesBackEvenly(t *testing.T) {
	t.Parallel()
	pool, now := testdb.New(t), time.Now()
	s := ratelimit.New(pool, ratelimit.Limits{}, func() time.Time { return now })
	s.Patience = time.Minute
	l := ratelimit.Limit{Name: "l", Rate: ratelimit.Rate{Most: 10, In: 1000 * time.Hour}}
	pass := func(d time.Duration) {
		now = now.Add(d)
		if _, err := pool.Exec(t.Context(), `UPDATE rate_limits SET free_at = free_at - $1::interval`, d); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		pass time.Duration
		want int
	}{{0, 10}, {99 * time.Hour, 0}, {2 * time.Hour, 1}, {300 * time.Hour, 3}, {5000 * time.Hour, 10}} {
		pass(step.pass)
		if got := many(t, 20, l, "x", s); got != step.want {
			t.Errorf("after %s more: %d, want %d", step.pass, got, step.want)
		}
	}
}

// TestA75_AFloodAsksTheDatabaseOnce proves that who was refused costs nothing
// until the wait is over.
func TestA75_AFloodAsksTheDatabaseOnce(t *testing.T) {
	t.Parallel()
	pool := testdb.New(t)
	asked := &counting{Bookkeeper: pool}
	s := newService(asked)
	few := ratelimit.Limit{Name: "few", Rate: ratelimit.Rate{Most: 5, In: time.Hour}}
	for range 1000 {
		s.Take(t.Context(), few, "flood")
	}
	if n := asked.n.Load(); n != 5 {
		t.Errorf("asked %d times for what 5 may do", n)
	}
	asked.n.Store(0) // on another server
	other := newService(asked)
	for range 1000 {
		if other.Take(t.Context(), few, "flood") == 0 {
			t.Fatal("let through")
		}
	}
	if n := asked.n.Load(); n != 1 {
		t.Errorf("another server asked %d times", n)
	}
}

// TestA72_EachServerCountsWhileTheDatabaseIsAway: nobody waits long, and nobody
// gets more of a server than the limit says.
func TestA72_EachServerCountsWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	for name, breakIt := range map[string]func(*testdb.Link){"cut": (*testdb.Link).Cut, "frozen": (*testdb.Link).Freeze} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := testdb.New(t)
			behind, link := testdb.NewLink(t, pool)
			warned := 0
			now := time.Now()
			s := ratelimit.New(behind, ratelimit.Limits{}, func() time.Time { return now })
			s.Warn = func(error) { warned++ }
			if s.Take(t.Context(), slow, "first") != 0 {
				t.Fatal("refused at once")
			}
			breakIt(link)
			began := time.Now()
			got := 0
			for range 200 {
				if s.Take(t.Context(), slow, "x") == 0 {
					got++
				}
			}
			if took := time.Since(began); got != 50 || took > 3*time.Second {
				t.Errorf("%d of 50 in %s", got, took)
			}
			if warned != 1 {
				t.Errorf("warned %d times", warned)
			}
			link.Mend()
			for deadline := time.Now().Add(10 * time.Second); count(t, pool) < 3; { // all servers count again
				now = now.Add(3 * time.Second) // or nobody asks
				s.Take(t.Context(), slow, fmt.Sprint("after ", now))
				if time.Now().After(deadline) {
					t.Fatal("the database is not asked again")
				}
			}
		})
	}
}

func count(t *testing.T, pool *pgxpool.Pool) (n int) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM rate_limits`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCleanLeavesWhatCounts(t *testing.T) {
	t.Parallel()
	pool := testdb.New(t)
	s := newService(pool)
	many(t, 60, slow, "x", s)
	// Statistics taken while the rows are being written know of none of them.
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO rate_limits SELECT decode(md5(i::text), 'hex'), now() - interval '1 second' FROM generate_series(1, 25000) i`)
		if err == nil {
			_, err = pool.Exec(t.Context(), `ANALYZE rate_limits`)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { // so that the next test's are not these
		if _, err := pool.Exec(context.Background(), `VACUUM ANALYZE rate_limits`); err != nil {
			t.Error(err)
		}
	}()
	n, err := s.Clean(t.Context())
	if err != nil || n != 25000 {
		t.Errorf("%d, %v", n, err)
	}
	if got := many(t, 1, slow, "x", newService(pool)); got != 0 {
		t.Error("the count itself went")
	}
}

// TestA70_NoAddressIsKept: the table names no client.
func TestA70_NoAddressIsKept(t *testing.T) {
	t.Parallel()
	pool := testdb.New(t)
	newService(pool).Take(t.Context(), slow, "192.0.2.7")
	var row string
	if err := pool.QueryRow(t.Context(), `SELECT key::text || convert_from(decode(encode(key, 'hex'), 'hex'), 'LATIN1') FROM rate_limits`).Scan(&row); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(row, "192") || strings.Contains(row, fmt.Sprintf("%x", "192.0.2.7")) {
		t.Error(row)
	}
}
