package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/agency"
	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/db"
	"portal/internal/staff"
)

// How many of each there are.
const (
	manyOfficers  = 16
	manyNewcomers = 48
	manyAdmins    = 6
	manyEditors   = 7
	manyOthers    = 60
)

// crew is a group of people with the same work.
type crew struct {
	many int
	role authz.Role
	job  func(*person)
}

var crews = []crew{
	{manyOfficers, authz.CentralOfficer, (*person).officer},
	{manyNewcomers, "", (*person).newcomer},
	{manyAdmins, authz.DGAAdmin, (*person).admin},
	{manyEditors - 2, authz.DGAAdmin, (*person).editor},
	{2, authz.OPDCAdmin, (*person).editor},
	{manyOthers / 3, authz.ManualAuthor, (*person).other},
	{manyOthers / 3, authz.ManualReviewer, (*person).other},
	{manyOthers / 3, authz.ServicePointOfficer, (*person).other},
}

// invite makes the people and gives them their first roles, as if they had been
// there before.
func (s *soak) invite(ctx context.Context) error {
	pool, err := db.Open(ctx, s.pg.URL())
	if err != nil {
		return err
	}
	defer pool.Close()
	log := audit.New(pool)
	departments, err := ids(ctx, pool, `SELECT d.id FROM agencies d WHERE d.kind = 'department' AND left(d.code, 2) >= '40'
		AND (SELECT count(*) FROM agencies p WHERE p.parent_id = d.id AND p.kind = 'service_point') >= 5 ORDER BY d.id LIMIT $1`, manyOfficers)
	if err != nil {
		return err
	}
	points, err := ids(ctx, pool, `SELECT id FROM agencies WHERE kind = 'service_point' ORDER BY id DESC LIMIT $1`, 600)
	if err != nil {
		return err
	}
	accounts, err := ids(ctx, pool, `SELECT id FROM staff WHERE issuer = 'demo' AND suspended_at IS NULL ORDER BY id LIMIT $1`, 60)
	if err != nil {
		return err
	}
	if len(departments) < manyOfficers || len(points) < 600 || len(accounts) < 60 {
		return fmt.Errorf("the country is too small: %d departments, %d service points, %d accounts", len(departments), len(points), len(accounts))
	}
	for _, c := range crews {
		for i := range c.many {
			p := s.newPerson(c)
			switch {
			case c.role == authz.CentralOfficer:
				p.agency = departments[i]
			case c.role == authz.ManualAuthor || c.role == authz.ManualReviewer:
				p.agency = departments[i%len(departments)]
			case c.role == authz.ServicePointOfficer:
				p.agency = points[i]
			}
			if len(s.people) > manyOfficers+manyNewcomers && len(s.people) <= manyOfficers+manyNewcomers+manyAdmins {
				p.own = append(append(p.own, points[100+i*20:120+i*20]...), accounts[i*10:i*10+10]...)
			}
			if err := p.settleIn(ctx, log, c.role); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *soak) newPerson(c crew) *person {
	n := len(s.people) + 1
	p := &person{s: s, sub: fmt.Sprintf("soak-%03d", n), family: fmt.Sprintf("หมายเลข-%03d", n), role: string(c.role), job: c.job,
		email: fmt.Sprintf("soak-%03d@example.go.th", n), address: fmt.Sprintf("172.16.%d.%d", n/250, 1+n%250),
		agencies: map[int64]string{}, members: make(chan member, 100), waiting: map[string]*code{}}
	p.forget()
	s.people = append(s.people, p)
	return p
}

// settleIn makes the account, with its role.
func (p *person) settleIn(ctx context.Context, log *audit.Log, role authz.Role) error {
	now := time.Now()
	return log.Change(ctx, authz.System("soak"), func(tx *audit.Tx) error {
		known, err := staff.SignIn(ctx, tx, staff.Identity{Issuer: issuer, Subject: p.sub, Name: p.name(), Email: p.email, Username: p.sub}, now)
		if err != nil {
			return err
		}
		p.staff = int64(known.ID)
		if role == "" {
			return tx.Record(audit.ContentSeeded, audit.Person(p.staff), nil)
		}
		at := authz.AgencyID(p.agency)
		switch role {
		case authz.DGAAdmin:
			at, err = agency.IDOf(ctx, tx, authz.CodeDGA)
		case authz.OPDCAdmin:
			at, err = agency.IDOf(ctx, tx, authz.CodeOPDC)
		}
		if err != nil {
			return err
		}
		return staff.Join(ctx, tx, staff.Joining{Staff: known.ID, Agency: at, Role: role, Since: now})
	})
}

func ids(ctx context.Context, r db.Reader, sql string, most int) ([]int64, error) {
	rows, err := r.Query(ctx, sql, most)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
