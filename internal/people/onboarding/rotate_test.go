package onboarding

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"portal/internal/kit/authz"
	"portal/internal/org/agency"
	"portal/internal/people/staff"
	"portal/internal/people/token"

	"portal/internal/kit/audit"
)

// rotation is people who issue, show and redeem codes on two servers all the
// time.
type rotation struct {
	*office
	units   []authz.AgencyID
	next    atomic.Int64 // unit
	rounds  atomic.Int64
	servers atomic.Pointer[[2]server]
	mu      sync.Mutex
	waiting []issued // codes that nobody has redeemed yet
}

type issued struct {
	id   token.ID
	code token.Code
}

func newRotation(t *testing.T) *rotation {
	t.Helper()
	r := &rotation{office: newOffice(t)}
	for range 10 { // a statement has five seconds
		var ids []authz.AgencyID
		err := r.pool.QueryRow(t.Context(), `
			WITH added AS (INSERT INTO agencies (code, parent_id, kind, name)
				SELECT '0800400' || to_char($2 + n, 'FM00000'), $1, 'service_point', 'จุดบริการ ' || $2 + n FROM generate_series(1, 500) n RETURNING id)
			SELECT array_agg(id) FROM added`, r.agency, len(r.units)).Scan(&ids)
		if err != nil {
			t.Fatal(err)
		}
		r.units = append(r.units, ids...)
	}
	return r
}

// deploy lets what follows run with these keys; requests under way end as they
// began.
func (r *rotation) deploy(first, second string) [2]server {
	both := [2]server{r.newServer(first), r.newServer(second)}
	r.servers.Store(&both)
	return both
}

// one round: one server issues, the other shows, one of them redeems.
func (r *rotation) one(person authz.Actor) error {
	ctx := context.Background()
	n := int(r.next.Add(1))
	unit := r.units[n%len(r.units)]
	both := *r.servers.Load()
	code, err := both[n%2].tokens.Issue(ctx, authz.System("test"), unit, authz.ServicePointOfficer)
	if err != nil {
		return fmt.Errorf("issuing: %w", err)
	}
	var id token.ID
	if err := r.pool.QueryRow(ctx, `SELECT max(id) FROM role_tokens WHERE agency_id = $1`, unit).Scan(&id); err != nil {
		return err
	}
	both = *r.servers.Load() // perhaps others by now
	shown, err := both[(n+1)%2].tokens.Show(ctx, authz.System("test"), id)
	if err != nil || shown.Code != code {
		return fmt.Errorf("showing %v: %v, %w", code, shown.Code, err)
	}
	if n%3 == 0 {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.waiting = append(r.waiting, issued{id, code})
		return nil
	}
	if err := both[n/2%2].redeem.Redeem(ctx, person, code.String(), "", nothingMore); err != nil {
		return fmt.Errorf("redeeming: %w", err)
	}
	return nil
}

// after waits until so many more rounds were done.
func (r *rotation) after(t *testing.T, rounds int64) {
	t.Helper()
	for until := r.rounds.Load() + rounds; r.rounds.Load() < until; {
		if t.Failed() {
			t.FailNow()
		}
		if _, err := r.pool.Exec(t.Context(), `SELECT pg_sleep(0.005)`); err != nil {
			t.Fatal(err)
		}
	}
}

func (r *rotation) newcomers(n int) (all []authz.Actor) {
	r.t.Helper()
	ctx := context.Background()
	err := audit.New(r.pool).Change(ctx, authz.System("test"), func(tx *audit.Tx) error {
		for i := range n {
			p, err := staff.SignIn(ctx, tx, staff.Identity{Issuer: "test", Subject: fmt.Sprint("new", i), Name: "สมหญิง"}, r.now)
			if err != nil {
				return err
			}
			all = append(all, authz.Actor{StaffID: int64(p.ID), Address: "192.0.2.2"})
		}
		return tx.Record(agency.ActionSeeded, audit.Subject{Key: "test"}, nil)
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

// TestA28_KeysRotateWithoutAnybodyNoticing takes two servers from an old key to
// a new one while people issue, show and redeem codes on both.
func TestA28_KeysRotateWithoutAnybodyNoticing(t *testing.T) {
	t.Parallel()
	r := newRotation(t)
	older := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("o", 32)))
	newer := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("n", 32)))
	r.deploy(older, older)
	people := r.newcomers(3)
	var work sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	for _, p := range people {
		work.Go(func() {
			for ctx.Err() == nil {
				if err := r.one(p); err != nil {
					t.Error(err)
					return
				}
				r.rounds.Add(1)
			}
		})
	}
	const some = 30
	r.after(t, some)
	r.deploy(older, older+","+newer) // one server after the other learns of the key
	r.after(t, some)
	r.deploy(older+","+newer, older+","+newer)
	r.after(t, some)
	mixed := r.deploy(older+","+newer, newer+","+older) // and then issues with it
	r.after(t, some)
	rotated, err := mixed[1].tokens.RotateKeys(ctx, authz.System("test"))
	if err != nil || rotated.Changed < some || rotated.Lost > 0 {
		t.Errorf("while both keys are in use: %+v, %v", rotated, err)
	}
	done := r.deploy(newer+","+older, newer+","+older)
	r.after(t, some) // what the others had begun is over
	rotated, err = done[0].tokens.RotateKeys(ctx, authz.System("test"))
	if err != nil || rotated.Behind > 0 || rotated.Lost > 0 {
		t.Errorf("with the new key first: %+v, %v", rotated, err)
	}
	r.deploy(newer, newer)
	r.after(t, some)
	stop()
	work.Wait()
	r.expect("refused codes", `SELECT count(*) FROM audit_entries WHERE action = 'token.refused'`, 0)
	r.onlyWith(newer, older)
}

// onlyWith shows every code that waits with the one key, and none with the other.
func (r *rotation) onlyWith(key, other string) {
	r.t.Helper()
	ctx := context.Background()
	with, without := r.newServer(key), r.newServer(other)
	person := r.newcomers(4)[3]
	if len(r.waiting) < 30 {
		r.t.Fatalf("only %d codes wait", len(r.waiting))
	}
	for _, w := range r.waiting {
		if shown, err := with.tokens.Show(ctx, authz.System("test"), w.id); err != nil || shown.Code != w.code {
			r.t.Fatalf("code %d with the new key: %+v, %v", w.id, shown, err)
		}
		if _, err := without.tokens.Show(ctx, authz.System("test"), w.id); err == nil {
			r.t.Fatalf("code %d opens with the old key", w.id)
		}
		if err := with.redeem.Redeem(ctx, person, w.code.String(), "", nothingMore); err != nil {
			r.t.Fatalf("code %d: %v", w.id, err)
		}
	}
	if got, err := without.tokens.RotateKeys(ctx, authz.System("test")); err != nil || got != (token.Rotated{}) {
		r.t.Errorf("nothing waits any more: %+v, %v", got, err)
	}
}
