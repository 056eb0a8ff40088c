package token_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/idempotency"
	"portal/internal/org/agency"
	"portal/internal/people/staff"
	"portal/internal/people/token"
)

// Codes of the office's agencies.
const (
	ministry = "08000000"
	transport, marine,
	division, chiangMai, khonKaen, hidden, pier = "08004000", "08005000",
		"08004001", "080040005001", "080040005002", "080040005003", "080050005001"
)

// office is a small part of the government and the people who issue codes in it.
type office struct {
	t                   testing.TB
	pool                *pgxpool.Pool
	now                 time.Time
	ids                 map[string]authz.AgencyID
	tokens              *token.Service
	admin, officer      authz.Actor // of สพร., of transport
	colleague, stranger authz.Actor // of transport, of marine
	author              authz.Actor // manual_author in transport
	people              int
}

func newOffice(t testing.TB) *office {
	t.Helper()
	o := &office{t: t, pool: testdb.New(t), now: time.Now().Truncate(time.Second), ids: map[string]authz.AgencyID{}}
	o.tokens = o.server()
	o.change(func(ctx context.Context, tx *audit.Tx) error {
		for _, a := range []struct {
			code, name, parent string
			kind               authz.AgencyKind
		}{
			{"01000000", "สำนักนายกรัฐมนตรี", "", authz.Ministry},
			{authz.CodeDGA, "สำนักงานพัฒนารัฐบาลดิจิทัล (องค์การมหาชน)", "01000000", authz.Department},
			{authz.CodeOPDC, "สำนักงานคณะกรรมการพัฒนาระบบราชการ", "01000000", authz.Department},
			{ministry, "กระทรวงคมนาคม", "", authz.Ministry},
			{transport, "กรมการขนส่งทางบก", ministry, authz.Department},
			{marine, "กรมเจ้าท่า", ministry, authz.Department},
			{division, "กองแผนงาน", transport, authz.Division},
			{chiangMai, "สำนักงานขนส่งจังหวัดเชียงใหม่", transport, authz.ServicePoint},
			{khonKaen, "สำนักงานขนส่งจังหวัดขอนแก่น", transport, authz.ServicePoint},
			{hidden, "สำนักงานขนส่งจังหวัดลำปาง", transport, authz.ServicePoint},
			{pier, "ท่าเรือสาทร", marine, authz.ServicePoint},
		} {
			id, err := agency.Add(ctx, tx, agency.Agency{Code: a.code, Kind: a.kind, Name: a.name}, a.parent)
			if err != nil {
				return err
			}
			o.ids[a.code] = id
		}
		_, err := tx.Exec(ctx, `UPDATE agencies SET shown = false WHERE code = $1`, hidden)
		return err
	})
	o.admin = o.person(authz.DGAAdmin, authz.CodeDGA)
	o.officer, o.colleague = o.person(authz.CentralOfficer, transport), o.person(authz.CentralOfficer, transport)
	o.stranger = o.person(authz.CentralOfficer, marine)
	o.author = o.person(authz.ManualAuthor, transport)
	return o
}

// server has pools of its own, as another process would.
func (o *office) server() *token.Service {
	o.t.Helper()
	pool, err := db.Open(context.Background(), o.pool.Config().ConnString())
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(pool.Close)
	keys, err := token.ParseKeys(base64.StdEncoding.EncodeToString(make([]byte, 32)))
	if err != nil {
		o.t.Fatal(err)
	}
	return token.New(pool, audit.New(pool), keys, agency.New(pool, audit.New(pool)).Lineage, func() time.Time { return o.now })
}

func (o *office) change(fn func(context.Context, *audit.Tx) error) {
	o.t.Helper()
	ctx := context.Background()
	err := audit.New(o.pool).Change(ctx, authz.System("test"), func(tx *audit.Tx) error {
		if err := fn(ctx, tx); err != nil {
			return err
		}
		return tx.Record(agency.ActionSeeded, audit.Subject{Key: "test"}, nil)
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

// person is somebody new who holds role there.
func (o *office) person(role authz.Role, code string) authz.Actor {
	o.t.Helper()
	o.people++
	a := authz.Actor{Address: "192.0.2.1", Grants: []authz.Grant{{Role: role, Agency: o.ids[code]}}}
	o.change(func(ctx context.Context, tx *audit.Tx) error {
		p, err := staff.SignIn(ctx, tx, staff.Identity{Issuer: "test", Subject: fmt.Sprint(o.people), Name: fmt.Sprintf("สมชาย %d", o.people)}, o.now)
		if err != nil {
			return err
		}
		a.StaffID = int64(p.ID)
		return staff.Join(ctx, tx, staff.Joining{Staff: p.ID, Agency: o.ids[code], Role: role, Since: o.now})
	})
	return a
}

func (o *office) pair(role authz.Role, code string) token.Pair {
	return token.Pair{Agency: o.ids[code], Role: role}
}

// issue makes a code for the pair and returns its token.
func (o *office) issue(role authz.Role, code string) (token.ID, token.Code) {
	o.t.Helper()
	c, err := o.tokens.Issue(context.Background(), authz.System("test"), o.ids[code], role)
	if err != nil {
		o.t.Fatal(err)
	}
	return token.ID(o.count(`SELECT max(id) FROM role_tokens`)), c
}

// use uses the code up as somebody new and returns who.
func (o *office) use(code token.Code) {
	o.t.Helper()
	who := o.person(authz.ManualReviewer, transport)
	err := audit.New(o.pool).Change(context.Background(), who, func(tx *audit.Tx) error {
		_, wrong, err := o.tokens.Use(context.Background(), tx, who.StaffID, code)
		if wrong != nil {
			return wrong
		}
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) count(sql string, args ...any) (n int) {
	o.t.Helper()
	if err := o.pool.QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		o.t.Fatal(err)
	}
	return n
}

func (o *office) expect(what string, want int, sql string, args ...any) {
	o.t.Helper()
	if n := o.count(sql, args...); n != want {
		o.t.Errorf("%s: %d, want %d", what, n, want)
	}
}

// written counts everything that issuing could leave behind.
const written = `SELECT (SELECT count(*) FROM role_tokens) + (SELECT count(*) FROM token_batches)
	+ (SELECT count(*) FROM form_results) + (SELECT count(*) FROM audit_entries)`

func (o *office) refresh(s *token.Service, actor authz.Actor, p token.Pair, seen token.ID, key idempotency.Key) (token.Refreshed, error) {
	return s.Refresh(context.Background(), actor, token.Refreshing{Pair: p, Seen: seen, Key: key})
}
