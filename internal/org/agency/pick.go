package agency

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"portal/internal/kit/authz"
	"portal/internal/kit/listing"
	"portal/internal/kit/problem"
)

// Unit is an agency as a list to choose from shows it.
type Unit struct {
	ID     ID
	Code   string
	Kind   Kind
	Name   string
	Path   string // the names above it, nearest first
	Hidden bool
	Exact  bool // its name, short name or code is what was searched for, to the letter
}

// About tells units of one name apart.
func (u Unit) About() string {
	about := u.Kind.Name() + " รหัส " + u.Code
	if u.Path != "" {
		about += " · " + u.Path
	}
	if u.Hidden {
		about += " (ซ่อน)"
	}
	return about
}

// maxUnits is how many units a person is asked to choose from.
const maxUnits = 20

// Find lists the units whose names or code contain text, the highest in the
// tree first, among those where actor may do p. more says that there are
// others: the text must say more.
func (s *Service) Find(ctx context.Context, actor authz.Actor, p authz.Permission, text string) (units []Unit, more bool, err error) {
	if err := actor.Require(p); err != nil {
		return nil, false, err
	}
	if err := checkText(text); err != nil {
		return nil, false, err
	}
	if text = strings.TrimSpace(text); text == "" {
		return nil, false, nil
	}
	units, err = selectUnits(ctx, s.db, listing.ReachOf(actor, p), text, maxUnits+1)
	if len(units) > maxUnits {
		return units[:maxUnits], true, err
	}
	return units, false, err
}

// Pick is what a unit picker (templates/component/unitpicker.templ) sent: the
// text, the unit, and the text for which that unit was chosen. A unit counts
// only while its text stands unchanged.
type Pick struct{ Text, ID, For string }

// PickOf reads the picker called name from a form or an address.
func PickOf(v url.Values, name string) Pick {
	return Pick{Text: strings.TrimSpace(v.Get(name + "_q")), ID: v.Get(name), For: strings.TrimSpace(v.Get(name + "_for"))}
}

// Empty reports whether nothing was typed or chosen.
func (p Pick) Empty() bool { return p.Text == "" && (p.ID == "" || p.For != "") }

// Choice is what came of a pick: a unit, or units to choose from, or neither.
type Choice struct {
	Text    string
	Unit    *Unit
	Options []Unit
	More    bool // there are more than Options
}

// Problem says in Thai what the person must do before there is a unit.
func (c Choice) Problem() string {
	switch {
	case c.Unit != nil || c.Text == "":
		return ""
	case len(c.Options) == 0:
		return "ไม่พบหน่วยงานนี้ กรุณาพิมพ์บางส่วนของชื่อหรือรหัสแล้วค้นหาใหม่"
	case c.More:
		return "พบหลายหน่วยงาน กรุณาเลือกหนึ่งหน่วยงาน หรือพิมพ์ชื่อให้ยาวขึ้น"
	}
	return "พบหลายหน่วยงาน กรุณาเลือกหนึ่งหน่วยงาน"
}

// Choose finds the unit that a person means, among those where they may do p.
// A unit outside is as if it were not there.
func (s *Service) Choose(ctx context.Context, actor authz.Actor, p authz.Permission, pick Pick) (Choice, error) {
	if err := actor.Require(p); err != nil {
		return Choice{}, err
	}
	if pick.Empty() {
		return Choice{}, nil
	}
	if pick.ID != "" && pick.Text == pick.For {
		id, err := ParseID(pick.ID)
		if err != nil {
			return Choice{}, err
		}
		u, err := selectUnit(ctx, s.db, listing.ReachOf(actor, p), id)
		return Choice{Text: u.Name, Unit: &u}, err
	}
	units, more, err := s.Find(ctx, actor, p, pick.Text)
	if err != nil {
		return Choice{}, err
	}
	if u := theOne(units, more); u != nil {
		return Choice{Text: u.Name, Unit: u}, nil
	}
	return Choice{Text: pick.Text, Options: units, More: more}, nil
}

// theOne is the only unit found, or the only one that is called so to the letter.
func theOne(units []Unit, more bool) *Unit {
	if len(units) == 1 {
		return &units[0]
	}
	exact := func(u Unit) bool { return u.Exact }
	i := slices.IndexFunc(units, exact)
	if i < 0 || slices.ContainsFunc(units[i+1:], exact) || more && units[i].Kind == authz.ServicePoint {
		return nil
	}
	return &units[i]
}

// ParseID reads an agency's id from an address. Its error is a NotFound problem.
func ParseID(text string) (ID, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id <= 0 {
		return 0, notFound()
	}
	return ID(id), nil
}

func notFound() error {
	return problem.New(problem.NotFound, "ไม่พบหน่วยงานนี้")
}
