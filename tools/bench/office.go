package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/org/agency"
	"portal/internal/people/session"
	"portal/internal/people/staff"
)

// officeConns is how many people ask at once: more than the pool has
// connections, as on a Monday morning.
const officeConns = 64

// leastOfSQL is what the pages of signed-in people must reach of the rate of
// their bare SQL.
const leastOfSQL = .5

// office compares pages of signed-in people with their own SQL in a loop.
func (b *bench) office(ctx context.Context) error {
	token, err := b.signIn(ctx)
	if err != nil {
		return err
	}
	portal, _, err := b.servePortal(ctx)
	if err != nil {
		return err
	}
	defer portal.stop()
	portal.settle(ctx)
	for _, p := range []struct{ name, path string }{
		{"profile", "/backend/profile"}, {fmt.Sprintf("user list, 25 of %d", b.accounts), "/backend/staff"},
	} {
		t := target{portal.address, p.path, map[string]string{"Host": host, "Cookie": "__Host-portal-session=" + token}}
		if a, err := t.fetch(ctx); err != nil {
			return err
		} else if a.Status != http.StatusOK {
			return fmt.Errorf("%s: %d", p.path, a.Status)
		}
		what := fmt.Sprintf("%s, %d connections, against its SQL", p.name, officeConns)
		l := line{what: what, unit: "req/s", target: leastOfSQL}
		cost := line{what: what + ", of the core", unit: "µs/req"}
		for range b.rounds {
			r, err := b.measure(ctx, question{t, portal}, officeConns)
			if err != nil {
				return err
			}
			bare, err := b.loopSQL(ctx, token, p.path)
			if err != nil {
				return err
			}
			note(&l, r.rate, bare.rate)
			note(&cost, r.cost, bare.cost)
		}
		b.table.add(l)
		b.table.add(cost)
	}
	return nil
}

// loopSQL runs this program again, on the server's core, to ask the SQL alone.
func (b *bench) loopSQL(ctx context.Context, token, path string) (m measured, err error) {
	c := exec.CommandContext(ctx, "taskset", "-c", serverCore, b.self, "sql", b.pg.URL(), token, path, b.lasts.String()) // #nosec G204 -- ourselves
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		return m, err
	}
	_, err = fmt.Sscan(string(out), &m.rate, &m.cost)
	return m, err
}

// signIn opens a session for somebody who sees every account. None outlives the
// pause between two runs.
func (b *bench) signIn(ctx context.Context) (token string, err error) {
	pool, err := db.Open(ctx, b.pg.URL())
	if err != nil {
		return "", err
	}
	defer pool.Close()
	log, now := audit.New(pool), time.Now()
	sessions := session.New(pool, log, session.DefaultLimits, time.Now)
	err = log.Change(ctx, authz.System("bench"), func(tx *audit.Tx) error {
		p, err := staff.SignIn(ctx, tx, staff.Identity{Issuer: "bench", Subject: "admin", Name: "สมชาย รักงาน", Email: "a@example.go.th"}, now)
		if err != nil {
			return err
		}
		if !b.joined {
			if err := join(ctx, tx, p.ID, now); err != nil {
				return err
			}
		}
		if token, err = sessions.Open(ctx, tx, session.Start{StaffID: int64(p.ID), Epoch: p.Epoch, AuthTime: now}); err != nil {
			return err
		}
		return tx.Record(staff.ActionSignedIn, audit.Person(int64(p.ID)), nil)
	})
	if err == nil && !b.joined {
		b.joined = true
		err = vacuum(ctx, pool)
	}
	return token, err
}

func join(ctx context.Context, tx *audit.Tx, id staff.ID, now time.Time) error {
	a, err := agency.IDOf(ctx, tx, authz.CodeDGA)
	if err != nil {
		return err
	}
	return staff.Join(ctx, tx, staff.Joining{Staff: id, Agency: a, Role: authz.DGAAdmin, Since: now})
}

// vacuum leaves the tables as they are in a database that has stood for a while.
func vacuum(ctx context.Context, pool *pgxpool.Pool) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	for _, sql := range []string{"SET statement_timeout = 0", "VACUUM ANALYZE", "RESET statement_timeout"} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}
