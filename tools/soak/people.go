package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/ops/seed"
	"portal/internal/org/agency"
	"portal/internal/people/staff"
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

// theAdmins is their place among the crews.
const theAdmins = 2

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

// places are where they work: ids of departments, service points and accounts.
type places struct{ departments, points, accounts []int64 }

// find looks for enough of each in the made-up country.
func (p *places) find(ctx context.Context, r db.Reader) (err error) {
	for _, of := range []struct {
		list *[]int64
		most int
		sql  string
	}{
		{&p.departments, manyOfficers, `SELECT d.id FROM agencies d WHERE d.kind = 'department' AND left(d.code, 2) >= '40'
			AND (SELECT count(*) FROM agencies p WHERE p.parent_id = d.id AND p.kind = 'service_point') >= 5 ORDER BY d.id LIMIT $1`},
		{&p.points, 600, `SELECT id FROM agencies WHERE kind = 'service_point' ORDER BY id DESC LIMIT $1`},
		{&p.accounts, 60, `SELECT id FROM staff WHERE issuer = 'demo' AND suspended_at IS NULL ORDER BY id LIMIT $1`},
	} {
		if *of.list, err = ids(ctx, r, of.sql, of.most); err != nil {
			return err
		}
		if len(*of.list) < of.most {
			return fmt.Errorf("the country is too small: %d rows where %d are needed: %s", len(*of.list), of.most, of.sql)
		}
	}
	return nil
}

// invite makes the people and gives them their first roles, as if they had been
// there before.
func (s *soak) invite(ctx context.Context) error {
	pool, err := db.Open(ctx, s.pg.URL())
	if err != nil {
		return err
	}
	defer pool.Close()
	var at places
	if err := at.find(ctx, pool); err != nil {
		return err
	}
	for n, c := range crews {
		for i := range c.many {
			p := s.newPerson(c)
			switch c.role {
			case authz.CentralOfficer:
				p.agency = at.departments[i]
			case authz.ManualAuthor, authz.ManualReviewer:
				p.agency = at.departments[i%len(at.departments)]
			case authz.ServicePointOfficer:
				p.agency = at.points[i]
			}
			if n == theAdmins { // each looks after others, so that nobody is in the other's way
				p.own = append(append(p.own, at.points[100+i*agenciesEach:100+(i+1)*agenciesEach]...), at.accounts[i*10:i*10+10]...)
			}
			if err := p.settleIn(ctx, audit.New(pool), c.role); err != nil {
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
		agencies: map[int64]string{}, members: make(chan member, 100), waiting: map[string]*code{}, tried: map[int64]bool{}}
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
			return tx.Record(seed.ActionSeeded, audit.Person(p.staff), nil)
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
