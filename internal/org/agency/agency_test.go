package agency

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/problem"
	"portal/internal/people/staff"
)

// office is a small tree and the people who look at it.
type office struct {
	t       *testing.T
	ctx     context.Context
	pool    *pgxpool.Pool
	log     *audit.Log
	s       *Service
	id      map[string]ID // by code
	admin   authz.Actor
	officer authz.Actor // of 0801, กรมการขนส่งทางบก
}

// tree is code, parent, kind and name of each agency.
var tree = [][4]string{
	{"08", "", "ministry", "กระทรวงคมนาคม"},
	{"0801", "08", "department", "กรมการขนส่งทางบก"},
	{"080101", "0801", "division", "สำนักงานขนส่งจังหวัดเชียงใหม่"},
	{"08010101", "080101", "service_point", "งานทะเบียนรถ เชียงใหม่"},
	{"08010102", "080101", "service_point", "งานใบอนุญาต น้ำแพร่"},
	{"080102", "0801", "service_point", "จุดบริการกรมการขนส่งทางบก จตุจักร"},
	{"0802", "08", "department", "กรมเจ้าท่า"},
	{"080201", "0802", "service_point", "งานทะเบียนเรือ 50%_ก"},
	{"09", "", "ministry", "กระทรวงดิจิทัล"},
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, ctx: t.Context(), pool: testdb.New(t), id: map[string]ID{}}
	o.log = audit.New(o.pool)
	o.s = New(o.pool, o.log)
	err := o.log.Change(o.ctx, authz.System("test"), func(tx *audit.Tx) error {
		for _, a := range tree {
			id, err := Add(o.ctx, tx, Agency{Code: a[0], Kind: Kind(a[2]), Name: a[3]}, a[1])
			if err != nil {
				return err
			}
			o.id[a[0]] = id
		}
		for subject, actor := range map[string]*authz.Actor{"admin": &o.admin, "officer": &o.officer} {
			var err error
			if actor.StaffID, err = o.person(tx, subject); err != nil {
				return err
			}
		}
		return tx.Record(ActionSeeded, audit.Subject{Key: "test"}, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	o.admin.Grants = []authz.Grant{{Role: authz.DGAAdmin, Agency: o.id["09"]}}
	o.officer.Grants = []authz.Grant{{Role: authz.CentralOfficer, Agency: o.id["0801"]}}
	return o
}

// person makes somebody who can be named in the log.
func (o *office) person(tx *audit.Tx, subject string) (int64, error) {
	p, err := staff.SignIn(o.ctx, tx, staff.Identity{Issuer: "test", Subject: subject, Name: "สมชาย"}, time.Now())
	return int64(p.ID), err
}

func codes(units []Unit) string {
	var all []string
	for _, u := range units {
		all = append(all, u.Code)
	}
	return strings.Join(all, " ")
}

func TestFind(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for text, want := range map[string]string{
		"กรมการขนส่งทางบก": "0801 080102",
		"ขนส่ง":                   "0801 080101 080102",
		"0801":                    "0801 080101 08010101 08010102 080102",
		"น\u0e49\u0e4d\u0e32แพร่": "08010102",
		"50%_":                    "080201",
		"%":                       "080201",
		"ไม่มี":                   "",
		"  ":                      "",
	} {
		units, more, err := o.s.Find(o.ctx, o.admin, authz.ViewAgencies, text)
		if err != nil || more || codes(units) != want {
			t.Errorf("%q: %q %v %v, want %q", text, codes(units), more, err, want)
		}
	}
	units, _, err := o.s.Find(o.ctx, o.officer, authz.ViewAgencies, "ทะเบียน")
	if err != nil || codes(units) != "08010101" || units[0].Path != "สำนักงานขนส่งจังหวัดเชียงใหม่ · กรมการขนส่งทางบก · กระทรวงคมนาคม" {
		t.Errorf("the officer finds %+v, %v", units, err)
	}
	if _, _, err := o.s.Find(o.ctx, authz.Actor{StaffID: 1}, authz.ViewAgencies, "ก"); !problem.Is(err, problem.NoRole) {
		t.Errorf("a newcomer: %v", err)
	}
	for _, text := range []string{"\x00", "\xff", strings.Repeat("ก", 101)} {
		if _, _, err := o.s.Find(o.ctx, o.admin, authz.ViewAgencies, text); !problem.Is(err, problem.BadInput) {
			t.Errorf("%.5q: %v", text, err)
		}
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := fmt.Sprint(o.id["0801"])
	for name, c := range map[string]struct {
		sent   url.Values
		actor  authz.Actor
		unit   string
		offers int
	}{
		"nothing":                   {url.Values{}, o.admin, "", 0},
		"an address":                {url.Values{"unit": {id}}, o.admin, "0801", 0},
		"chosen":                    {url.Values{"unit": {id}, "unit_q": {"กรมการขนส่งทางบก"}, "unit_for": {"กรมการขนส่งทางบก"}}, o.admin, "0801", 0},
		"ticked":                    {url.Values{"unit": {id}, "unit_q": {"ขนส่ง"}, "unit_for": {"ขนส่ง"}}, o.admin, "0801", 0},
		"another text since":        {url.Values{"unit": {id}, "unit_q": {"เจ้าท่า"}, "unit_for": {"กรมการขนส่งทางบก"}}, o.admin, "0802", 0},
		"cleared":                   {url.Values{"unit": {id}, "unit_q": {""}, "unit_for": {"กรมการขนส่งทางบก"}}, o.admin, "", 0},
		"one is called so":          {url.Values{"unit_q": {"กรมการขนส่งทางบก"}}, o.admin, "0801", 0},
		"the code":                  {url.Values{"unit_q": {"0801"}}, o.admin, "0801", 0},
		"several":                   {url.Values{"unit_q": {"กรม"}}, o.admin, "", 3},
		"several, none ticked":      {url.Values{"unit_q": {"กรม"}, "unit_for": {"กรม"}}, o.admin, "", 3},
		"none":                      {url.Values{"unit_q": {"ไม่มี"}}, o.admin, "", 0},
		"outside, by name":          {url.Values{"unit_q": {"เจ้าท่า"}}, o.officer, "", 0},
		"several, one within reach": {url.Values{"unit_q": {"ทะเบียน"}}, o.officer, "08010101", 0},
	} {
		got, err := o.s.Choose(o.ctx, c.actor, authz.ViewAgencies, PickOf(c.sent, "unit"))
		if err != nil || (got.Unit == nil) != (c.unit == "") || len(got.Options) != c.offers {
			t.Errorf("%s: %+v, %v", name, got, err)
			continue
		}
		if got.Unit != nil && got.Unit.Code != c.unit {
			t.Errorf("%s: %s, want %s", name, got.Unit.Code, c.unit)
		}
		if (got.Problem() != "") != (c.unit == "" && got.Text != "") {
			t.Errorf("%s: says %q", name, got.Problem())
		}
	}
	for _, sent := range []string{"x", "0", "-1", "999999", fmt.Sprint(o.id["0802"])} {
		if _, err := o.s.Choose(o.ctx, o.officer, authz.ViewAgencies, Pick{ID: sent}); !problem.Is(err, problem.NotFound) {
			t.Errorf("unit %s: %v", sent, err)
		}
	}
}
